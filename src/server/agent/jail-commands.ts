import type { Command } from '../../shared/command.ts'
import type { Jail, JailDetail } from '../../shared/jail.ts'
import { Fail2banRefused } from '../fail2ban/fail2ban-client.ts'
import type { ConfigCommand, Fail2banClient, JailSettings } from '../fail2ban/fail2ban-client.ts'
import { messageOf } from '../lib/errors.ts'
import type { BanFeed } from './ban-feed.ts'
import { noSuchJail, Refusal } from './command-replies.ts'
import type { ConfiguredJails } from './configured-jails.ts'
import type { HostReport } from './host-report.ts'
import { describeJail } from './jail-description.ts'
import type { SourceWatch } from './source-watch.ts'

export type JailCommand = Extract<
  Command,
  {
    kind:
      | 'describeJail'
      | 'startJail'
      | 'stopJail'
      | 'restartJail'
      | 'reloadJail'
      | 'idleJail'
      | 'resumeJail'
      | 'setBantime'
      | 'setFindtime'
      | 'setMaxretry'
  }
>

export interface JailCommandsDeps {
  readonly client: Fail2banClient
  readonly feed: Pick<BanFeed, 'setIdle' | 'setBantime'>
  readonly report: Pick<HostReport, 'setIdle' | 'setSettings' | 'setIgnored' | 'jail'>
  readonly sources: Pick<SourceWatch, 'filesOf' | 'forget'>
  readonly configured: ConfiguredJails
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
    return command.kind === 'stopJail' ? stopped(deps.report.jail(jail), jail) : describeJail(deps, jail)
  }
}

async function carryOut(deps: JailCommandsDeps, command: JailCommand, touch: () => void): Promise<void> {
  const { client } = deps
  const { jail } = command
  switch (command.kind) {
    case 'describeJail':
      return
    case 'startJail':
    case 'restartJail':
    case 'reloadJail':
      return load(deps, command, touch)
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
      await client.setBantime(jail, command.seconds)
      return confirm(client, jail, 'bantimeSeconds', command.seconds)
    case 'setFindtime':
      touch()
      await client.setFindtime(jail, command.seconds)
      return confirm(client, jail, 'findtimeSeconds', command.seconds)
    case 'setMaxretry':
      touch()
      await client.setMaxretry(jail, command.count)
      return confirm(client, jail, 'maxretry', command.count)
  }
}

/** Whatever loads a jail is proven first: one that fail2ban refuses half-way would be gone with its bans. */
async function load(
  deps: JailCommandsDeps,
  { kind, jail }: { kind: 'startJail' | 'restartJail' | 'reloadJail'; jail: string },
  touch: () => void,
): Promise<void> {
  const { client, sources, configured } = deps
  const stream = await deps.captureStream(jail)
  touch()
  if (kind === 'reloadJail') await client.reloadJail(jail, stream)
  else if (kind === 'startJail') await client.startJail(jail, stream)
  else await restart(client, jail, stream)
  configured.remember(jail, stream)
  sources.forget(jail)
  noteIdle(deps, jail, false)
}

async function restart(
  client: Fail2banClient,
  jail: string,
  stream: readonly ConfigCommand[],
): Promise<void> {
  await client.stopJail(jail)
  try {
    await client.startJail(jail, stream)
  } catch (error) {
    if (!(error instanceof Fail2banRefused)) throw error
    throw new Refusal(
      'fail2ban-refused',
      `The jail ${jail} is stopped now, since it could not be started again: ${messageOf(error)}`,
    )
  }
}

/** fail2ban takes a value and may make another of it. */
async function confirm(
  client: Fail2banClient,
  jail: string,
  name: keyof JailSettings,
  wanted: number,
): Promise<void> {
  const now = (await client.jailSettings(jail))[name]
  if (now === wanted) return
  throw new Refusal(
    'fail2ban-refused',
    `fail2ban took ${wanted}, but the jail ${jail} has ${now} now. Look at its settings, and try again.`,
  )
}

/** fail2ban does not tell which jails are idle. */
function noteIdle({ feed, report }: JailCommandsDeps, jail: string, isIdle: boolean): void {
  report.setIdle(jail, isIdle)
  feed.setIdle(jail, isIdle)
}

function stopped(known: Jail | undefined, name: string): Jail {
  const none = { currentlyBanned: 0, totalBanned: 0, currentlyFailed: 0, totalFailed: 0 }
  const { missingSources: _, ...rest } = { sources: [], missingSources: undefined, ...known }
  return { name, ...rest, ...none, state: 'stopped' }
}
