import { DatabaseSync } from 'node:sqlite'

/** A jail for `extraJails` whose bans run no shell command and never end: filling it costs what fail2ban itself costs. */
export const MANY_JAIL = `[many]
enabled = true
filter = sshd
logpath = %(root)s/log/extra.log
bantime = -1
action =
`

/** The address of a number, each another one. */
export function manyIp(index: number): string {
  return `2001:db8:${((index >> 8) + 1).toString(16)}::${((index & 255) + 1).toString(16)}`
}

/** Writes permanent bans of the jail `many` into the database of a fail2ban that does not run; it restores them when it starts. */
export function writeManyBans(file: string, count: number): void {
  const nowS = Math.floor(Date.now() / 1000)
  using database = new DatabaseSync(file)
  database.prepare("INSERT OR IGNORE INTO jails (name, enabled) VALUES ('many', 1)").run()
  const archive = database.prepare(
    'INSERT INTO bans (jail, ip, timeofban, bantime, bancount, data) VALUES (?, ?, ?, -1, 1, ?)',
  )
  const latest = database.prepare(
    'INSERT OR REPLACE INTO bips (ip, jail, timeofban, bantime, bancount, data) VALUES (?, ?, ?, -1, 1, ?)',
  )
  database.exec('BEGIN')
  for (let index = 0; index < count; index += 1) {
    const ip = manyIp(index)
    const at = nowS - count + index
    const matches = [`host sshd[3121]: Failed password for invalid user anna from ${ip} port 40022 ssh2`]
    const data = JSON.stringify({ matches, failures: 5 })
    archive.run('many', ip, at, data)
    latest.run(ip, 'many', at, data)
  }
  database.exec('COMMIT')
}
