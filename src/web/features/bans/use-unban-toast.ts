import { plural, t } from '@lingui/core/macro'
import { inChosenLanguage } from '../../api/server-words.ts'
import { formatDuration } from '../../ui/time.ts'
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
  const banAgain = useBanAgain()
  return (ip, bans, bantimeSeconds) => {
    const jails = listOf(jailsOf(bans))
    showToast({
      tone: 'ok',
      title: t`Unbanned ${ip} from ${jails}`,
      detail: undoOf(bantimeSeconds),
      undo: () => void banAgain(ip, bans),
    })
  }
}

/** The same for several bans of any addresses. */
export function useUnbannedToast(): (bans: readonly BanKey[]) => void {
  const banAgain = useBanAgain()
  return (bans) => {
    const addresses = plural(bans.length, { one: '# address', other: '# addresses' })
    const jails = listOf(jailsOf(bans))
    showToast({
      tone: 'ok',
      title: t`Unbanned ${addresses} from ${jails}`,
      detail: t`Undo bans them again, each for its jail’s bantime.`,
      undo: () => void banAgain(addresses, bans),
    })
  }
}

function useBanAgain(): (name: string, bans: readonly BanKey[]) => Promise<void> {
  const ban = useBan()
  return async (name, bans) => {
    const failures: string[] = []
    for (const { host, jail, ips } of groupsOf(bans)) {
      try {
        const results = await ban.mutateAsync({ host, jail, ips })
        const failed = results.find(({ outcome }) => outcome === 'failed' || outcome === 'invalid')
        if (failed) failures.push(`${jail}: ${failed.detail ?? t`fail2ban did not confirm it.`}`)
      } catch (error) {
        failures.push(`${jail}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    const jails = listOf(jailsOf(bans))
    const isOne = bans.every(({ ip }) => ip === bans[0]?.ip)
    if (failures.length === 0) {
      showToast({
        tone: 'ok',
        title: isOne ? t`${name} is banned again in ${jails}` : t`${name} are banned again in ${jails}`,
      })
    } else {
      const detail = failures.map(inChosenLanguage).join(' ')
      showToast({
        tone: 'danger',
        title: isOne ? t`${name} was not banned again` : t`Not all of ${name} were banned again`,
        detail,
      })
    }
  }
}

/** What one command takes: bans of one jail, so many at a time. */
function* groupsOf(bans: readonly BanKey[]): Generator<{ host: string; jail: string; ips: string[] }> {
  for (const group of Map.groupBy(bans, ({ host, jail }) => `${host} ${jail}`).values()) {
    const [first] = group
    if (!first) continue
    const { host, jail } = first
    for (let from = 0; from < group.length; from += 500) {
      yield { host, jail, ips: group.slice(from, from + 500).map(({ ip }) => ip) }
    }
  }
}

function jailsOf(bans: readonly BanKey[]): string[] {
  return [...new Set(bans.map((ban) => ban.jail))]
}

function undoOf(seconds: number | undefined): string {
  if (seconds === undefined) return t`Undo bans it again.`
  if (seconds < 0) return t`Undo bans it again, permanently.`
  const duration = formatDuration(seconds)
  return t`Undo bans it again for ${duration}.`
}
