import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { createHealthFeature, type HealthFeature } from '../../src/server/features/health/health.feature.ts'
import type { HealthDeps } from '../../src/server/features/health/health.service.ts'
import type { JobStatus } from '../../src/server/jobs/job.ts'
import type { Cluster } from '../../src/shared/cluster.ts'
import { Diagnostics } from '../../src/shared/diagnostics.ts'
import { HealthReport, type CheckId, type HealthCheck } from '../../src/shared/health.ts'
import type { HostSnapshot, OfflineReason } from '../../src/shared/host.ts'
import { createHostDirectory } from '../../src/server/state/host-directory.ts'
import { ban, jail, NOON } from '../support/console-app.ts'
import { createBanIngest, type BanIngest } from '../../src/server/features/bans/ban-ingest.ts'
import { createBanFeedRepository } from '../../src/server/features/bans/ban-feed.repository.ts'
import { createTestApp, type Agent, type TestApp } from '../support/test-app.ts'

const HEALTH = '/api/v1/health'

let test: TestApp
let viewer: Agent
let health: HealthFeature
let ingest: BanIngest
let now: number
let jobs: JobStatus[]
let facts: { -readonly [Name in keyof HealthDeps['facts']]: HealthDeps['facts'][Name] }

beforeEach(async () => {
  now = NOON
  jobs = []
  facts = {
    provider: 'memory',
    databasePath: ':memory:',
    listenHost: '127.0.0.1',
    isPublicUrlSecure: undefined,
    expectsProxy: false,
    socketPath: '/run/fail2ban/fail2ban.sock',
  }
  test = await createTestApp({
    now: () => now,
    endpoints: ({ db, state, log }) => {
      const hosts = createHostDirectory({ runtime: state.runtime, host: 'local', now: () => now })
      ingest = createBanIngest({ repository: createBanFeedRepository(db), state, host: 'local', log })
      health = createHealthFeature({
        version: '1.2.3',
        db,
        state,
        hosts,
        scheduler: { status: async () => jobs },
        describeCluster: async () => cluster,
        environment: [
          { name: 'PORT', source: 'environment', secret: false, value: '8080', summary: 'Its port' },
          { name: 'SESSION_SECRET', source: 'environment', secret: true, summary: 'Signs' },
          { name: 'HOST', source: 'default', secret: false, value: '127.0.0.1', summary: 'Its address' },
        ],
        facts,
        log,
        now: () => now,
      })
      return health.endpoints
    },
  })
  await ingest.start()
  viewer = await test.signedIn('viewer')
})
afterEach(async () => {
  await ingest.stop()
  await test.close()
})

async function publish(
  jails: HostSnapshot['jails'],
  more: Partial<HostSnapshot['host']> = {},
): Promise<void> {
  const host = {
    id: 'local',
    online: true,
    version: '1.0.2',
    asOf: new Date(now).toISOString(),
    database: 'ok' as const,
    surroundings: {
      socketFileMounted: false,
      log: { target: '/var/log/fail2ban.log', state: 'read' as const },
    },
    currentlyBanned: jails.reduce((sum, each) => sum + each.currentlyBanned, 0),
    jailCount: jails.length,
    ...more,
  }
  await test.state.runtime.set('host/local', { host, jails: [...jails] })
}

async function offline(reason: OfflineReason): Promise<void> {
  const since = new Date(now).toISOString()
  const detail = 'The socket does not exist.'
  await publish([jail('sshd')], { online: false, offline: { reason, since, detail, remedy: 'Start it.' } })
}

async function recheck(): Promise<HealthReport> {
  now += 1_500
  return HealthReport.parse((await viewer.post(`${HEALTH}/check`).expect(200)).body)
}

function checkOf(report: HealthReport, id: CheckId): HealthCheck | undefined {
  return report.checks.find((check) => check.id === id)
}

describe('GET /health', () => {
  it('needs a session, and tells everybody who has one', async () => {
    await publish([jail('sshd')])
    await test.browser().get(HEALTH).expect(401)
    await test.browser().post(`${HEALTH}/check`).expect(401)
    for (const role of ['viewer', 'operator', 'admin'] as const) {
      const { body } = await (await test.signedIn(role)).get(HEALTH).expect(200)
      expect(HealthReport.parse(body).verdict).toBe('working')
    }
  })

  it('is all well where everything works', async () => {
    await publish([jail('sshd')])
    const report = await recheck()
    expect(report).toMatchObject({ level: 'ok', verdict: 'working' })
    expect(report.worst).toBeUndefined()
    expect(report.checks.map((check) => [check.id, check.level, check.finding.cause])).toEqual([
      ['fail2ban', 'ok', 'answers'],
      ['agent', 'ok', 'agent-works'],
      ['jails', 'ok', 'all-active'],
      ['log-files', 'ok', 'present'],
      ['fail2ban-database', 'ok', 'readable'],
      ['fail2ban-log', 'ok', 'log-read'],
      ['ban-feed', 'ok', 'in-step'],
      ['database', 'ok', 'writable'],
      ['disk', 'ok', 'no-disk'],
      ['state', 'ok', 'in-this-process'],
      ['clock', 'ok', 'one-clock'],
      ['jobs', 'ok', 'done'],
      ['proxy', 'ok', 'no-proxy'],
      ['encryption', 'ok', 'this-machine-only'],
    ])
  })

  it('costs one answer for as long as nothing changes', async () => {
    await publish([jail('sshd')])
    const { headers } = await viewer.get(HEALTH).expect(200)
    await viewer
      .get(HEALTH)
      .set('If-None-Match', headers['etag'] ?? '')
      .expect(304)
  })

  it('says what it does not know where nobody has looked yet, or not for long', async () => {
    await publish([jail('sshd')])
    const first = HealthReport.parse((await viewer.get(HEALTH)).body)
    expect(first).toMatchObject({ level: 'unknown', verdict: 'working' })
    expect(checkOf(first, 'database')?.finding).toEqual({ cause: 'not-known', because: 'not-checked-yet' })
    await recheck()
    now += 31_000
    await publish([jail('sshd')])
    const late = HealthReport.parse((await viewer.get(HEALTH)).body)
    expect(checkOf(late, 'database')?.level).toBe('unknown')
  })
})

describe('the verdict', () => {
  it('is not working while fail2ban does not run, with what to do, and nothing is claimed of its jails', async () => {
    await offline('socket-missing')
    const report = await recheck()
    expect(report).toMatchObject({
      level: 'failing',
      verdict: 'not-working',
      worst: {
        id: 'fail2ban',
        host: 'local',
        finding: { cause: 'away', reason: 'socket-missing' },
        fix: { kind: 'command', command: 'systemctl start fail2ban' },
      },
    })
    for (const id of ['jails', 'log-files', 'ban-feed'] as const) {
      expect(checkOf(report, id)?.finding).toEqual({ cause: 'not-known', because: 'fail2ban-away' })
    }
  })

  it('is unknown where fail2ban may well be at work', async () => {
    await offline('permission-denied')
    expect(await recheck()).toMatchObject({
      level: 'failing',
      verdict: 'unknown',
      worst: {
        fix: { command: 'chgrp bangui /run/fail2ban/fail2ban.sock && chmod 660 /run/fail2ban/fail2ban.sock' },
      },
    })
    await publish([jail('sshd')])
    now += 11_000
    const silent = await recheck()
    expect(silent).toMatchObject({ level: 'failing', verdict: 'unknown', worst: { id: 'agent' } })
    expect(checkOf(silent, 'fail2ban')?.level).toBe('unknown')
  })

  it('is partly where a jail rests or has no log file, and names the page that helps', async () => {
    await publish([jail('sshd'), jail('recidive', { state: 'idle' })])
    expect(await recheck()).toMatchObject({
      level: 'warning',
      verdict: 'partly',
      worst: {
        finding: { cause: 'some-inactive', active: 1, idle: ['recidive'], stopped: [] },
        fix: { kind: 'jail', host: 'local', jail: 'recidive' },
      },
    })
    const source = '/var/log/nginx/error.log'
    const blind = jail('nginx', { sources: [source], sourceKind: 'files', missingSources: [source] })
    await publish([jail('sshd'), blind])
    expect(await recheck()).toMatchObject({
      verdict: 'partly',
      worst: {
        id: 'log-files',
        finding: { cause: 'missing', jails: [{ jail: 'nginx', files: [source], blind: true }] },
        fix: { kind: 'jail', jail: 'nginx' },
      },
    })
  })

  it('is not working where no jail is active', async () => {
    await publish([])
    expect(await recheck()).toMatchObject({
      verdict: 'not-working',
      worst: { finding: { cause: 'no-jails' } },
    })
    await publish([jail('sshd', { state: 'stopped' })])
    expect(await recheck()).toMatchObject({
      verdict: 'not-working',
      worst: { finding: { cause: 'none-active', stopped: ['sshd'] } },
    })
  })
})

describe('a check', () => {
  it('warns of an old fail2ban and of a database of its that cannot be read', async () => {
    await publish([jail('sshd')], {
      version: '0.10.2',
      database: 'unreadable',
      databaseDetail: 'It is gone.',
    })
    const report = await recheck()
    expect(checkOf(report, 'fail2ban')).toMatchObject({ level: 'warning', finding: { cause: 'outdated' } })
    expect(checkOf(report, 'fail2ban-database')).toMatchObject({
      level: 'warning',
      finding: { cause: 'unreadable', detail: 'It is gone.' },
    })
  })

  it('compares what a request came through with what was configured', async () => {
    await publish([jail('sshd')])
    const asked = async (headers: Record<string, string>) => {
      const { body } = await viewer.get(HEALTH).set(headers).expect(200)
      return checkOf(HealthReport.parse(body), 'proxy')
    }
    expect(await asked({ 'X-Forwarded-For': '203.0.113.9' })).toMatchObject({
      level: 'warning',
      finding: { cause: 'unknown-proxy' },
      fix: { kind: 'setting', name: 'TRUST_PROXY' },
    })
    expect(await asked({})).toMatchObject({ level: 'ok', finding: { cause: 'no-proxy' } })
    facts.expectsProxy = true
    now += 1_500
    expect(await asked({})).toMatchObject({ level: 'warning', finding: { cause: 'proxy-missing' } })
  })

  it('compares the bans of fail2ban with those in the list, and gives it time to catch up', async () => {
    const batch = { host: 'local', epoch: 'test', seq: 1, changes: [ban('203.0.113.1')] }
    await test.state.requests.send('ingest/local', batch, { id: 'one', timeoutMs: 5_000 })
    await publish([jail('sshd', { currentlyBanned: 1 })])
    expect(checkOf(await recheck(), 'ban-feed')?.finding).toEqual({ cause: 'in-step', banned: 1 })
    await publish([jail('sshd', { currentlyBanned: 3 })])
    expect(checkOf(await recheck(), 'ban-feed')).toMatchObject({
      level: 'ok',
      finding: { cause: 'catching-up', fail2ban: 3, console: 1 },
    })
    now += 20_000
    await publish([jail('sshd', { currentlyBanned: 3 })])
    expect(checkOf(await recheck(), 'ban-feed')).toMatchObject({
      level: 'warning',
      finding: { cause: 'out-of-step', jails: ['sshd'], fail2ban: 3, console: 1 },
    })
  })

  it('fails when the database takes no writes', async () => {
    await publish([jail('sshd')])
    await sql`pragma query_only = 1`.execute(test.db)
    const report = await recheck()
    await sql`pragma query_only = 0`.execute(test.db)
    expect(report.worst).toMatchObject({
      id: 'database',
      level: 'failing',
      finding: { cause: 'not-writable' },
    })
    expect(report.verdict).toBe('working')
  })

  it('warns of jobs that failed and of those nobody runs', async () => {
    await publish([jail('sshd')])
    jobs = [{ name: 'bans.prune', runs: 1, lastResult: 'failed', lastError: 'No.' }]
    expect(checkOf(await recheck(), 'jobs')?.finding).toEqual({
      cause: 'failed',
      jobs: [{ name: 'bans.prune', error: 'No.' }],
    })
    jobs = [{ name: 'bans.prune', runs: 1, lastResult: 'done', nextRunAt: now - 600_000 }]
    expect(checkOf(await recheck(), 'jobs')?.finding).toEqual({ cause: 'overdue', jobs: ['bans.prune'] })
  })

  it('warns of passwords that cross a network in the clear', async () => {
    await publish([jail('sshd')])
    facts.listenHost = '0.0.0.0'
    expect(checkOf(await recheck(), 'encryption')).toMatchObject({
      level: 'warning',
      finding: { cause: 'plain-http' },
      fix: { kind: 'setting', name: 'PUBLIC_URL' },
    })
    facts.isPublicUrlSecure = true
    expect(checkOf(await recheck(), 'encryption')?.finding).toEqual({ cause: 'encrypted' })
  })

  it('names who talks to fail2ban', async () => {
    await publish([jail('sshd')])
    await test.state.locks.acquire('agent/local', { ttlMs: 60_000, waitMs: 0, holder: 'one' })
    expect(checkOf(await recheck(), 'agent')?.finding).toEqual({ cause: 'agent-works', holder: 'one' })
  })
})

describe('what is sampled', () => {
  it('counts failures from one look to the next, and those of a jail that began anew', async () => {
    const failed = async (total: number): Promise<number> => {
      await publish([jail('sshd', { totalFailed: total, currentlyBanned: 2 })])
      await recheck()
      const { sum } = await test.db
        .selectFrom('host_figures')
        .select((select) => select.fn.sum<number>('failed').as('sum'))
        .where('span_ms', '=', 900_000)
        .executeTakeFirstOrThrow()
      return sum
    }
    expect(await failed(500)).toBe(0)
    expect(await failed(510)).toBe(10)
    expect(await failed(3)).toBe(13)
    const { banned } = await test.db.selectFrom('host_figures').select('banned').executeTakeFirstOrThrow()
    expect(banned).toBe(2)
  })
})

describe('GET /diagnostics', () => {
  it('is for administrators only', async () => {
    await test.browser().get('/api/v1/diagnostics').expect(401)
    for (const role of ['viewer', 'operator'] as const) {
      await (await test.signedIn(role)).get('/api/v1/diagnostics').expect(403)
    }
  })

  it('holds versions, the settings that were made, health and cluster', async () => {
    await publish([jail('sshd')])
    const { body } = await (await test.signedIn('admin')).get('/api/v1/diagnostics').expect(200)
    const diagnostics = Diagnostics.parse(body)
    expect(diagnostics).toMatchObject({
      version: '1.2.3',
      node: process.version,
      settings: [
        { name: 'PORT', value: '8080' },
        { name: 'SESSION_SECRET', secret: true },
      ],
      health: { verdict: 'working' },
      hosts: [{ host: { id: 'local' }, jails: [{ name: 'sshd' }] }],
      cluster: { provider: 'memory' },
    })
    expect(diagnostics.settings[1]).not.toHaveProperty('value')
  })
})

const cluster: Cluster = {
  provider: 'memory',
  state: { ok: true, reasons: [], warnings: [], sampledAt: '2026-11-23T12:00:00.000Z' },
  instances: [],
  leases: [],
  jobs: [],
}
