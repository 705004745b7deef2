import type { Check, Readiness } from '../../../shared/health.ts'

/** One thing that may keep the process from serving. Synchronous: it reports a sample, it does not go and look. */
export interface ReadinessCheck {
  readonly name: string
  /** Only a failing required check makes the process not ready; the others are told for information. */
  readonly required: boolean
  /** What is wrong, in a sentence; undefined when nothing is. */
  readonly problem: () => string | undefined
}

/** A process that drains is not ready, whatever else is true: new requests belong to another one. */
export function createReadiness(options: {
  version: string
  installation: string
  checks: readonly ReadinessCheck[]
  isDraining: () => boolean
}): () => Readiness {
  const draining: ReadinessCheck = {
    name: 'accepting',
    required: true,
    problem: () => (options.isDraining() ? 'This process is stopping.' : undefined),
  }
  const all = [draining, ...options.checks]
  return () => {
    const checks = all.map(({ name, required, problem }): Check => {
      const detail = problem()
      return { name, required, ok: detail === undefined, ...(detail === undefined ? {} : { detail }) }
    })
    return {
      ready: checks.every((check) => check.ok || !check.required),
      version: options.version,
      installation: options.installation,
      checks,
    }
  }
}
