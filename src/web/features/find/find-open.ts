import { createOpenState } from '../../ui/open-state.ts'

/** The find box. */
export const findOpen = createOpenState()
