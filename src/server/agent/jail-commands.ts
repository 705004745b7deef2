import type { Command } from '../../shared/command.ts'
import { listedIp, parseIgnoreip } from '../../shared/ip.ts'
import type { Jail, JailDetail } from '../../shared/jail.ts'
import type { ConfigCommand, Fail2banClient } from '../fail2ban/fail2ban-client.ts'
import type { BanFeed } from './ban-feed.ts'
import { noSuchJail, Refusal } from './command-replies.ts'
import type { HostReport } from './host-report.ts'

export type JailCommand = Exclude<Command, { kind: 'ban' | 'unban' | 'unbanEverywhere' }>

export interface JailCommandsDeps {
  readonly client: Fail2banClient
  readonly feed: Pick<BanFeed, 'setIdle' | 'setBantime'>
  readonly report: Pick<HostReport, 'setIdle' | 'setSettings' | 'setIgnored' | 'jail'>
  /** What brings a jail up, as the configuration files say; rejects with JailStreamError. */
  readonly captureStream: (jail: string) => Promise<ConfigCommand[]>
}

/** Carries out what concerns one jail, and answers with the jail as it is then. `touch` is called before the first change. */
export function createJailCommands(deps: JailCommandsDeps) {
  return async (command: JailCommand, touch: () => void): Promise<JailDetail> => {
    const { jail } = command
    const runs = (await deps.client.jailNames()).includes(jail)
    if (command.kind === 'startJail' && runs) throw new Refusal('conflict', `The jail ${jail} runs already.`)
    if (command.kind !== 'startJail' && !runs) throw noSuchJail(jail)
    await carryOut(deps, command, touch)
    return command.kind === 'stopJail' ? stopped(deps.report.jail(jail), jail) : describe(deps, jail)
  }
}

async function carryOut(deps: JailCommandsDeps, command: JailCommand, touch: () => void): Promise<void> {
  const { client } = deps
  const { jail } = command
  switch (command.kind) {
    case 'describeJail':
      return
    case 'startJail':
    case 'reloadJail': {
      const stream = await deps.captureStream(jail)
      touch()
      await (command.kind === 'startJail' ? client.startJail(jail, stream) : client.reloadJail(jail, stream))
      return noteIdle(deps, jail, false)
    }
    case 'stopJail':
      touch()
      return client.stopJail(jail)
    case 'idleJail':
    case 'resumeJail': {
      touch()
      const isIdle = command.kind === 'idleJail'
      await client.setIdle(jail, isIdle)
      return noteIdle(deps, jail, isIdle)
    }
    case 'setBantime':
      touch()
      return client.setBantime(jail, command.seconds)
    case 'setFindtime':
      touch()
      return client.setFindtime(jail, command.seconds)
    case 'setMaxretry':
      touch()
      return client.setMaxretry(jail, command.count)
    case 'addIgnoreip': {
      const entries = command.ips.map(ignorable)
      touch()
      return client.addIgnoreip(jail, entries)
    }
    case 'removeIgnoreip': {
      const { entries } = await client.ignoreip(jail)
      const listed = command.ips.flatMap((text) => listedAs(text, entries) ?? [])
      touch()
      return client.removeIgnoreip(jail, [...new Set(listed)])
    }
  }
}

/** fail2ban does not tell which jails are idle. */
function noteIdle({ feed, report }: JailCommandsDeps, jail: string, isIdle: boolean): void {
  report.setIdle(jail, isIdle)
  feed.setIdle(jail, isIdle)
}

async function describe({ client, feed, report }: JailCommandsDeps, jail: string): Promise<JailDetail> {
  const [status, settings, ignored, actions] = await Promise.all([
    client.jailStatus(jail),
    client.jailSettings(jail),
    client.ignoreip(jail),
    client.actions(jail),
  ])
  report.setSettings(jail, settings)
  report.setIgnored(jail, ignored)
  feed.setBantime(jail, settings.bantimeSeconds)
  const isIdle = report.jail(jail)?.state === 'idle'
  return {
    ...status,
    sources: [...status.sources],
    state: isIdle ? 'idle' : 'active',
    ...settings,
    ignoreip: ignored.entries,
    ignoreself: ignored.ignoreself,
    actions,
  }
}

function stopped(known: Jail | undefined, name: string): Jail {
  const none = { currentlyBanned: 0, totalBanned: 0, currentlyFailed: 0, totalFailed: 0 }
  return { name, sources: [], ...known, ...none, state: 'stopped' }
}

function ignorable(text: string): string {
  const parsed = parseIgnoreip(text)
  if (parsed.ok) return parsed.entry.text
  throw new Refusal('validation-failed', `${parsed.problem} Nothing was changed.`)
}

/** As it stands in the list, be it a host name; undefined when it does not. */
function listedAs(text: string, entries: readonly string[]): string | undefined {
  return [text, listedIp(text)?.text].find((entry) => entry !== undefined && entries.includes(entry))
}
