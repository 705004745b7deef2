import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import type { Fail2banServer } from './fail2ban-server.ts'
import { runPython } from './python.ts'

type Env = Readonly<Record<string, string>>

export interface ProductionSettings {
  readonly web: Env
  readonly agent: Env
  readonly redis: { readonly password: string; readonly config: readonly string[] }
}

const COMPOSE_FILE = resolve(import.meta.dirname, '../../compose.prod.yml')
const AS_JSON = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(json.load(sys.stdin)))))'

const Variables = z.record(z.string(), z.string())
const ComposeFile = z.object({
  services: z.object({
    web: z.object({ environment: Variables }),
    agent: z.object({ environment: Variables }),
    redis: z.object({ command: z.array(z.string()) }),
  }),
})

/**
 * What compose.prod.yml says, for processes of this machine: its variables are given, its secrets written below `folder`, and
 * the few settings added that stand for its image, its volumes and its networks.
 */
export function productionSettings(at: {
  folder: string
  site: string
  basePath: string
  port: number
  redisPort: number
  fail2ban: Fail2banServer
}): ProductionSettings {
  const { web, agent, redis } = ComposeFile.parse(runPython(AS_JSON, COMPOSE_FILE)).services
  for (const name of ['secrets', 'data']) mkdirSync(join(at.folder, name))
  const secret = (name: string, text: string): void =>
    writeFileSync(join(at.folder, 'secrets', name), `${text}\n`)
  const password = randomBytes(32).toString('hex')
  secret('redis_url', `redis://:${password}@127.0.0.1:${at.redisPort}/0`)
  secret('session_secret', randomBytes(32).toString('hex'))

  const given: Env = { SITE_ADDRESS: at.site, BASE_PATH: at.basePath }
  const here = (environment: Env): Env =>
    Object.fromEntries(
      Object.entries(environment).map(([name, text]) => [
        name,
        text
          .replaceAll(
            /\$\{(\w+):-([^}]*)\}/g,
            (_, variable: string, fallback: string) => given[variable] ?? fallback,
          )
          .replace('/run/secrets', join(at.folder, 'secrets')),
      ]),
    )
  const database = `sqlite:${join(at.folder, 'data/bangui.db')}`
  return {
    web: { ...here(web.environment), DATABASE_URL: database, PORT: String(at.port) },
    agent: {
      ...here(agent.environment),
      FAIL2BAN_SOCKET: at.fail2ban.socket,
      FAIL2BAN_CONFIG_DIR: at.fail2ban.configDir,
    },
    redis: { password, config: redisConfig(redis.command) },
  }
}

/** `--appendonly yes` as a line of redis.conf. */
function redisConfig(command: readonly string[]): string[] {
  const [, options] = /exec redis-server \S+ (.+)/.exec(command.join('\n')) ?? []
  if (options === undefined) throw new Error(`${COMPOSE_FILE} starts Redis in a way that is not understood.`)
  return options.split('--').flatMap((option) => option.trim() || [])
}
