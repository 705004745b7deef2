import type { IpResult } from '../../../shared/ban.ts'
import { showToast } from '../../ui/toast.ts'
import { useUnban } from './bans.queries.ts'

/** Says what was banned and offers to take it back. */
export function useBanToast(): (host: string, jail: string, results: readonly IpResult[]) => void {
  const unban = useUnban()

  async function takeBack(host: string, jail: string, ips: readonly string[]): Promise<void> {
    const outcomes = await Promise.allSettled(ips.map((ip) => unban.mutateAsync({ host, jail, ip })))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    const title = `${nameOf(ips)} ${ips.length === 1 ? 'is' : 'are'}`
    if (!failed) return showToast({ tone: 'ok', title: `${title} not banned in ${jail} any more` })
    const reason: unknown = failed.reason
    return showToast({
      tone: 'danger',
      title: `${title} still banned in ${jail}`,
      detail: reason instanceof Error ? reason.message : undefined,
    })
  }

  return (host, jail, results) => {
    const banned = results.filter((result) => result.outcome === 'banned').map((result) => result.ip)
    if (banned.length === 0) {
      const ips = results.map((result) => result.ip)
      return showToast({
        tone: 'info',
        title: `${nameOf(ips)} ${ips.length === 1 ? 'was' : 'were'} banned in ${jail} already`,
      })
    }
    return showToast({
      tone: 'ok',
      title: `Banned ${nameOf(banned)} in ${jail}`,
      undo: () => void takeBack(host, jail, banned),
    })
  }
}

function nameOf(ips: readonly string[]): string {
  return ips.length === 1 ? (ips[0] ?? '') : `${ips.length.toLocaleString()} addresses`
}
