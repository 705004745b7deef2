import { plural, t } from '@lingui/core/macro'
import { jailProblem, type Jail, type JailSettingName } from '../../../shared/jail.ts'
import { listOf } from '../../ui/words.ts'
import type { JailAction } from './jails.queries.ts'

/** What is wrong, what it means, and what to do. Undefined where nothing is. */
export function problemSentence(jail: Jail): string | undefined {
  const { name } = jail
  const missing = jail.missingSources ?? []
  const files = listOf(missing)
  const problem = jailProblem(jail)
  if (problem === 'stopped') {
    return t`${name} is stopped: it watches nothing and bans nobody. Start it to bring it back.`
  }
  if (problem === 'idle') {
    return t`${name} is paused: it bans nobody, and its bans do not run out. Resume it to go on.`
  }
  if (problem === 'log-missing') {
    return t`${name} misses a log file, so nobody is banned for what would be in it: ${files}. Create it or correct logpath, then reload the jail.`
  }
  if (problem === undefined) return undefined
  return missing.length === 0
    ? t`${name} has no log file to watch, so it cannot ban anyone. Set logpath in its configuration, then reload it.`
    : t`${name} watches a log file that does not exist, so it cannot ban anyone: ${files}. Create it or correct logpath, then reload the jail.`
}

export function actionName(action: JailAction): string {
  const names: Record<JailAction, () => string> = {
    start: () => t`Start`,
    stop: () => t`Stop`,
    restart: () => t`Restart`,
    reload: () => t`Reload`,
    idle: () => t`Pause`,
    resume: () => t`Resume`,
    'unban-all': () => t`Unban all`,
  }
  return names[action]()
}

export function pendingWord(action: JailAction): string {
  const words: Record<JailAction, () => string> = {
    start: () => t`Starting…`,
    stop: () => t`Stopping…`,
    restart: () => t`Restarting…`,
    reload: () => t`Reloading…`,
    idle: () => t`Pausing…`,
    resume: () => t`Resuming…`,
    'unban-all': () => t`Unbanning…`,
  }
  return words[action]()
}

/** What an action does, and what it lifts, in a sentence. `remembers`: fail2ban keeps a database to bring bans back from. */
export function actionEffect(
  action: JailAction,
  { currentlyBanned: bans }: Jail,
  remembers: boolean,
): string {
  const sentences: Record<JailAction, () => string> = {
    start: () =>
      remembers
        ? t`Begins to watch as the configuration files say. Bans that have not run out come back.`
        : t`Begins to watch as the configuration files say.`,
    stop: () =>
      bans === 0
        ? t`Watches nothing and bans nobody until it is started.`
        : plural(bans, {
            one: 'Lifts its # ban. Watches nothing and bans nobody until it is started.',
            other: 'Lifts its # bans. Watches nothing and bans nobody until it is started.',
          }),
    restart: () => {
      if (bans === 0) return t`Stops it and starts it as the configuration files say.`
      return remembers
        ? plural(bans, {
            one: 'Lifts its # ban for a moment, and brings it back if it has not run out.',
            other: 'Lifts its # bans for a moment, and brings back those that have not run out.',
          })
        : plural(bans, {
            one: 'Lifts its # ban for good, since fail2ban keeps no database.',
            other: 'Lifts its # bans for good, since fail2ban keeps no database.',
          })
    },
    reload: () =>
      t`Loads what the configuration files say. Lifts no ban; what was changed while running is lost.`,
    idle: () => t`Bans nobody for now. Lifts no ban, and its bans do not run out meanwhile.`,
    resume: () => t`Watches its logs again, and its bans run out again.`,
    'unban-all': () =>
      bans === 0
        ? t`Nobody is banned.`
        : plural(bans, {
            one: 'Lifts its # ban and forgets how often the address was banned. The jail goes on watching.',
            other: 'Lifts its # bans and forgets how often these were banned. The jail goes on watching.',
          }),
  }
  return sentences[action]()
}

/** Said once fail2ban has confirmed it. */
export function doneSentence(action: JailAction, name: string, lifted: number): string {
  const sentences: Record<JailAction, () => string> = {
    start: () => t`Started ${name}`,
    stop: () =>
      lifted === 0
        ? t`Stopped ${name}`
        : plural(lifted, {
            one: `Stopped ${name}, # ban lifted`,
            other: `Stopped ${name}, # bans lifted`,
          }),
    restart: () => t`Restarted ${name}`,
    reload: () => t`Reloaded ${name}`,
    idle: () => t`Paused ${name}`,
    resume: () => t`Resumed ${name}`,
    'unban-all': () =>
      plural(lifted, {
        one: `Lifted # ban of ${name}`,
        other: `Lifted # bans of ${name}`,
      }),
  }
  return sentences[action]()
}

export function settingName(name: JailSettingName): string {
  if (name === 'bantimeSeconds') return t`Ban time`
  return name === 'findtimeSeconds' ? t`Find time` : t`Retries`
}

/** Those that make sense now, the most wanted first. */
export function actionsFor(jail: Jail): JailAction[] {
  if (jail.state === 'stopped') return ['start']
  const pause: JailAction = jail.state === 'idle' ? 'resume' : 'idle'
  return [pause, 'reload', 'restart', 'stop', 'unban-all']
}
