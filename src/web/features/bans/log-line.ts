const DATES: readonly RegExp[] = [
  // Nov 23 22:01:11
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? /,
  // 2026-11-23T22:01:11.123+01:00, 2026/11/23 22:01:11,123
  /^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?:? /,
]
/** `host sshd[123]: `, as syslog writes it. */
const SYSLOG_SOURCE = /^[\w.-]+ ([\w./-]+(?:\[\d+\])?): /

/** What a log line says, without when and where it was said: there is little room for it. The whole line is shown on request. */
export function messageOf(line: string): string {
  const date = DATES.find((pattern) => pattern.test(line))
  if (!date) return line
  const rest = line.replace(date, '')
  const message = rest.replace(SYSLOG_SOURCE, '')
  return message.trim() === '' ? line : message
}
