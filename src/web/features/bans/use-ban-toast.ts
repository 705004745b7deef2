import { plural, t } from '@lingui/core/macro'
import type { IpResult } from '../../../shared/ban.ts'
import { showToast } from '../../ui/toast.ts'
import { useUnban } from './bans.queries.ts'

/** Says what was banned and offers to take it back. */
export function useBanToast(): (host: string, jail: string, results: readonly IpResult[]) => void {
  const unban = useUnban()

  async function takeBack(host: string, jail: string, ips: readonly string[]): Promise<void> {
    const outcomes = await Promise.allSettled(ips.map((ip) => unban.mutateAsync({ host, jail, ip })))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    const name = nameOf(ips)
    const isOne = ips.length === 1
    if (!failed) {
      const title = isOne
        ? t`${name} is not banned in ${jail} any more`
        : t`${name} are not banned in ${jail} any more`
      return showToast({ tone: 'ok', title })
    }
    const reason: unknown = failed.reason
    return showToast({
      tone: 'danger',
      title: isOne ? t`${name} is still banned in ${jail}` : t`Not all of ${name} were unbanned from ${jail}`,
      detail: reason instanceof Error ? reason.message : undefined,
    })
  }

  return (host, jail, results) => {
    const banned = results.filter((result) => result.outcome === 'banned').map((result) => result.ip)
    if (banned.length > 0) {
      const name = nameOf(banned)
      const undo = () => void takeBack(host, jail, banned)
      return showToast({ tone: 'ok', title: t`Banned ${name} in ${jail}`, undo })
    }
    const name = nameOf(results.map((result) => result.ip))
    const title =
      results.length === 1
        ? t`${name} was banned in ${jail} already`
        : t`${name} were banned in ${jail} already`
    return showToast({ tone: 'info', title })
  }
}

function nameOf(ips: readonly string[]): string {
  const [first = ''] = ips
  return ips.length === 1 ? first : plural(ips.length, { one: '# address', other: '# addresses' })
}
