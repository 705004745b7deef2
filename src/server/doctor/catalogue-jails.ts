import { dirname } from 'node:path'
import { fixLines, type Catalogue } from './catalogue-entry.ts'
import { shellWord } from './plain-text.ts'

/** What fail2ban works with, and what BanGUI sees of it. */
export const JAILS: Catalogue<
  | 'no-jails'
  | 'none-active'
  | 'some-inactive'
  | 'missing'
  | 'logs-elsewhere'
  | 'unreadable'
  | 'database-elsewhere'
  | 'log-elsewhere'
  | 'log-unreadable'
  | 'odd-times'
  | 'future-bans'
  | 'out-of-step'
> = {
  'no-jails': {
    title: 'fail2ban has no jail',
    found: () => 'It runs, and watches nothing.',
    why: 'A jail is what watches a log and bans. Distributions enable one or none.',
    lines: () => [
      '# /etc/fail2ban/jail.local',
      '[sshd]',
      'enabled = true',
      '# then',
      'fail2ban-client reload',
    ],
    example: { finding: { cause: 'no-jails' } },
  },
  'none-active': {
    title: 'No jail is active',
    found: ({ idle, stopped }) => `Stopped: ${listed(stopped)}. Paused: ${listed(idle)}.`,
    why: 'Somebody has stopped or paused them. A stopped jail has lifted its bans.',
    lines: () => ['fail2ban-client reload', '# or start them on the page Jails'],
    example: { finding: { cause: 'none-active', idle: [], stopped: ['sshd'] } },
  },
  'some-inactive': {
    title: 'Some jails are not active',
    found: ({ idle, stopped }) => `Stopped: ${listed(stopped)}. Paused: ${listed(idle)}.`,
    why: 'Somebody has stopped or paused them: they ban nobody new.',
    lines: () => [
      'fail2ban-client reload',
      '# or, where it is not wanted, /etc/fail2ban/jail.local',
      '[recidive]',
      'enabled = false',
    ],
    example: { finding: { cause: 'some-inactive', active: 1, idle: [], stopped: ['recidive'] } },
  },
  missing: {
    title: 'A jail watches a log that does not exist',
    found: ({ jails }) =>
      jails
        .map(({ jail, files, blind }) => `${jail}${blind ? ' can ban nobody' : ''}: ${files.join(', ')}.`)
        .join(' '),
    why: 'The file was rotated away, the service logs elsewhere (often only to the journal), or its folder is not shared with fail2ban’s container. fail2ban says nothing of it once it runs.',
    lines: ({ jails }) => {
      const { jail = 'sshd', files = [] } = jails[0] ?? {}
      return [
        '# /etc/fail2ban/jail.local',
        `[${jail}]`,
        'logpath = /the/right/path.log',
        '# or, where the service writes to the journal',
        'backend = systemd',
        '# or, where it writes only when there is something to tell',
        `touch ${shellWord(files[0] ?? '/the/right/path.log')}`,
        '# then',
        `fail2ban-client reload ${shellWord(jail)}`,
      ]
    },
    example: {
      finding: { cause: 'missing', jails: [{ jail: 'sshd', files: ['/var/log/auth.log'], blind: true }] },
    },
  },
  'logs-elsewhere': {
    title: 'The log files of the jails are not seen here',
    found: ({ files }) => `fail2ban watches ${files.join(', ')}; none of them exists for this process.`,
    why: 'fail2ban runs in another container. It works, but BanGUI cannot tell when a log goes missing.',
    lines: ({ files }) => mapLines(files),
    example: { finding: { cause: 'logs-elsewhere', files: ['/remotelogs/nginx/error.log'] } },
  },
  unreadable: {
    title: 'fail2ban’s database cannot be read',
    found: ({ detail }) => detail,
    why: 'fail2ban makes it for root alone. Without it bans are followed all the same, but without their reasons.',
    lines: (_, fix) => [
      '# As root, or in a container as a user of the group root:',
      'chmod 640 /var/lib/fail2ban/fail2ban.sqlite3',
      '# where it is at another path here:',
      ...fixLines(fix),
    ],
    example: {
      finding: {
        cause: 'unreadable',
        detail: 'fail2ban’s database /var/lib/fail2ban/fail2ban.sqlite3 may not be read by BanGUI.',
      },
      fix: { kind: 'setting', name: 'FAIL2BAN_DB', value: '/var/lib/fail2ban/fail2ban.sqlite3' },
    },
  },
  'database-elsewhere': {
    title: 'fail2ban’s database is not seen here',
    found: ({ path }) =>
      `fail2ban says that its database is ${path}; there is no such file for this process.`,
    why: 'fail2ban runs in another container, or the file was deleted while it runs. Bans are followed all the same, but without their reasons.',
    lines: ({ path }) => mapLines([path]),
    example: { finding: { cause: 'database-elsewhere', path: '/config/fail2ban/fail2ban.sqlite3' } },
  },
  'log-elsewhere': {
    title: 'fail2ban’s own log is not seen here',
    found: ({ target }) => `fail2ban writes its log to ${target}; there is no such file for this process.`,
    why: 'fail2ban runs in another container. BanGUI reads in its log whether the times of a jail’s log are odd, and nothing else.',
    lines: ({ target }) => mapLines([target]),
    example: { finding: { cause: 'log-elsewhere', target: '/config/log/fail2ban/fail2ban.log' } },
  },
  'log-unreadable': {
    title: 'fail2ban’s own log may not be read',
    found: ({ target }) => `fail2ban writes its log to ${target}, which this process may not read.`,
    why: 'It belongs to root, or to the group adm. BanGUI reads in it whether the times of a jail’s log are odd, and nothing else.',
    lines: ({ target }) => [`chgrp bangui ${shellWord(target)} && chmod 640 ${shellWord(target)}`],
    example: { finding: { cause: 'log-unreadable', target: '/var/log/fail2ban.log' } },
  },
  'odd-times': {
    title: 'A log is in another time zone',
    found: ({ jail, distance }) =>
      `fail2ban has found entries in the log of ${jail} that are ${distance} its own time, and takes them for a time zone problem.`,
    why: 'The service and fail2ban have different time zones, as containers without TZ do, or one clock is wrong. fail2ban counts failures by these times: after a start it takes them for too old, or bans for too long.',
    lines: ({ jail }) => [
      '# the same in the environment of fail2ban’s container and of the service’s',
      'TZ=Europe/Vienna',
      '# or, in jail.local, say in which zone the log is',
      `[${jail}]`,
      'logtimezone = UTC',
      '# then restart fail2ban; it says so again where it is still wrong',
    ],
    example: { finding: { cause: 'odd-times', jail: 'nginx-http-auth', distance: '2h before' } },
  },
  'future-bans': {
    title: 'A ban lies in the future',
    found: ({ aheadSeconds }) =>
      `The newest ban in fail2ban’s database is ${aheadSeconds} s ahead of the clock of this machine.`,
    why: 'The clock was set back, or is not that of the machine that fail2ban runs on. Ends of bans, ages and charts are wrong by as much.',
    lines: () => ['timedatectl set-ntp true', 'timedatectl status'],
    example: { finding: { cause: 'future-bans', aheadSeconds: 3_600 } },
  },
  'out-of-step': {
    title: 'The list of bans is not what fail2ban counts',
    found: ({ fail2ban, console: listed_, jails }) =>
      `fail2ban counts ${fail2ban} bans, the list has ${listed_}. They differ in ${listed(jails)}.`,
    why: 'What the agent reports does not arrive: nobody has the role jobs, or the database cannot be written.',
    lines: () => ['BANGUI_ROLES=web,jobs', '# and look at the background jobs on the Health page'],
    example: {
      finding: {
        cause: 'out-of-step',
        fail2ban: 12,
        console: 10,
        jails: ['sshd'],
        since: '2027-01-31T12:00:00.000Z',
      },
    },
  },
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}

/** Where a path is here only the administrator knows: the left side is what fail2ban says. */
function mapLines(paths: readonly string[]): string[] {
  const folders = [...new Set(paths.map((path) => dirname(path)))]
  const heres = folders.map((folder) => `/mnt/fail2ban${folder}`)
  return [
    '# volumes of BanGUI’s agent in compose.yml: what fail2ban’s container has mounted at these paths',
    ...folders.map((folder, index) => `  - <what is at ${folder} there>:${heres[index]}:ro`),
    '# and in its environment',
    `FAIL2BAN_PATH_MAP=${folders.map((folder, index) => `${folder}=${heres[index]}`).join(',')}`,
  ]
}
