import type { HostEvent } from '../../../shared/event.ts'
import type { HostDirectory } from '../../state/host-directory.ts'

/** Which hosts look different from what was told last; the mere passing of time is no difference. */
export function createHostNews(hosts: HostDirectory) {
  const told = new Map<string, { snapshot: HostEvent; text: string }>()
  return {
    take(): HostEvent[] {
      return hosts.list().filter((snapshot) => {
        const { id } = snapshot.host
        const last = told.get(id)
        if (last?.snapshot === snapshot) return false
        const text = JSON.stringify({ ...snapshot, host: { ...snapshot.host, asOf: undefined } })
        told.set(id, { snapshot, text })
        return text !== last?.text
      })
    },
  }
}
