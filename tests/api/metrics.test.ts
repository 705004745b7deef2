import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { createSessionCount } from '../../src/server/features/auth/session-count.ts'
import { createMeters } from '../../src/server/features/metrics/meters.ts'
import { createMetricsFeature } from '../../src/server/features/metrics/metrics.feature.ts'
import type { JobStatus } from '../../src/server/jobs/job.ts'
import { watchVitals } from '../../src/server/lib/process-vitals.ts'
import { createHostDirectory } from '../../src/server/state/host-directory.ts'
import type { StateServer } from '../../src/server/state/state-provider.ts'
import { jail, NOON } from '../support/console-app.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts'

interface Options {
  readonly token?: string
  readonly publicUrl?: TestAppOptions['publicUrl']
  readonly collectFromWorkers?: (own: unknown) => Promise<unknown[]>
  readonly jobs?: JobStatus[]
  readonly redis?: StateServer
}

let test: TestApp
const vitals = watchVitals()
afterAll(() => vitals.stop())
afterEach(() => test.close())

async function start(options: Options = {}): Promise<void> {
  const { collectFromWorkers, redis, jobs = [] } = options
  const meters = createMeters(Date.now)
  test = await createTestApp({
    meters,
    ...(options.publicUrl && { publicUrl: options.publicUrl }),
    metrics: ({ db, state }) => {
      const health = () => ({ ...state.health(), ...(redis && { server: redis }) })
      const feature = createMetricsFeature({
        version: '1.2.3',
        state: { kind: redis ? 'redis' : 'memory', health },
        meters,
        openStreams: () => 2,
        hosts: createHostDirectory({ runtime: state.runtime, host: 'local', now: Date.now }),
        jobStatuses: async () => jobs,
        countSessions: createSessionCount({ db, sessions: state.sessions, now: Date.now }),
        vitals,
        token: options.token,
        ...(collectFromWorkers && {
          collectFromWorkers: async () => collectFromWorkers(await feature.collect()),
        }),
      })
      return feature
    },
  })
}

async function scrape(path = '/metrics'): Promise<string> {
  const { text, headers } = await test.browser().get(path).expect(200)
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8')
  return text
}

/** The value in a line of the text; labels in the order they are written. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

describe('GET /metrics', () => {
  it('answers anybody, says what runs, and is never stored', async () => {
    await start()
    const { text, headers } = await test.browser().get('/metrics').expect(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['set-cookie']).toBeUndefined()
    expect(valueOf(text, 'bangui_info{version="1.2.3",provider="memory"}')).toBe(1)
    expect(valueOf(text, 'bangui_process_resident_memory_bytes')).toBeGreaterThan(1e7)
    expect(valueOf(text, 'bangui_event_loop_lag_seconds{quantile="0.99"}')).toBeGreaterThanOrEqual(0)
    expect(text).not.toContain('bangui_redis')
  })

  it('gives every metric its help and type once', async () => {
    await start()
    await test.signedIn('viewer')
    const text = await scrape()
    const names = [...text.matchAll(/^# TYPE (\S+) (?:counter|gauge|histogram)$/gm)].map((match) => match[1])
    expect(names.length).toBeGreaterThan(10)
    expect(names).toEqual([...new Set(names)])
    expect(names.filter((name) => !name?.startsWith('bangui_'))).toEqual([])
    expect(text.match(/^# HELP /gm)).toHaveLength(names.length)
  })

  it('is not there when it is switched off', async () => {
    test = await createTestApp()
    const { body } = await test.browser().get('/metrics').expect(404)
    expect(body).toMatchObject({ code: 'not-found' })
  })

  it('asks for the token where there is one', async () => {
    const token = 'a token of the tests only'
    await start({ token })
    const { body, headers } = await test.browser().get('/metrics').expect(401)
    expect(body).toMatchObject({ code: 'unauthenticated' })
    expect(headers['www-authenticate']).toBe('Bearer')
    await test.browser().get('/metrics').set('Authorization', 'Bearer something else').expect(401)
    await test.browser().get('/metrics').set('Authorization', `Basic ${token}`).expect(401)
    await test.browser().get('/metrics').set('Authorization', `Bearer ${token}`).expect(200)
  })

  it('is also there without the base path, where a proxy does not stand in between', async () => {
    await start({ publicUrl: { origin: 'https://example.org', basePath: '/bangui/', secure: true } })
    await scrape('/metrics')
    await scrape('/bangui/metrics')
  })

  it('is not counted by the limiter', async () => {
    await start()
    const { headers } = await test.browser().get('/metrics').expect(200)
    expect(headers['ratelimit']).toBeUndefined()
  })
})

describe('requests in the metrics', () => {
  it('are counted by method, route and status, with their durations', async () => {
    await start()
    const agent = await test.signedIn('viewer')
    await agent.get('/api/v1/session').expect(200)
    await agent.get('/api/v1/session').expect(200)
    await test.browser().get('/api/v1/session').expect(401)
    const text = await scrape()
    const session = 'method="GET",route="/api/v1/session"'
    expect(valueOf(text, `bangui_http_requests_total{${session},status="200"}`)).toBe(2)
    expect(valueOf(text, `bangui_http_requests_total{${session},status="401"}`)).toBe(1)
    expect(valueOf(text, `bangui_http_request_duration_seconds_count{${session}}`)).toBe(3)
    expect(valueOf(text, `bangui_http_request_duration_seconds_bucket{${session},le="+Inf"}`)).toBe(3)
    expect(valueOf(text, `bangui_http_request_duration_seconds_sum{${session}}`)).toBeGreaterThan(0)
  })

  it('never bring what somebody asked for into a label', async () => {
    await start()
    const agent = await test.signedIn('viewer')
    await agent.get('/api/v1/ip/203.0.113.9')
    await agent.delete('/api/v1/sessions/0123456789abcdef')
    await test.browser().get('/secret-path.txt?token=hidden')
    await test.browser().get('/api/nowhere/203.0.113.9')
    await test.browser().options('/api/v1/session').set('Authorization', 'Bearer hidden')
    const text = await scrape()
    expect(text).toContain('route="/api/v1/sessions/{id}"')
    expect(text).toContain('route="(pages)"')
    expect(text).toContain('route="(none)"')
    expect(text).not.toMatch(/203\.0\.113|0123456789abcdef|secret-path|nowhere|hidden|viewer/)
  })

  it('tell how signing in went, and which budget refused', async () => {
    await start()
    await test.signedIn('viewer')
    const guess = { username: 'viewer', password: 'wrong' }
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await test.browser().post('/api/v1/session').send(guess).expect(401)
    }
    await test.browser().post('/api/v1/session').send(guess).expect(429)
    const text = await scrape()
    expect(valueOf(text, 'bangui_sign_ins_total{result="ok"}')).toBe(1)
    expect(valueOf(text, 'bangui_sign_ins_total{result="failed"}')).toBe(5)
    expect(valueOf(text, 'bangui_sign_ins_total{result="limited"}')).toBe(1)
    expect(valueOf(text, 'bangui_limiter_refusals_total{rule="sign-in-pair"}')).toBe(1)
    expect(valueOf(text, 'bangui_sessions')).toBe(1)
  })

  it('leave open streams out of those in flight', async () => {
    await start()
    const text = await scrape()
    expect(valueOf(text, 'bangui_event_streams')).toBe(2)
    expect(valueOf(text, 'bangui_http_requests_in_flight')).toBe(0)
  })
})

describe('fail2ban in the metrics', () => {
  it('is told by host and jail', async () => {
    await start()
    await test.state.runtime.set('host/local', {
      host: { id: 'local', online: true, database: 'ok', currentlyBanned: 3, jailCount: 1 },
      jails: [jail('sshd', { currentlyBanned: 3, totalBanned: 10, currentlyFailed: 2, totalFailed: 50 })],
    })
    const text = await scrape()
    const sshd = '{host="local",jail="sshd"}'
    expect(valueOf(text, 'bangui_fail2ban_up{host="local"}')).toBe(1)
    expect(valueOf(text, `bangui_fail2ban_banned${sshd}`)).toBe(3)
    expect(valueOf(text, `bangui_fail2ban_banned_total${sshd}`)).toBe(10)
    expect(valueOf(text, `bangui_fail2ban_failed${sshd}`)).toBe(2)
    expect(valueOf(text, `bangui_fail2ban_failed_total${sshd}`)).toBe(50)
  })

  it('is down when it does not answer', async () => {
    await start()
    expect(valueOf(await scrape(), 'bangui_fail2ban_up{host="local"}')).toBe(0)
  })
})

describe('jobs and Redis in the metrics', () => {
  it('are told in seconds', async () => {
    await start({
      jobs: [
        {
          name: 'bans.prune-history',
          runs: 7,
          lastResult: 'done',
          lastRunAt: NOON,
          lastDurationMs: 250,
          nextRunAt: NOON + 3_600_000,
        },
        { name: 'never.run', runs: 0 },
      ],
      redis: {
        version: '7.0.15',
        topology: 'standalone',
        role: 'master',
        latencyMs: 0.5,
        usedMemoryBytes: 1_000_000,
        maxMemoryBytes: 0,
        evictionPolicy: 'noeviction',
        persistence: 'aof',
        clockSkewMs: 10,
      },
    })
    const text = await scrape()
    const job = '{job="bans.prune-history"}'
    expect(valueOf(text, `bangui_job_slots_done_total${job}`)).toBe(7)
    expect(valueOf(text, `bangui_job_last_duration_seconds${job}`)).toBe(0.25)
    expect(valueOf(text, `bangui_job_last_success_timestamp_seconds${job}`)).toBe(NOON / 1_000 + 0.25)
    expect(valueOf(text, `bangui_job_next_due_timestamp_seconds${job}`)).toBe(NOON / 1_000 + 3_600)
    expect(text).not.toContain('bangui_job_last_duration_seconds{job="never.run"}')
    expect(valueOf(text, 'bangui_redis_up')).toBe(1)
    expect(valueOf(text, 'bangui_redis_latency_seconds')).toBe(0.0005)
    expect(valueOf(text, 'bangui_redis_memory_bytes')).toBe(1_000_000)
  })
})

describe('the metrics of several workers', () => {
  it('are added up where each has its own, and told once where all tell the same', async () => {
    await start({ collectFromWorkers: async (own) => [own, own, own] })
    await test.state.runtime.set('host/local', {
      host: { id: 'local', online: true, database: 'ok', currentlyBanned: 3, jailCount: 1 },
      jails: [jail('sshd', { currentlyBanned: 3 })],
    })
    await test.signedIn('viewer')
    const text = await scrape()
    expect(valueOf(text, 'bangui_workers')).toBe(3)
    expect(valueOf(text, 'bangui_sign_ins_total{result="ok"}')).toBe(3)
    expect(
      valueOf(
        text,
        'bangui_http_request_duration_seconds_bucket{method="POST",route="/api/v1/session",le="+Inf"}',
      ),
    ).toBe(3)
    expect(valueOf(text, 'bangui_fail2ban_banned{host="local",jail="sshd"}')).toBe(3)
    expect(valueOf(text, 'bangui_info{version="1.2.3",provider="memory"}')).toBe(1)
  })

  it('leave out a worker that did not answer', async () => {
    await start({ collectFromWorkers: async (own) => [own, undefined, { broken: true }] })
    expect(valueOf(await scrape(), 'bangui_workers')).toBe(1)
  })

  it('are a 503 when nobody can be asked, not figures that are too low', async () => {
    await start({ collectFromWorkers: () => Promise.reject(new Error('no primary')) })
    const { body } = await test.browser().get('/metrics').expect(503)
    expect(body).toMatchObject({ code: 'busy' })
  })
})
