import { Command, type CommandReply } from '../../shared/command.ts'
import type { Probe } from '../../shared/probe.ts'
import type { Json } from '../lib/json.ts'
import { createLimit } from '../lib/limit.ts'
import type { Logger } from '../lib/logger.ts'
import { createBanCommands, unbanJail, type BanCommandsDeps } from './ban-commands.ts'
import { Refusal, replyTo } from './command-replies.ts'
import { createIgnoreCommands } from './ignore-commands.ts'
import { createJailCommands, type JailCommandsDeps } from './jail-commands.ts'
import { describeJail } from './jail-description.ts'

export type CommandHandlerDeps = BanCommandsDeps &
  JailCommandsDeps & {
    readonly probe: () => Promise<Probe>
    /** Lets the console see what was changed, and waits for it a moment. */
    readonly look: () => Promise<void>
    /** Whether this agent is still the one that may change anything at its fail2ban. */
    readonly isCurrent: () => boolean
    readonly log: Logger
  }

/** fail2ban serves one command at a time anyway; a few may be prepared and verified side by side. */
const AT_ONCE = 4
const WAITING = 40

/** Executes what crosses the wall: parses it again, checks it against the server, and verifies what became of it. */
export function createCommandHandler(deps: CommandHandlerDeps): (payload: Json) => Promise<Json> {
  const { log, look, isCurrent } = deps
  const limit = createLimit({
    width: AT_ONCE,
    queue: WAITING,
    busy: () => new Refusal('busy', 'Too many commands are waiting for fail2ban. Nothing was changed.'),
  })
  const bans = createBanCommands(deps)
  const jails = createJailCommands(deps)
  const ignored = createIgnoreCommands(deps)

  async function execute(command: Command, touch: () => void): Promise<CommandReply> {
    switch (command.kind) {
      case 'ban':
      case 'unban':
      case 'unbanEverywhere':
        return { ok: true, results: await bans(command, touch) }
      case 'unbanJail':
        return { ok: true, lifted: await unbanJail(deps, command.jail, touch) }
      case 'addIgnoreip':
      case 'removeIgnoreip': {
        const results = await ignored.change(command, touch)
        return { ok: true, ignored: results, jail: await describeJail(deps, command.jail) }
      }
      case 'allowEverywhere':
        return { ok: true, allowed: await ignored.allowEverywhere(command, touch) }
      case 'probe':
        return { ok: true, probe: await deps.probe() }
      case 'describeJail':
      case 'startJail':
      case 'stopJail':
      case 'restartJail':
      case 'reloadJail':
      case 'idleJail':
      case 'resumeJail':
      case 'setBantime':
      case 'setFindtime':
      case 'setMaxretry':
        break
    }
    return { ok: true, jail: await jails(command, touch) }
  }

  return async (payload) => {
    const parsed = Command.safeParse(payload)
    if (!parsed.success) {
      log.error({ issues: parsed.error.issues.length }, 'refused a command that is none')
      return replyTo(new Refusal('validation-failed', 'The agent does not know this command.'), false)
    }
    let isTouched = false
    try {
      return await limit.run(() =>
        execute(parsed.data, () => {
          if (!isCurrent()) throw superseded(isTouched)
          isTouched = true
        }),
      )
    } catch (error) {
      const reply = replyTo(error, isTouched)
      log.warn({ command: parsed.data.kind, code: reply.code, err: error }, 'a command was not carried out')
      return reply
    } finally {
      if (isTouched) await look()
    }
  }
}

/** This process stood still, or was cut off, for so long that another one took its place. */
function superseded(isTouched: boolean): Refusal {
  const effect = isTouched ? 'It was carried out in part.' : 'Nothing was changed.'
  return new Refusal(
    'fail2ban-unavailable',
    `The agent that took this command was replaced meanwhile. ${effect} Look at the bans, and try again.`,
  )
}
