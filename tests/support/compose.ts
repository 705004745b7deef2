import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { runPython } from './python.ts'

export const ROOT = join(import.meta.dirname, '../..')

const Healthcheck = z.object({ test: z.array(z.string()).min(2) })

/** How docker-compose writes a port that is published on every address. */
const Published = z
  .object({ published: z.number(), target: z.number(), protocol: z.string().default('tcp') })
  .transform(({ published, target, protocol }) => `${published}:${target}/${protocol}`)

const Service = z.object({
  image: z.string(),
  build: z.object({ dockerfile: z.string(), target: z.string() }).optional(),
  user: z.string().optional(),
  /** Where there are any, it begins with one of them alone. */
  profiles: z.array(z.string()).default([]),
  init: z.boolean().optional(),
  restart: z.string().optional(),
  read_only: z.boolean().optional(),
  privileged: z.boolean().optional(),
  cap_add: z.array(z.string()).default([]),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  cpus: z.number().optional(),
  pids_limit: z.number().optional(),
  stop_grace_period: z.string().optional(),
  network_mode: z.string().optional(),
  container_name: z.string().optional(),
  entrypoint: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  /** `ADDRESS:PORT:PORT/PROTOCOL`, the address where there is one. */
  ports: z.array(z.union([z.string(), Published])).default([]),
  /** `SOURCE:TARGET:MODE`. */
  volumes: z.array(z.string()).default([]),
  networks: z.record(z.string(), z.unknown()).default({}),
  secrets: z.array(z.object({ source: z.string() })).default([]),
  healthcheck: Healthcheck.optional(),
})
export type Service = z.infer<typeof Service>

const Compose = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()).default({}),
  volumes: z.record(z.string(), z.object({ name: z.string().optional() }).nullable()).default({}),
  secrets: z.record(z.string(), z.object({ file: z.string() })).default({}),
})
export type Compose = z.infer<typeof Compose>

const READ_YAML = 'import json, sys, yaml; json.dump(yaml.safe_load(json.load(sys.stdin)), sys.stdout)'

/** What docker-compose makes of these files of the project together; throws with its complaint when it refuses them. */
export function readCompose(files: readonly string[], env: Readonly<Record<string, string>> = {}): Compose {
  const args = [...files.flatMap((file) => ['-f', file]), 'config']
  const yaml = execFileSync('/usr/bin/docker-compose', args, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: 'pipe',
  })
  return Compose.parse(runPython(READ_YAML, yaml))
}
