import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { isHostOnline } from '../faults/cluster-view.ts'
import { ADMIN, signIn, temporaryFolder } from '../support/console-process.ts'
import { ROOT } from '../support/compose.ts'
import { startFail2ban, type Fail2banServer } from '../support/fail2ban-server.ts'
import { freePort, startRedis } from '../support/redis-server.ts'
import { ensureSystemPackages } from '../support/system-packages.ts'
import { waitFor } from '../support/wait-for.ts'
import { baseImageTar } from './base-image.ts'
import { createBuildah, npmSettings, type Buildah, type ImageConfig } from './buildah.ts'
import { startContainer, type Container, type ContainerOptions } from './container.ts'

const TARGETS = ['console', 'agent'] as const
type Target = (typeof TARGETS)[number]

/** Comes with what npm is told, and must not come out anywhere. */
const MARK = randomBytes(16).toString('hex')
const dockerfile = readFileSync(join(ROOT, 'docker/Dockerfile'), 'utf8')
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { dev?: boolean; optional?: boolean }>
}
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }

let buildah: Buildah
const images = {} as Record<Target, { name: string; root: string; config: ImageConfig }>
const running: Container[] = []

beforeAll(() => {
  if (process.getuid?.() !== 0)
    throw new Error('Only root may make images and run them: sudo npm run test:image')
  ensureSystemPackages(['buildah', 'debootstrap', 'fail2ban', 'redis-server'])
  buildah = createBuildah()
  buildah.import(baseImageTar(), `localhost/${/^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1]}`)
  for (const target of TARGETS) {
    const name = `localhost/bangui-${target}-under-test`
    buildah.build(target, name, `${npmSettings()}\n; ${MARK}\n`)
    images[target] = { name, root: buildah.unpack(name), config: buildah.inspect(name) }
  }
}, 1_800_000)

afterAll(async () => {
  await Promise.all(running.map((container) => container.stop()))
  buildah.remove()
}, 120_000)

async function start(target: Target, options: Partial<ContainerOptions> = {}): Promise<Container> {
  // This machine's network is theirs too, so each has a port of its own, and is not reached from elsewhere.
  const env = { HOST: '127.0.0.1', LOG_FORMAT: 'json', ...options.env }
  const container = await startContainer({ ...images[target], ...options, env })
  running.push(container)
  return container
}

/** Throws with what the container said when it does not get there. */
async function untilReady(url: string, container: Container): Promise<void> {
  let ended = false
  void container.exited.then(() => (ended = true))
  const ready = async (): Promise<boolean> => ended || (await fetch(`${url}/readyz`)).ok
  try {
    await waitFor(ready, { what: `${url} to be ready`, timeoutMs: 60_000, everyMs: 100 })
    if (ended) throw new Error('It ended.')
  } catch (error) {
    throw new Error(`The container is not ready:\n${container.output()}`, { cause: error })
  }
}

async function send(url: string, path: string, body: object, cookie = ''): Promise<Response> {
  return fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  })
}

async function untilOnline(url: string, cookie: string): Promise<void> {
  await waitFor(() => isHostOnline(url, cookie), {
    what: 'fail2ban to be seen',
    timeoutMs: 30_000,
    everyMs: 100,
  })
}

/** Installed packages of a node_modules folder, as package-lock.json names them. */
function packagesIn(root: string, folder = 'node_modules'): string[] {
  if (!existsSync(join(root, folder))) return []
  const names = readdirSync(join(root, folder)).filter((name) => !name.startsWith('.'))
  return names.flatMap((name) => {
    const path = `${folder}/${name}`
    if (name.startsWith('@')) return readdirSync(join(root, path)).flatMap((each) => named(`${path}/${each}`))
    return named(path)
  })
  function named(path: string): string[] {
    return [path, ...packagesIn(root, `${path}/node_modules`)]
  }
}

/** Files below `folder` that contain the text. */
function filesWith(text: string, folder: string): string[] {
  const { stdout } = spawnSync('grep', ['-rlIsF', '-e', text, folder], {
    encoding: 'utf8',
    maxBuffer: 16 << 20,
  })
  return stdout.split('\n').filter((line) => line !== '')
}

function bytesIn(folder: string): number {
  return Number(execFileSync('du', ['-s', '--bytes', folder], { encoding: 'utf8' }).split('\t')[0])
}

describe.each(TARGETS)('the image of the %s', (target) => {
  it('says how it is run: as nobody special, with everything in one process, and how it is asked and stopped', () => {
    const { config } = images[target]
    expect(config).toMatchObject({
      User: '1000:1000',
      Entrypoint: ['bangui'],
      Cmd: ['start'],
      StopSignal: 'SIGTERM',
      Volumes: { '/data': {} },
      ExposedPorts: { '8080/tcp': {} },
      Healthcheck: { Test: ['CMD', 'bangui', 'health'] },
    })
    expect(config.Env).toEqual(
      expect.arrayContaining([
        'HOST=0.0.0.0',
        'DATABASE_URL=sqlite:/data/bangui.db',
        'BANGUI_WORKERS=1',
        'STATE_BACKEND=memory',
      ]),
    )
    expect(config.Labels['org.opencontainers.image.version']).toBe(version)
  })

  it('holds the packages of production and no other, and nothing to fetch more with', () => {
    const { root } = images[target]
    const wanted = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true)
    const installed = packagesIn(join(root, 'app'))
    expect(installed.filter((path) => !wanted.some(([name]) => name === path))).toEqual([])
    const required = wanted.filter(([, { optional }]) => optional !== true).map(([path]) => path)
    expect(required.filter((path) => !installed.includes(path))).toEqual([])
    expect(readdirSync(join(root, 'app')).toSorted()).toEqual([
      'LICENSE',
      'dist',
      'node_modules',
      'package.json',
    ])
    for (const tool of ['npm', 'npx', 'corepack', 'yarn', 'curl', 'wget']) {
      expect([
        tool,
        existsSync(join(root, 'usr/local/bin', tool)),
        existsSync(join(root, 'usr/bin', tool)),
      ]).toEqual([tool, false, false])
    }
  })

  it('kept nothing of what npm was told, in its files and in its history', () => {
    const { root, name } = images[target]
    expect(existsSync(join(root, 'root/.npmrc'))).toBe(false)
    for (const folder of ['app', 'root', 'etc', 'home', 'usr/local', 'tmp', 'data', 'var']) {
      expect(filesWith(MARK, join(root, folder))).toEqual([])
    }
    expect(buildah.describe(name)).not.toContain(MARK)
  })

  it('is of a size and of packages that are known', () => {
    const { root, name, config } = images[target]
    const debian = readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8').match(/^Package: .+$/gm) ?? []
    const npm = packagesIn(join(root, 'app')).map((path) => path.replace(/^.*node_modules\//, ''))
    console.log(
      `${target}: ${Math.round(buildah.sizeBytes(name) / 1e6)} MB, of which ${Math.round(bytesIn(join(root, 'app')) / 1e6)} MB are BanGUI`,
      `\n${npm.length} npm packages: ${npm.join(' ')}`,
      `\n${debian.length} Debian packages: ${debian.map((line) => line.slice(9)).join(' ')}`,
    )
    expect(npm.length).toBeLessThan(200)
    expect(bytesIn(join(root, 'app'))).toBeLessThan(80e6)
    expect(config.WorkingDir).toBe('/app')
  })

  it('runs under buildah too, as its user', () => {
    expect(buildah.run(images[target].name, 'bangui', '--version')).toBe(version)
    expect(buildah.run(images[target].name, 'id', '-u')).toBe('1000')
  })
})

describe('one console by itself', () => {
  it('begins unprivileged on a read-only root, is set up, keeps its data, and ends as told', async () => {
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}`
    using opened = new DisposableStack()
    const folder = temporaryFolder()
    opened.defer(folder.dispose)
    const data = join(folder.path, 'data')
    mkdirSync(data)
    // As the image's own, which a new volume begins as.
    const { uid, gid, mode } = statSync(join(images.console.root, 'data'))
    expect([uid, gid, mode & 0o777]).toEqual([1000, 0, 0o770])
    chownSync(data, uid, gid)
    chmodSync(data, mode & 0o777)

    const container = await start('console', { data, env: { PORT: port } })
    await untilReady(url, container)
    expect(container.status()).toMatchObject({
      Uid: expect.stringMatching(/^1000\t1000\t/),
      CapEff: '0000000000000000',
      CapBnd: '0000000000000000',
      NoNewPrivs: '1',
      NSpid: expect.stringMatching(/\t1$/),
    })
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(container.exec(...images.console.config.Healthcheck.Test.slice(1))).toEqual({
      status: 0,
      output: '',
    })
    expect(
      container.exec('touch', '/app/written', '/etc/written').output.match(/Read-only file system/g),
    ).toHaveLength(2)

    const token = await waitFor(() => /setup token: ([\w-]+)/.exec(container.output())?.[1], {
      what: 'the token',
    })
    expect((await send(url, '/setup', { token, ...ADMIN })).status).toBe(201)
    await signIn(url)
    expect(container.exec('bangui', 'user', 'list').output).toContain(ADMIN.username)
    expect(statSync(join(data, 'bangui.db'))).toMatchObject({ uid: 1000, mode: 0o100600 })

    expect(await container.stop()).toBe(0)
    const again = await start('console', { data, env: { PORT: port } })
    await untilReady(url, again)
    await signIn(url)
    expect(await again.stop()).toBe(0)
  }, 120_000)

  it('says what is wrong with its settings, and that a restart will not help', async () => {
    const container = await start('console', { env: { BANGUI_WORKERS: '4' } })
    expect(await container.exited).toBe(78)
    expect(container.output()).toContain('STATE_BACKEND=redis')
  }, 30_000)
})

describe('beside a real fail2ban', () => {
  let fail2ban: Fail2banServer
  beforeAll(async () => {
    fail2ban = await startFail2ban()
  }, 60_000)
  afterAll(() => fail2ban.stop())

  const beside = (): Record<string, string> => ({
    FAIL2BAN_SOCKET: fail2ban.socket,
    FAIL2BAN_CONFIG_DIR: fail2ban.configDir,
  })

  it('one container with every role bans, and starts a stopped jail with the tools it carries', async () => {
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}`
    // As in compose.yml: root, without what makes root mighty.
    const container = await start('agent', {
      user: '0:0',
      folders: [fail2ban.root],
      env: {
        PORT: port,
        BANGUI_ADMIN_USER: ADMIN.username,
        BANGUI_ADMIN_PASSWORD: ADMIN.password,
        ...beside(),
      },
    })
    await untilReady(url, container)
    expect(container.status()).toMatchObject({ CapEff: '0000000000000000', CapBnd: '0000000000000000' })
    const cookie = await signIn(url)
    await untilOnline(url, cookie)

    expect((await send(url, '/hosts/local/jails/sshd/bans', { ips: ['203.0.113.60'] }, cookie)).status).toBe(
      200,
    )
    expect(fail2ban.actionLog()).toContain('ban sshd 203.0.113.60 ')
    expect(container.exec('bangui', 'doctor')).toEqual({
      status: 0,
      output: expect.stringMatching(/^All \d+ checks passed\.\n$/),
    })

    expect((await send(url, '/hosts/local/jails/nginx-http-auth/stop', {}, cookie)).ok).toBe(true)
    expect(await fail2ban.client('status')).not.toContain('nginx-http-auth')
    const started = await send(url, '/hosts/local/jails/nginx-http-auth/start', {}, cookie)
    expect([started.ok, await started.text()]).toEqual([true, expect.any(String)])
    expect(await fail2ban.client('status')).toContain('nginx-http-auth')
    expect(await container.stop()).toBe(0)
  }, 120_000)

  it('web without a way to fail2ban bans through the agent, which has one and no port', async () => {
    await using opened = new AsyncDisposableStack()
    const redis = await startRedis({ password: MARK })
    opened.defer(() => redis.stop())
    const secrets = temporaryFolder()
    opened.defer(secrets.dispose)
    // As compose.prod.yml has it: readable for the container's user.
    chmodSync(secrets.path, 0o755)
    writeFileSync(join(secrets.path, 'redis_url'), `${redis.url}\n`)
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}`
    const shared = { STATE_BACKEND: 'redis', REDIS_URL_FILE: join(secrets.path, 'redis_url') }
    const web = await start('console', {
      folders: [secrets.path],
      env: {
        ...shared,
        PORT: port,
        BANGUI_ROLES: 'web,jobs',
        BANGUI_ADMIN_USER: ADMIN.username,
        BANGUI_ADMIN_PASSWORD: ADMIN.password,
      },
    })
    await untilReady(url, web)
    const agent = await start('agent', {
      user: '0:0',
      folders: [secrets.path, fail2ban.root],
      env: { ...shared, BANGUI_ROLES: 'agent', ...beside() },
    })
    const cookie = await signIn(url)
    await untilOnline(url, cookie)

    expect((await send(url, '/hosts/local/jails/sshd/bans', { ips: ['203.0.113.61'] }, cookie)).status).toBe(
      200,
    )
    expect(fail2ban.actionLog()).toContain('ban sshd 203.0.113.61 ')
    expect(existsSync(join(`/proc/${web.pid()}/root`, fail2ban.socket))).toBe(false)
    for (const container of [web, agent]) {
      expect(container.exec('bangui', 'health')).toEqual({ status: 0, output: '' })
      expect(container.output()).not.toContain(MARK)
    }
    expect(await agent.stop()).toBe(0)
    expect(await web.stop()).toBe(0)
  }, 120_000)

  it('an agent that is not root says that it may not write to the socket', async () => {
    const port = String(await freePort())
    const container = await start('agent', {
      folders: [fail2ban.root],
      env: { PORT: port, ...beside() },
    })
    await waitFor(() => /EACCES|permission/i.test(container.output()), {
      what: 'the complaint',
      timeoutMs: 30_000,
    })
    expect(await container.stop()).toBe(0)
  }, 60_000)
})
