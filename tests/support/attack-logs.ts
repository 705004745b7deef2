import { appendFileSync } from 'node:fs'
import { join } from 'node:path'

export type AttackedJail = 'sshd' | 'nginx-http-auth' | 'recidive'

export interface AttackLogs {
  /** Appends `count` failures of `ip`, stamped now, to the log that the jail watches. */
  writeFailures(jail: AttackedJail, ip: string, count?: number): void
  /** Appends text as it is to one of the logs, such as `auth.log`. */
  writeLog(file: string, text: string): void
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => String(number).padStart(2, '0')
const time = (at: Date): string => [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
const day = (at: Date, separator: string): string =>
  [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join(separator)

/** Writes what sshd, nginx and fail2ban itself would log of an attack, in local time as they do. */
export function createAttackLogs(folder: string): AttackLogs {
  let sshdPid = 1_000
  const writeLog = (file: string, text: string): void => appendFileSync(join(folder, file), text)
  const syslogDay = (at: Date): string => `${MONTHS[at.getMonth()] ?? ''} ${String(at.getDate()).padStart(2)}`
  const lines = {
    sshd: (ip: string, at: Date) => {
      // The filter joins the lines of one sshd process into one session, so every line has its own.
      sshdPid += 1
      return `${syslogDay(at)} ${time(at)} host sshd[${sshdPid}]: Failed password for invalid user root from ${ip} port 40022 ssh2`
    },
    'nginx-http-auth': (ip: string, at: Date) =>
      `${day(at, '/')} ${time(at)} [error] 12#12: *1 user "bob" was not found in "/etc/nginx/.htpasswd", client: ${ip}, server: localhost, request: "GET / HTTP/1.1", host: "example.org"`,
    recidive: (ip: string, at: Date) =>
      `${day(at, '-')} ${time(at)},123 fail2ban.actions        [999]: NOTICE  [sshd] Ban ${ip}`,
  }
  const files = { sshd: 'auth.log', 'nginx-http-auth': 'nginx-error.log', recidive: 'fail2ban-seen.log' }
  return {
    writeLog,
    writeFailures(jail, ip, count = 3) {
      const now = new Date()
      const text = Array.from({ length: count }, () => `${lines[jail](ip, now)}\n`).join('')
      writeLog(files[jail], text)
    },
  }
}
