import { DatabaseSync } from 'node:sqlite'

/** Jails that the demo has besides the standard three, so that there is something to compare. */
export const DEMO_JAILS = ['postfix-sasl', 'dovecot', 'nginx-botsearch'] as const

/** Text for `jail.d`: harmless like the standard jails, all on one log file. */
export const DEMO_JAILS_TEXT = DEMO_JAILS.map(
  (name) => `[${name}]
enabled = true
filter = ${name === 'postfix-sasl' ? 'postfix[mode=auth]' : name}
logpath = %(root)s/log/extra.log
`,
).join('\n')

interface Habit {
  readonly jail: string
  /** How often it is attacked, compared with the others. */
  readonly weight: number
  readonly bantimeSeconds: number
  readonly line: (ip: string) => string
}

const DAY_S = 86_400

const HABITS: readonly Habit[] = [
  {
    jail: 'sshd',
    weight: 52,
    bantimeSeconds: DAY_S,
    line: (ip) => `host sshd[3121]: Failed password for invalid user anna from ${ip} port 40022 ssh2`,
  },
  {
    jail: 'nginx-botsearch',
    weight: 23,
    bantimeSeconds: 6 * 3_600,
    line: (ip) => `${ip} - - "GET /wp-login.php HTTP/1.1" 404 153 "-" "curl/8"`,
  },
  {
    jail: 'postfix-sasl',
    weight: 14,
    bantimeSeconds: 12 * 3_600,
    line: (ip) => `host postfix/smtpd[211]: warning: unknown[${ip}]: SASL LOGIN authentication failed`,
  },
  {
    jail: 'dovecot',
    weight: 8,
    bantimeSeconds: 6 * 3_600,
    line: (ip) => `host dovecot: imap-login: Aborted login (auth failed, 3 attempts): user=<bob>, rip=${ip}`,
  },
  {
    jail: 'recidive',
    weight: 3,
    bantimeSeconds: -1,
    line: (ip) => `fail2ban.actions [999]: NOTICE [sshd] Ban ${ip}`,
  },
]

/** Ban times of the jails above, for `startFail2ban`. */
export const DEMO_BANTIMES: Readonly<Record<string, number>> = Object.fromEntries(
  HABITS.map(({ jail, bantimeSeconds }) => [jail, bantimeSeconds]),
)

export interface PastAttacks {
  readonly bans: number
  readonly days: number
  /** The same number gives the same past. */
  readonly seed: number
}

/**
 * Writes bans of the last days into the database of a fail2ban that does not run, as if it had made them: more by day than by
 * night, in waves, from addresses that often come back. When it starts it restores those that have not ended.
 */
export function writePastAttacks(file: string, { bans, days, seed }: PastAttacks): void {
  const random = randomNumbers(seed)
  const nowS = Math.floor(Date.now() / 1000)
  const moments = Array.from({ length: bans }, () => nowS - momentAgo(days, random)).sort((a, b) => a - b)
  const counts = new Map<string, number>()
  using database = new DatabaseSync(file)
  const archive = database.prepare(
    'INSERT INTO bans (jail, ip, timeofban, bantime, bancount, data) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const latest = database.prepare(
    'INSERT OR REPLACE INTO bips (ip, jail, timeofban, bantime, bancount, data) VALUES (?, ?, ?, ?, ?, ?)',
  )
  database.exec('BEGIN')
  for (const at of moments) {
    const { jail, bantimeSeconds, line } = habitFor(random)
    const ip = attacker(random)
    const key = `${jail} ${ip}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    const failures = 3 + Math.floor(random() * 6)
    const when = new Date(at * 1000).toISOString().slice(0, 19)
    const matches = Array.from({ length: Math.min(failures, 5) }, () => `${when}Z ${line(ip)}`)
    const data = JSON.stringify({ matches, failures })
    archive.run(jail, ip, at, bantimeSeconds, count, data)
    latest.run(ip, jail, at, bantimeSeconds, count, data)
  }
  database.exec('COMMIT')
}

/** Seconds before now: most in the last day, with a tide over the day and one wave some hours ago. */
function momentAgo(days: number, random: () => number): number {
  const isWave = random() < 0.12
  if (isWave) return Math.floor((5.5 + random() * 1.6) * 3_600)
  for (;;) {
    const ago = random() ** 1.6 * days * DAY_S
    const tide = 0.55 + 0.45 * Math.cos((ago / DAY_S) * 2 * Math.PI)
    if (random() < tide) return Math.floor(ago)
  }
}

function habitFor(random: () => number): Habit {
  let rest = random() * 100
  for (const habit of HABITS) {
    rest -= habit.weight
    if (rest < 0) return habit
  }
  return HABITS[0] as Habit
}

/** A few come again and again. */
function attacker(random: () => number): string {
  const regular = random() < 0.06
  if (regular) return `203.0.113.${Math.floor(random() * 12) + 1}`
  const last = Math.floor(random() * 254) + 1
  const kind = random()
  if (kind < 0.35) return `198.51.100.${last}`
  if (kind < 0.7) return `192.0.2.${last}`
  return `2001:db8:${Math.floor(random() * 0xffff).toString(16)}::${last.toString(16)}`
}

/** Mulberry32: small, and good enough to scatter attackers. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
