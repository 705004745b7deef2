import type { JailDetail } from '../../shared/jail.ts'
import type { Fail2banClient } from '../fail2ban/fail2ban-client.ts'
import type { BanFeed } from './ban-feed.ts'
import type { ConfiguredJails } from './configured-jails.ts'
import type { HostReport } from './host-report.ts'
import type { SourceWatch } from './source-watch.ts'

const MOST_REGEXES = 200
const LONGEST_REGEX = 2_000

export interface JailDescriptionDeps {
  readonly client: Fail2banClient
  readonly feed: Pick<BanFeed, 'setBantime'>
  readonly report: Pick<HostReport, 'setSettings' | 'setIgnored' | 'jail'>
  readonly sources: Pick<SourceWatch, 'filesOf'>
  readonly configured: ConfiguredJails
}

/** Asks fail2ban for all there is to know of a running jail, and looks at its files. */
export async function describeJail(deps: JailDescriptionDeps, jail: string): Promise<JailDetail> {
  const { client, feed, report, sources, configured } = deps
  const [status, settings, rules, ignored, actions, configuration] = await Promise.all([
    client.jailStatus(jail),
    client.jailSettings(jail),
    client.jailRules(jail),
    client.ignoreip(jail),
    client.actions(jail),
    configured.of(jail),
  ])
  report.setSettings(jail, settings)
  report.setIgnored(jail, ignored)
  feed.setBantime(jail, settings.bantimeSeconds)
  const known = report.jail(jail)
  const { failregex, ignoreregex, usedns, maxmatches, maxlines, increment } = rules
  return {
    ...status,
    sources: [...status.sources],
    state: known?.state === 'idle' ? 'idle' : 'active',
    ...settings,
    ...(known?.missingSources && { missingSources: known.missingSources }),
    ignoreip: ignored.entries,
    ignoreself: ignored.ignoreself,
    actions,
    files: await sources.filesOf(status),
    failregex: failregex.slice(0, MOST_REGEXES).map((regex) => regex.slice(0, LONGEST_REGEX)),
    failregexCount: failregex.length,
    ignoreregexCount: ignoreregex.length,
    ...(usedns !== undefined && { usedns }),
    ...(maxmatches !== undefined && { maxmatches }),
    ...(maxlines !== undefined && { maxlines }),
    ...(increment && { increment }),
    ...configuration,
  }
}
