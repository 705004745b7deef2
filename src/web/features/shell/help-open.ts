import { createOpenState } from '../../ui/open-state.ts'

/** The list of keyboard shortcuts. */
export const helpOpen = createOpenState()
