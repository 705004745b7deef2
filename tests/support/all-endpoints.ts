import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Endpoint } from '../../src/server/http/endpoint.ts'

const FEATURES = resolve(import.meta.dirname, '../../src/server/features')

/** Stands for every service at once. An endpoint is only described here, never called. */
const noService: unknown = new Proxy(() => undefined, {
  get: (_target, name) => (name === Symbol.toPrimitive ? () => '' : noService),
  apply: () => noService,
})

/** Every endpoint there is: what the functions named …Endpoints of all *.endpoints.ts files return. */
export async function allEndpoints(): Promise<Endpoint[]> {
  const files = readdirSync(FEATURES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.endpoints.ts'))
    .sort()
  const endpoints: Endpoint[] = []
  for (const file of files) {
    const module = (await import(pathToFileURL(join(FEATURES, file)).href)) as Record<string, unknown>
    for (const [name, make] of Object.entries(module)) {
      if (!name.endsWith('Endpoints')) continue
      const made = (make as (...services: unknown[]) => readonly Endpoint[])(noService, noService, noService)
      endpoints.push(...made)
    }
  }
  return endpoints
}
