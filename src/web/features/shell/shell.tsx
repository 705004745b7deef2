import { SessionGate } from '../session/session-gate.tsx'
import { Frame } from './frame.tsx'

/** What is around every page once somebody is signed in. */
export function Shell() {
  return (
    <SessionGate>
      <Frame />
    </SessionGate>
  )
}
