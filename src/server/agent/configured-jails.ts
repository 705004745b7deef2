import { parseDuration } from '../../shared/duration.ts'
import { listedIp } from '../../shared/ip.ts'
import type { ConfiguredJail } from '../../shared/jail.ts'
import type { ConfigCommand } from '../fail2ban/fail2ban-client.ts'
import { JailStreamError } from '../fail2ban/jail-stream.ts'

/** What the configuration files say of a jail, or why they cannot be read. */
export interface Configuration {
  readonly configured?: ConfiguredJail
  readonly configurationProblem?: string
}

export interface ConfiguredJails {
  /** Read at most every half minute; never rejects. */
  of(jail: string): Promise<Configuration>
  /** The jail was just brought up with this. */
  remember(jail: string, stream: readonly ConfigCommand[]): void
}

/** fail2ban-client is a Python program: to start it costs a tenth of a second. */
const FRESH_MS = 30_000

export function createConfiguredJails(deps: {
  readStream: (jail: string) => Promise<ConfigCommand[]>
  now: () => number
}): ConfiguredJails {
  const { readStream, now } = deps
  const known = new Map<string, { at: number; configuration: Promise<Configuration> }>()
  return {
    of(jail) {
      const entry = known.get(jail)
      if (entry && now() - entry.at < FRESH_MS) return entry.configuration
      const configuration = readStream(jail).then(
        (stream): Configuration => ({ configured: configuredBy(stream) }),
        (error: unknown): Configuration => {
          const configurationProblem =
            error instanceof JailStreamError ? error.message : 'The configuration files could not be read.'
          return { configurationProblem }
        },
      )
      known.set(jail, { at: now(), configuration })
      return configuration
    },
    remember: (jail, stream) =>
      void known.set(jail, {
        at: now(),
        configuration: Promise.resolve({ configured: configuredBy(stream) }),
      }),
  }
}

/** The settings that can be changed while the jail runs. A time that is a calculation is left out: only fail2ban evaluates it. */
export function configuredBy(stream: readonly ConfigCommand[]): ConfiguredJail {
  const valuesOf = (name: string) =>
    stream.filter(([verb, , option]) => verb === 'set' && option === name).map((command) => command.slice(3))
  const lastOf = (name: string) => valuesOf(name).at(-1)?.[0]
  const secondsOf = (name: string): number | undefined => {
    const value = lastOf(name)
    return typeof value === 'number' ? value : parseDuration(String(value ?? ''))
  }
  const bantimeSeconds = secondsOf('bantime')
  const findtimeSeconds = secondsOf('findtime')
  const maxretry = Number(lastOf('maxretry'))
  const ignoreip = valuesOf('addignoreip')
    .flat()
    .map((entry) => String(entry))
  return {
    ...(bantimeSeconds !== undefined && { bantimeSeconds }),
    ...(findtimeSeconds !== undefined && { findtimeSeconds }),
    ...(Number.isSafeInteger(maxretry) && { maxretry }),
    ignoreip: ignoreip.map((entry) => listedIp(entry)?.text ?? entry),
  }
}
