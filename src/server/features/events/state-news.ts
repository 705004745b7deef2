import type { StateEvent } from '../../../shared/event.ts'
import type { StateHealth } from '../../state/state-provider.ts'

/** What there is to tell of the session store since it was last asked; undefined while nothing has changed. */
export function createStateNews(health: () => StateHealth) {
  let wasOk = true
  return {
    take(): StateEvent | undefined {
      const { ok, reasons } = health()
      if (ok === wasOk) return undefined
      wasOk = ok
      return ok ? { state: 'ok' } : { state: 'degraded', detail: reasons.join(' ') }
    },
  }
}
