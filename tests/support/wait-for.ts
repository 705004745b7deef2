import { setTimeout as pause } from 'node:timers/promises'

/**
 * Asks again and again until the condition answers something true, and returns that. A condition that throws counts as not
 * yet true; `what` completes the sentence of the failure, "Waited … ms in vain for …".
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: { what: string; timeoutMs?: number; everyMs?: number },
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const { what, timeoutMs = 10_000, everyMs = 20 } = options
  const until = performance.now() + timeoutMs
  let lastError: unknown
  do {
    try {
      const answer = await condition()
      if (answer) return answer as Exclude<T, false | null | undefined | 0 | ''>
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    await pause(everyMs)
  } while (performance.now() < until)
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`, { cause: lastError })
}
