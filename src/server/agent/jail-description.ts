import type { JailDetail } from '../../shared/jail.ts'
import type { JailCommandsDeps } from './jail-commands.ts'

const MOST_REGEXES = 200
const LONGEST_REGEX = 2_000

/** Asks fail2ban for all there is to know of a running jail, and looks at its files. */
export async function describeJail(deps: JailCommandsDeps, jail: string): Promise<JailDetail> {
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
