import type { z } from 'zod'
import type { BantimeIncrement } from '../../shared/jail.ts'
import { Fail2banRefused, type JailRules } from './fail2ban-client.ts'
import { Count, Entries, IncrementFlag, IncrementSeconds, IncrementText, Text } from './replies.ts'

/** Asks the server for one setting of the jail. */
export type Get = <T>(schema: z.ZodType<T>, name: string) => Promise<T>

/** What a jail looks for and how it counts. Rejects where the jail is gone; what the server is too old for is left out. */
export async function readJailRules(get: Get): Promise<JailRules> {
  const [failregex, ignoreregex, usedns, maxmatches, maxlines, increment] = await Promise.all([
    get(Entries, 'failregex'),
    get(Entries, 'ignoreregex'),
    ifKnown(get(Text, 'usedns')),
    ifKnown(get(Count, 'maxmatches')),
    ifKnown(get(Count, 'maxlines')),
    ifKnown(readIncrement(get)),
  ])
  return { failregex, ignoreregex, usedns, maxmatches, maxlines, increment }
}

async function readIncrement(get: Get): Promise<BantimeIncrement> {
  const [enabled, factor, multipliers, formula, maxtime, rndtime, overalljails] = await Promise.all([
    get(IncrementFlag, 'bantime.increment'),
    get(IncrementText, 'bantime.factor'),
    get(IncrementText, 'bantime.multipliers'),
    get(IncrementText, 'bantime.formula'),
    get(IncrementSeconds, 'bantime.maxtime'),
    get(IncrementSeconds, 'bantime.rndtime'),
    get(IncrementFlag, 'bantime.overalljails'),
  ])
  return {
    enabled,
    overalljails,
    ...(factor !== undefined && { factor }),
    ...(multipliers !== undefined && { multipliers }),
    ...(formula !== undefined && { formula }),
    ...(maxtime !== null && { maxtimeSeconds: maxtime }),
    ...(rndtime !== null && { rndtimeSeconds: rndtime }),
  }
}

/** Before 0.11 there were no `bantime.…` settings, and before that no `maxmatches`. */
async function ifKnown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Fail2banRefused && error.exception === 'Exception') return undefined
    throw error
  }
}
