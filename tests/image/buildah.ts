import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from '../support/compose.ts'

const Image = z.object({
  Docker: z.object({
    config: z.object({
      User: z.string(),
      Env: z.array(z.string()),
      Entrypoint: z.array(z.string()),
      Cmd: z.array(z.string()),
      WorkingDir: z.string(),
      StopSignal: z.string(),
      Volumes: z.record(z.string(), z.unknown()),
      ExposedPorts: z.record(z.string(), z.unknown()),
      Healthcheck: z.object({ Test: z.array(z.string()) }),
      Labels: z.record(z.string(), z.string()),
    }),
  }),
})
export type ImageConfig = z.infer<typeof Image>['Docker']['config']

export interface Buildah {
  /** Makes a tar the image of this name, with nothing else to it. */
  import(tar: string, name: string): void
  /** Builds one target of docker/Dockerfile. What npm is told reaches the build alone. */
  build(target: string, name: string, npmrc: string): void
  inspect(name: string): ImageConfig
  /** Everything that is known of an image, as text. */
  describe(name: string): string
  sizeBytes(name: string): number
  /** Folder with the image's files, to be run from. */
  unpack(name: string): string
  /** Runs a command in a new container, as the image's user, and gives what it says. */
  run(name: string, ...command: string[]): string
  /** Removes every container and image, and all else that was kept here. */
  remove(): void
}

/** Debian's buildah, without a daemon, on a storage of its own: nothing of the machine's is used or left. */
export function createBuildah(): Buildah {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-buildah-'))
  mkdirSync(join(folder, 'run'))
  const place = [
    '--root',
    join(folder, 'storage'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'vfs',
  ]
  const buildah = (...args: string[]): string =>
    execFileSync('buildah', [...place, ...args], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      stdio: 'pipe',
    }).trim()
  return {
    import(tar, name) {
      const container = buildah('from', 'scratch')
      buildah('add', container, tar, '/')
      buildah('commit', '--rm', container, name)
    },
    build(target, name, npmrc) {
      const secret = join(folder, 'npmrc')
      writeFileSync(secret, npmrc, { mode: 0o600 })
      const authorities = /^cafile\s*=\s*"?([^"\n]+)"?$/m.exec(npmrc)?.[1]
      const volumes =
        authorities !== undefined && existsSync(authorities)
          ? ['--volume', `${authorities}:${authorities}:ro`]
          : []
      const how = ['--isolation', 'chroot', '--pull-never', '--layers=false', '--format', 'docker']
      const what = ['--file', 'docker/Dockerfile', '--target', target, '--tag', name]
      buildah('bud', ...how, '--secret', `id=npmrc,src=${secret}`, ...volumes, ...what, '.')
      rmSync(secret)
    },
    inspect: (name) => Image.parse(JSON.parse(buildah('inspect', '--type', 'image', name))).Docker.config,
    describe: (name) => buildah('inspect', '--type', 'image', name),
    sizeBytes(name) {
      const images = z.array(z.object({ names: z.array(z.string()).nullish(), size: z.string() }))
      const all = images.parse(JSON.parse(buildah('images', '--json', name)))
      return bytesOf(all[0]?.size ?? '')
    },
    unpack: (name) => buildah('mount', buildah('from', '--pull-never', name)),
    run: (name, ...command) =>
      buildah('run', '--isolation', 'chroot', buildah('from', '--pull-never', name), '--', ...command),
    remove() {
      buildah('rm', '--all')
      buildah('rmi', '--all', '--force')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function bytesOf(size: string): number {
  const [, number = '0', unit = 'B'] = /^([\d.]+) ?([KMG]?)B$/.exec(size) ?? []
  return Number(number) * ({ K: 1e3, M: 1e6, G: 1e9 }[unit] ?? 1)
}

/** What npm goes by on this machine: another registry, its authority, its credentials. */
export function npmSettings(): string {
  const ask = (key: string): string =>
    execFileSync('npm', ['config', 'get', key], { encoding: 'utf8' }).trim()
  const files = [ask('globalconfig'), ask('userconfig')].filter((file) => existsSync(file))
  const texts = files.map((file) => readFileSync(file, 'utf8'))
  const fromEnvironment = ['registry', 'cafile', 'proxy', 'https_proxy'].flatMap((key) => {
    const value = process.env[`npm_config_${key}`] ?? process.env[`NPM_CONFIG_${key.toUpperCase()}`]
    return value === undefined || value === '' ? [] : [`${key.replace('_', '-')}=${value}`]
  })
  return [...texts, ...fromEnvironment, ''].join('\n')
}
