import { pino, destination, type Logger as PinoLogger } from 'pino'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
export type Logger = PinoLogger

/** Names whose values never reach a log line, wherever they appear one or two levels deep. */
const SECRET_KEYS = ['password', 'token', 'secret', 'cookie', 'authorization', 'sid']
const redact = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])

export interface LoggerOptions {
  readonly level: LogLevel | 'silent'
  readonly format: 'json' | 'pretty'
  /** Standard output unless said. */
  readonly to?: 'stdout' | 'stderr'
}

/**
 * One line per entry: JSON for machines, or text for a terminal. Levels: error, someone must act now;
 * warn, heals by itself; info, the operator's diary. Control characters in values are escaped, so a line stays a line.
 */
export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const settings = { level: options.level, redact: { paths: redact, censor: '[hidden]' }, base: null }
  const fd = options.to === 'stderr' ? 2 : 1
  if (options.format === 'json') return pino(settings, destination({ fd, sync: true }))
  // Loaded only for a terminal: a service that writes JSON starts without it.
  const { default: pretty } = await import('pino-pretty')
  const stream = pretty({
    colorize: fd === 2 ? process.stderr.isTTY : process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss',
    singleLine: true,
    messageFormat: (entry, key) => printable(entry[key]),
    sync: true,
    destination: fd,
  })
  return pino(settings, stream)
}

/** JSON escapes them by itself. */
function printable(message: unknown): string {
  if (typeof message !== 'string') return ''
  return message.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))
}
