import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadConfig, type Config } from '../../src/server/config.ts'
import { readCompose, ROOT, type Compose, type Service } from '../support/compose.ts'

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }

/** Every way that the files themselves document, as docker-compose understands it. */
const WAYS: Readonly<Record<string, Compose>> = {
  'compose.yml': readCompose(['compose.yml']),
  'compose.yml with Redis': readCompose(['compose.yml'], { COMPOSE_PROFILES: 'redis' }),
  'compose.prod.yml': readCompose(['compose.prod.yml']),
  'compose.debug.yml': readCompose(['compose.debug.yml']),
  'compose.yml and compose.debug.yml': readCompose(['compose.yml', 'compose.debug.yml']),
}
const FILES = ['compose.yml', 'compose.prod.yml', 'compose.debug.yml']
/** Those that are for more than looking inside. */
const SERVING = ['compose.yml', 'compose.yml with Redis', 'compose.prod.yml']

function way(name: string): Compose {
  const found = WAYS[name]
  if (!found) throw new Error(`There is no ${name}.`)
  return found
}
function service(name: string, of: string): Service {
  const found = way(of).services[name]
  if (!found) throw new Error(`${of} has no service ${name}.`)
  return found
}
const servicesOf = (name: string): Array<[string, Service]> => Object.entries(way(name).services)
const isOurs = ({ image }: Service): boolean => /^bangui(?:-agent)?:/.test(image)
const targetsOf = ({ volumes }: Service): string[] => volumes.map((volume) => volume.split(':')[1] ?? '')
const secondsOf = (text: string | undefined): number => Number(/^(\d+)s$/.exec(text ?? '')?.[1] ?? 0)

/** The settings a container of this service starts with: those of the image, and its own above them. */
function settingsOf({ environment }: Service): Config {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-compose-'))
  try {
    const dockerfile = readFileSync(join(ROOT, 'docker/Dockerfile'), 'utf8')
    const block = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)?.[1] ?? ''
    const image = [...block.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value])
    writeFileSync(join(folder, 'redis_url'), 'redis://:0123456789abcdef@redis:6379/0\n')
    writeFileSync(join(folder, 'session_secret'), `${'0123456789abcdef'.repeat(4)}\n`)
    const own = Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/^\/run\/secrets/, folder),
    ])
    return loadConfig(Object.fromEntries([...image, ...own]) as Record<string, string>, false)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('every Compose file', () => {
  it.each(FILES)('%s says at its top what may be scaled and why', (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8')
    const [head = ''] = text.split(/\n(?!#)/)
    expect(head.replaceAll('\n#', '')).toMatch(/What may be scaled: /)
    // Compose calls it obsolete, and the old one then refuses what the new one needs.
    expect(text).not.toMatch(/^version:/m)
  })

  it.each(Object.keys(WAYS))('%s names versions: ours is the one of the package', (name) => {
    for (const [, { image, build, ...rest }] of servicesOf(name)) {
      expect(image).toMatch(/:[\w.-]+$/)
      expect(image).not.toMatch(/:latest$/)
      if (!isOurs({ image, build, ...rest })) continue
      expect(image).toMatch(new RegExp(`:${version.replaceAll('.', '\\.')}$`))
      expect(build).toEqual({
        dockerfile: 'docker/Dockerfile',
        target: image.startsWith('bangui-agent:') ? 'agent' : 'console',
      })
    }
    const dockerfile = readFileSync(join(ROOT, 'docker/Dockerfile'), 'utf8')
    expect(dockerfile).toContain(`org.opencontainers.image.version="${version}"`)
  })

  it.each(Object.keys(WAYS))('%s gives BanGUI settings that it starts with, and no unknown ones', (name) => {
    for (const [, each] of servicesOf(name)) {
      if (isOurs(each) && !each.entrypoint.includes('/bin/sh')) expect(settingsOf(each).warnings).toEqual([])
    }
  })

  it.each(Object.keys(WAYS))('%s knows of every container whether it is well', (name) => {
    for (const [service, { healthcheck }] of servicesOf(name)) {
      expect([service, healthcheck?.test[0]]).toEqual([service, expect.stringMatching(/^CMD/)])
    }
  })

  it.each(Object.keys(WAYS))(
    '%s shares the directory of fail2ban’s socket, not the file, and only to look',
    (name) => {
      for (const [, each] of servicesOf(name)) {
        if (!isOurs(each) || !targetsOf(each).some((target) => target.includes('fail2ban'))) continue
        const directory = dirname(settingsOf(each).fail2ban.socket)
        expect(targetsOf(each)).toContain(directory)
        for (const volume of each.volumes) {
          expect(volume).not.toContain('.sock')
          if (!/:\/(?:data|attacks):/.test(volume)) expect(volume).toMatch(/:ro$/)
        }
      }
    },
  )

  it.each(Object.keys(WAYS))('%s publishes on this machine alone, but for the proxy', (name) => {
    for (const [service, { ports }] of servicesOf(name)) {
      if (service !== 'proxy') for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    }
  })
})

describe('what serves people', () => {
  const hardened = SERVING.flatMap((name) =>
    servicesOf(name).flatMap(([service, each]) =>
      service === 'fail2ban' ? [] : ([[name, service, each]] as const),
    ),
  )

  it.each(hardened)(
    '%s: %s can write nowhere but into its volumes, and gain no right',
    (_, service, each) => {
      expect(each).toMatchObject({
        init: true,
        read_only: true,
        restart: 'unless-stopped',
        cap_drop: ['ALL'],
        cap_add: service === 'proxy' ? ['NET_BIND_SERVICE'] : [],
        security_opt: ['no-new-privileges:true'],
      })
      expect(each.privileged).not.toBe(true)
      expect(each.network_mode).toBeUndefined()
    },
  )

  it.each(hardened)('%s: %s may take only so much of the machine', (_, service, each) => {
    expect(each.mem_limit).toMatch(/^\d+m$/)
    expect(each.pids_limit).toBeGreaterThan(0)
    // More than one would not start on a machine with a single core.
    expect(each.cpus).toBe(1)
    expect(service).not.toBe('')
  })

  it.each(hardened.filter(([, , each]) => isOurs(each)))(
    '%s: %s is given longer to stop than it takes at most',
    (_, service, each) => {
      const serve = readFileSync(join(ROOT, 'src/server/serve.ts'), 'utf8')
      const deadlineMs = Number(/STOP_DEADLINE_MS = ([\d_]+)/.exec(serve)?.[1]?.replaceAll('_', ''))
      expect(secondsOf(each.stop_grace_period) * 1000).toBeGreaterThan(deadlineMs)
      expect(service).not.toBe('')
    },
  )

  it.each(SERVING)('%s keeps Redis to itself, with all its data', (name) => {
    const { redis } = way(name).services
    if (!redis) return
    expect(redis.ports).toEqual([])
    expect(redis.user).toBe('redis')
    expect(Object.keys(redis.networks)).toEqual(['state'])
    expect(way(name).networks['state']?.internal).toBe(true)
    expect(redis.command.join(' ')).toContain('--appendonly yes')
    expect(redis.command.join(' ')).toContain('--maxmemory-policy noeviction')
  })
})

describe('compose.yml', () => {
  it('has one variable that switches the provider, and needs nothing else for memory', () => {
    const memory = service('bangui', 'compose.yml')
    const redis = service('bangui', 'compose.yml with Redis')
    expect(settingsOf(memory)).toMatchObject({ state: { kind: 'memory' }, workers: 1 })
    expect(settingsOf(memory).roles.size).toBe(3)
    const always = servicesOf('compose.yml').filter(([, { profiles }]) => profiles.length === 0)
    expect(always.map(([name]) => name)).toEqual(['bangui', 'fail2ban'])
    expect(service('redis', 'compose.yml with Redis').profiles).toEqual(['redis'])
    expect(settingsOf(redis)).toMatchObject({ state: { kind: 'redis' } })
    const { STATE_BACKEND, REDIS_URL, ...others } = redis.environment
    expect([STATE_BACKEND, REDIS_URL]).toEqual(['redis', 'redis://redis:6379/0'])
    expect({ ...others, STATE_BACKEND: 'memory' }).toEqual(memory.environment)
  })

  it('lets BanGUI and fail2ban name the same files by the same paths', () => {
    const { environment, volumes } = service('bangui', 'compose.yml')
    const sourceOf = (list: string[], target: string) =>
      list.map((volume) => volume.split(':')).find((parts) => parts[1] === target)?.[0]
    const { volumes: theirs } = service('fail2ban', 'compose.yml')
    expect(environment['FAIL2BAN_CONFIG_DIR']).toBe('/config/fail2ban')
    for (const target of ['/config', '/var/run/fail2ban', '/var/log']) {
      expect(sourceOf(volumes, target)).toBe(sourceOf(theirs, target))
    }
    expect(environment['TZ']).toBe(service('fail2ban', 'compose.yml').environment['TZ'])
  })
})

describe('compose.prod.yml', () => {
  const web = service('web', 'compose.prod.yml')
  const agent = service('agent', 'compose.prod.yml')

  it('keeps who is reached by strangers away from fail2ban', () => {
    expect([...settingsOf(web).roles]).toEqual(['web', 'jobs'])
    expect(web.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(web.volumes).toEqual(['data:/data:rw'])
    expect(targetsOf(agent)).not.toContain('/data')
    expect([...settingsOf(agent).roles]).toEqual(['agent'])
    expect(agent.ports).toEqual([])
    expect(Object.keys(agent.networks)).toEqual(['state'])
  })

  it('lets the web replicas be as many as one likes', () => {
    expect(settingsOf(web).state.kind).toBe('redis')
    expect(web.container_name).toBeUndefined()
    expect(web.ports).toEqual([])
    expect(readFileSync(join(ROOT, 'docker/Caddyfile'), 'utf8')).toContain('{$UPSTREAM:web}')
  })

  it('has one door, the proxy, whose forwarded addresses alone are believed', () => {
    const published = servicesOf('compose.prod.yml').filter(([, { ports }]) => ports.length > 0)
    expect(published.map(([service]) => service)).toEqual(['proxy'])
    expect(Object.keys(published[0]?.[1].networks ?? {})).toEqual(['front'])
    expect(settingsOf(web).trustProxy).toBe(1)
    expect(settingsOf(web).publicUrl).toMatchObject({ secure: true, basePath: '/' })
    const named = readCompose(['compose.prod.yml'], {
      SITE_ADDRESS: 'console.example.org',
      BASE_PATH: '/bangui/',
    })
    expect(named.services['proxy']?.environment['SITE_ADDRESS']).toBe('console.example.org')
    expect(named.services['web']?.environment['PUBLIC_URL']).toBe('https://console.example.org/bangui/')
  })

  it('gives secrets by file, to those who need them', () => {
    const { services, secrets } = way('compose.prod.yml')
    const given = Object.entries(services).map(([service, each]) => [
      service,
      each.secrets.map(({ source }) => source).toSorted(),
    ])
    expect(Object.fromEntries(given)).toEqual({
      proxy: [],
      web: ['redis_url', 'session_secret'],
      agent: ['redis_url'],
      redis: ['redis_url'],
    })
    for (const [name, { file }] of Object.entries(secrets)) expect(file).toBe(join(ROOT, 'secrets', name))
    for (const { environment } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/SECRET|PASSWORD|TOKEN|REDIS_URL/.test(name)) {
          expect([name, value]).toEqual([
            expect.stringMatching(/_FILE$/),
            expect.stringMatching(/^\/run\/secrets\//),
          ])
        }
      }
    }
    for (const file of ['.gitignore', '.dockerignore']) {
      expect(readFileSync(join(ROOT, file), 'utf8')).toMatch(/^(?:\/secrets\/|\*)$/m)
    }
  })
})

describe('compose.debug.yml', () => {
  it.each(['compose.debug.yml', 'compose.yml and compose.debug.yml'])(
    '%s listens for an inspector, tells everything, and harms nobody',
    (name) => {
      const bangui = service('bangui', name)
      expect(bangui.entrypoint).toContain('--inspect=0.0.0.0:9229')
      expect(bangui.ports).toContain('127.0.0.1:9229:9229/tcp')
      expect(settingsOf(bangui).log.level).toBe('debug')
      expect(service('fail2ban', name).network_mode).toBe('none')
      expect(service('attacker', name).network_mode).toBe('none')
      expect(service('fail2ban', name).volumes.join()).toContain('/docker/debug/jail.local:')
      expect(readFileSync(join(ROOT, 'docker/debug/jail.local'), 'utf8')).toMatch(/^action = dummy$/m)
      // The volumes of the real ones are not touched.
      for (const volume of ['data', 'fail2ban-run', 'fail2ban-config']) {
        expect(way(name).volumes[volume]?.name).toMatch(/^bangui-debug-/)
      }
    },
  )
})
