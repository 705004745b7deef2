import type { MessageDescriptor } from '@lingui/core'
import { msg, plural, t } from '@lingui/core/macro'
import type { Cause, CheckId, Finding, HealthLevel } from '../../../shared/health.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import type { Tone } from '../../ui/badge.tsx'
import { formatClock } from '../../ui/time.ts'
import { formatNumber, listOf } from '../../ui/words.ts'
import { formatBytes, formatMilliseconds } from './amounts.ts'
import { OFFLINE_TITLES } from './offline-words.ts'

export const TONES: Readonly<Record<HealthLevel, Tone>> = {
  ok: 'ok',
  warning: 'warn',
  failing: 'danger',
  unknown: 'neutral',
}

export const LEVELS: Readonly<Record<HealthLevel, MessageDescriptor>> = {
  ok: msg`Working`,
  warning: msg`Needs a look`,
  failing: msg`Failing`,
  unknown: msg`Not known`,
}

export const LABELS: Readonly<Record<CheckId, MessageDescriptor>> = {
  fail2ban: msg`fail2ban`,
  agent: msg`Agent`,
  jails: msg`Jails`,
  'log-files': msg`Log files`,
  'fail2ban-database': msg`fail2ban’s database`,
  'fail2ban-log': msg`fail2ban’s own log`,
  'ban-feed': msg`Ban feed`,
  database: msg`BanGUI’s database`,
  disk: msg`Disk space`,
  state: msg`Shared state`,
  clock: msg`Clock`,
  jobs: msg`Background jobs`,
  proxy: msg`Proxy`,
  encryption: msg`Encryption`,
}

type Words<C extends Cause> = (finding: Extract<Finding, { cause: C }>) => string

/** What was found, in a sentence. */
const CAUSES: { readonly [C in Cause]: Words<C> } = {
  'not-known': ({ because }) => NOT_KNOWN[because](),
  answers: ({ version }) => t`fail2ban ${version} answers.`,
  outdated: ({ version, least }) =>
    t`fail2ban ${version} is older than ${least}, so how long and how often somebody was banned is not known.`,
  away: ({ reason, since, detail }) => {
    const clock = formatClock(new Date(since))
    const title = reason === 'starting' ? t`Connecting to fail2ban…` : t(OFFLINE_TITLES[reason])
    const sentence = inChosenLanguage(detail)
    return t`${title} since ${clock}. ${sentence}`
  },
  'socket-file': ({ isDead }) =>
    isDead
      ? t`The socket’s file is mounted instead of its folder, and fail2ban has started anew since: it has another socket, which BanGUI does not see.`
      : t`The socket’s file is mounted instead of its folder: when fail2ban starts anew, BanGUI does not see its new socket.`,
  'agent-works': () => t`An agent of BanGUI is at work beside fail2ban.`,
  'agent-missing': ({ since }) => {
    const clock = formatClock(new Date(since))
    return t`No agent has told of this fail2ban since ${clock}, so nothing is known of it and nothing can be changed.`
  },
  'all-active': ({ active }) =>
    plural(active, { one: '# jail is active.', other: 'All # jails are active.' }),
  'no-jails': () => t`fail2ban runs without any jail, so nobody can be banned.`,
  'none-active': () => t`No jail is active, so nobody can be banned.`,
  'some-inactive': ({ idle, stopped }) => [stoppedWords(stopped), idleWords(idle)].filter(Boolean).join(' '),
  present: () => t`All log files that jails watch exist.`,
  missing: ({ jails }) => jails.slice(0, 3).map(missingWords).join(' '),
  'logs-elsewhere': ({ files }) => {
    const [file = ''] = files
    return t`BanGUI sees none of the log files that jails watch, such as ${file}, so it cannot tell whether they exist.`
  },
  readable: () => t`Bans show their reasons.`,
  'switched-off': () => t`fail2ban keeps no database (dbfile = None), so bans show no reasons.`,
  unreadable: ({ detail }) => {
    const sentence = inChosenLanguage(detail)
    return t`Reasons of bans are missing. ${sentence}`
  },
  'database-elsewhere': ({ path }) =>
    t`Reasons of bans are missing. fail2ban says that its database is ${path}, and BanGUI sees no such file.`,
  'log-read': ({ target }) => t`fail2ban’s log is ${target}; it tells of no odd times.`,
  'no-log-file': ({ target }) => t`fail2ban writes its log to ${target}.`,
  'log-elsewhere': ({ target }) => t`fail2ban writes its log to ${target}, and BanGUI sees no such file.`,
  'log-unreadable': ({ target }) => t`fail2ban writes its log to ${target}, which BanGUI may not read.`,
  'odd-times': ({ jail, distance }) =>
    t`The times in the log of ${jail} are wrong for fail2ban (${distance} its own time), as if they were in another time zone.`,
  'in-step': ({ banned }) => {
    const count = formatNumber(banned)
    return t`The list of bans is what fail2ban counts: ${count}.`
  },
  'catching-up': ({ fail2ban, console: listed }) => {
    const [all, known] = [formatNumber(fail2ban), formatNumber(listed)]
    return t`The list of bans is catching up: ${known} of ${all}.`
  },
  'out-of-step': ({ fail2ban, console: listed, jails, since }) => {
    const [all, known, clock] = [formatNumber(fail2ban), formatNumber(listed), formatClock(new Date(since))]
    const names = listOf(jails)
    return t`fail2ban counts ${all} bans, the list has ${known}, since ${clock}. They differ in ${names}.`
  },
  writable: ({ sizeBytes }) => {
    if (sizeBytes === undefined) return t`It can be written.`
    const size = formatBytes(sizeBytes)
    return t`It can be written; its size is ${size}.`
  },
  'not-writable': ({ detail }) => t`BanGUI’s database cannot be written: ${detail}.`,
  enough: ({ freeBytes }) => {
    const free = formatBytes(freeBytes)
    return t`${free} are free.`
  },
  'nearly-full': ({ freeBytes, folder }) => {
    const free = formatBytes(freeBytes)
    return t`Only ${free} are free on the disk of ${folder}.`
  },
  'no-disk': () => t`The database is in memory.`,
  'in-this-process': () => t`It is kept inside this one process.`,
  'in-redis': ({ version }) => t`Redis ${version} answers.`,
  unreachable: ({ detail }) => {
    const sentence = inChosenLanguage(detail)
    return t`The shared state is away, so nobody can sign in and nothing can be changed. ${sentence}`
  },
  evicts: ({ policy }) =>
    t`Redis throws away keys when its memory is full (maxmemory-policy ${policy}): people would be signed out without a word.`,
  'not-kept': () => t`Redis keeps nothing on disk: when it restarts, everybody has to sign in again.`,
  'one-clock': () => t`There is only the clock of this machine.`,
  'same-time': () => t`The clocks of Redis and of this machine agree.`,
  apart: ({ skewMs }) => {
    const distance = formatMilliseconds(Math.abs(skewMs))
    return skewMs > 0
      ? t`The clock of this machine is ${distance} behind that of Redis.`
      : t`The clock of this machine is ${distance} ahead of that of Redis.`
  },
  done: () => t`All background jobs have done their last run.`,
  failed: ({ jobs }) => {
    const names = listOf(jobs.map((job) => job.name))
    return plural(jobs.length, {
      one: `The last run of ${names} has failed.`,
      other: `The last runs of ${names} have failed.`,
    })
  },
  overdue: ({ jobs }) => {
    const names = listOf(jobs)
    return t`Nobody runs ${names}.`
  },
  'no-proxy': () => t`No proxy stands in front of BanGUI.`,
  'known-proxy': () => t`Your request came through the proxy that BanGUI was told about.`,
  'unknown-proxy': () =>
    t`Your request came through a proxy that BanGUI was not told about: everybody behind it counts as one client.`,
  'proxy-missing': () =>
    t`BanGUI was told about a proxy (TRUST_PROXY), but your request did not come through it, or it does not say for whom it asks.`,
  encrypted: () => t`Browsers reach BanGUI over https.`,
  'this-machine-only': () => t`BanGUI is reached from this machine alone.`,
  'plain-http': () => t`BanGUI is reached over plain http: passwords and cookies can be read on the way.`,
}

const NOT_KNOWN: Readonly<Record<Extract<Finding, { cause: 'not-known' }>['because'], () => string>> = {
  'fail2ban-away': () => t`Not known while fail2ban is away.`,
  'agent-missing': () => t`Not known without an agent beside fail2ban.`,
  'state-unreachable': () => t`Not known while the shared state is away.`,
  'not-checked-yet': () => t`Nobody has looked yet.`,
}

function stoppedWords(jails: readonly string[]): string {
  const names = listOf(jails)
  return jails.length === 0
    ? ''
    : plural(jails.length, {
        one: `${names} is stopped, so it bans nobody.`,
        other: `${names} are stopped, so they ban nobody.`,
      })
}

function idleWords(jails: readonly string[]): string {
  const names = listOf(jails)
  return jails.length === 0
    ? ''
    : plural(jails.length, {
        one: `${names} is paused, so it bans nobody new.`,
        other: `${names} are paused, so they ban nobody new.`,
      })
}

function missingWords({ jail, files, blind }: { jail: string; files: string[]; blind: boolean }): string {
  const [file = ''] = files
  if (!blind) return t`${jail} watches a log file that does not exist (${file}), beside others that do.`
  return t`${jail} watches a log file that does not exist (${file}), so it cannot ban anyone.`
}

export function causeInWords(finding: Finding): string {
  // The table has the words of each cause under its name.
  const words = CAUSES[finding.cause] as (finding: Finding) => string
  return words(finding)
}

/** What to do, in a sentence; undefined where the fix says it all, or there is nothing to do. */
export function adviceInWords(finding: Finding): string | undefined {
  return finding.cause === 'away' ? inChosenLanguage(finding.remedy) : ADVICE[finding.cause]?.()
}

const ADVICE: Readonly<Partial<Record<Cause, () => string>>> = {
  outdated: () => t`Install a newer fail2ban from your distribution.`,
  'agent-missing': () =>
    t`Start BanGUI beside fail2ban with the role agent and this host’s id (BANGUI_HOST).`,
  'socket-file': () =>
    t`Share the folder with the container instead, such as /var/run/fail2ban:/var/run/fail2ban, and start BanGUI anew.`,
  'logs-elsewhere': () => t`Share them with BanGUI’s container and say where they are there.`,
  'database-elsewhere': () => t`Share its folder with BanGUI’s container and say where it is there.`,
  'odd-times': () =>
    t`Give fail2ban and the service that writes the log the same time zone (TZ), and restart both.`,
  'unknown-proxy': () => t`Tell BanGUI how many proxies are in front of it, or their networks.`,
  'proxy-missing': () =>
    t`Let the proxy send X-Forwarded-For and let nobody pass it by; without a proxy remove TRUST_PROXY.`,
  'no-jails': () => t`Enable a jail in jail.local, then reload fail2ban.`,
  'none-active': () => t`Start a jail.`,
  'some-inactive': () => t`Start the jail, or take it out of fail2ban’s configuration if it is not wanted.`,
  missing: () =>
    t`Correct the jail’s logpath, or create the file, then reload the jail. Some services create their log only when there is something to tell.`,
  unreadable: () => t`Let BanGUI read the file, or say where it is.`,
  'out-of-step': () =>
    t`BanGUI compares again by itself. If this lasts, look whether the background jobs run, and restart BanGUI.`,
  'not-writable': () => t`Look who may write to the folder and whether the disk is full.`,
  'nearly-full': () => t`Make room: without it neither bans nor sessions can be kept.`,
  unreachable: () => t`Look whether Redis runs; BanGUI tries again all the time.`,
  evicts: () => t`Let Redis refuse new keys instead, and write it to redis.conf too.`,
  'not-kept': () => t`Let Redis keep an append-only file, and write it to redis.conf too.`,
  apart: () => t`Let both machines follow a time server.`,
  failed: () => t`Look at the error of the job and run it again.`,
  overdue: () => t`A process with the role jobs is needed.`,
  'plain-http': () => t`Put a proxy with a certificate in front and tell BanGUI its address.`,
}
