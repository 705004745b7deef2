import { formatDuration } from '../../../shared/duration.ts'
import { showToast } from '../../ui/toast.ts'
import { listOf } from '../../ui/words.ts'
import type { BanKey } from './ban-pages.ts'
import { useBan } from './bans.queries.ts'

/** Says what was unbanned and offers to take it back, which is a new ban in each of the jails. */
export function useUnbanToast(): (
  ip: string,
  bans: readonly BanKey[],
  bantimeSeconds: number | undefined,
) => void {
  const ban = useBan()

  async function banAgain(ip: string, bans: readonly BanKey[]): Promise<void> {
    const failures: string[] = []
    for (const { host, jail } of bans) {
      try {
        const [result] = await ban.mutateAsync({ host, jail, ips: [ip] })
        if (result?.outcome === 'failed' || result?.outcome === 'invalid') {
          failures.push(`${jail}: ${result.detail ?? 'fail2ban did not confirm it.'}`)
        }
      } catch (error) {
        failures.push(`${jail}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    if (failures.length === 0) {
      showToast({ tone: 'ok', title: `${ip} is banned again in ${listOf(jailsOf(bans))}` })
    } else {
      showToast({ tone: 'danger', title: `${ip} was not banned again`, detail: failures.join(' ') })
    }
  }

  return (ip, bans, bantimeSeconds) =>
    showToast({
      tone: 'ok',
      title: `Unbanned ${ip} from ${listOf(jailsOf(bans))}`,
      detail: `Undo bans it again${durationOf(bantimeSeconds)}.`,
      undo: () => void banAgain(ip, bans),
    })
}

function jailsOf(bans: readonly BanKey[]): string[] {
  return [...new Set(bans.map((ban) => ban.jail))]
}

function durationOf(seconds: number | undefined): string {
  if (seconds === undefined) return ''
  return seconds < 0 ? ', permanently' : ` for ${formatDuration(seconds)}`
}
