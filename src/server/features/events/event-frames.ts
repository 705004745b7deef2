import type { BanEvent, HostEvent, StateEvent } from '../../../shared/event.ts'

/** So much of a reason goes to every browser; the whole is in the lists. The lines are an attacker's text of any length. */
const LINES_SHOWN = 3
const LINE_LENGTH = 200

/** A ban or unban as it stands in the stream; its id is what a stream is resumed with. */
export function banFrame(event: BanEvent): string {
  const { reason } = event
  const shown = reason && {
    failures: reason.failures,
    matches: reason.matches.slice(-LINES_SHOWN).map((line) => line.slice(0, LINE_LENGTH)),
  }
  return frame(event.kind, { ...event, ...(shown && { reason: shown }) }, event.id)
}

export function hostFrame(event: HostEvent, id?: number): string {
  return frame('host', event, id)
}

export function stateFrame(event: StateEvent): string {
  return frame('state', event)
}

export function resetFrame(id: number): string {
  const reason = 'More happened than can be sent again. Fetch what is shown anew.'
  return frame('reset', { reason }, id)
}

function frame(name: string, data: object, id?: number): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`
  return `${idLine}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
