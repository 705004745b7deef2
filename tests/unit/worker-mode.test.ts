import { describe, expect, it } from '@jest/globals'
import { checkWorkerMode, type WorkerModeFacts } from '../../src/server/startup/worker-mode.ts'

const facts = (given: Partial<WorkerModeFacts> = {}): WorkerModeFacts => ({
  requestedWorkers: 1,
  source: 'BANGUI_WORKERS',
  provider: 'memory',
  pm2: {},
  foreignClusterWorker: false,
  ...given,
})

const BOTH_WAYS_OUT =
  /^Choose one: .*(?:BANGUI_WORKERS=1|instances to 1|exec_mode to fork).* · set STATE_BACKEND=redis and REDIS_URL\.$/m

describe('with state in memory', () => {
  it('one worker may start', () => {
    expect(checkWorkerMode(facts())).toBeUndefined()
  })

  it('two may not; the refusal names the number, its setting, what would happen and both ways out', () => {
    expect(checkWorkerMode(facts({ requestedWorkers: 2 }))).toBe(
      [
        'BanGUI refuses to start: 2 workers requested (BANGUI_WORKERS=2) but STATE_BACKEND=memory keeps sessions, limits and status inside one process. With 2 of them about 50 % of requests would be logged out.',
        'Choose one: set BANGUI_WORKERS=1 · set STATE_BACKEND=redis and REDIS_URL.',
      ].join('\n'),
    )
  })

  it.each([
    [2, 50],
    [3, 67],
    [4, 75],
    [8, 88],
    [100, 99],
  ])('%i workers would log out about %i %% of requests', (requestedWorkers, percent) => {
    expect(checkWorkerMode(facts({ requestedWorkers }))).toContain(`about ${percent} % of requests`)
  })

  it('a platform’s WEB_CONCURRENCY counts, as it was given', () => {
    const text = checkWorkerMode(
      facts({ requestedWorkers: 4, source: 'WEB_CONCURRENCY', webConcurrency: 'auto' }),
    )
    expect(text).toContain('4 workers requested (WEB_CONCURRENCY=auto)')
    expect(text).toContain('set BANGUI_WORKERS=1')
    // And that remedy works.
    expect(checkWorkerMode(facts({ webConcurrency: 'auto' }))).toBeUndefined()
  })

  it.each([
    ['one fork', { instanceId: '0', instances: '1', execMode: 'fork_mode' }],
    ['one fork of an old PM2', { instanceId: '0' }],
    ['PM2’s own settings alone', { execMode: 'fork_mode' }],
  ])('%s of PM2 may start', (_, pm2) => {
    expect(checkWorkerMode(facts({ pm2 }))).toBeUndefined()
  })

  it.each([
    [
      'several instances',
      { instanceId: '0', instances: '3' },
      '3 instances requested from PM2 (instances=3)',
    ],
    [
      'all cores',
      { instanceId: '0', instances: 'max' },
      'several instances requested from PM2 (instances=max)',
    ],
    ['all cores as a number', { instanceId: '0', instances: '0' }, '(instances=0)'],
    [
      'all cores but one',
      { instanceId: '2', instances: '-1' },
      '3 instances requested from PM2 (instances=-1)',
    ],
    ['a second instance', { instanceId: '1' }, '2 instances requested from PM2 (NODE_APP_INSTANCE=1)'],
    [
      'the cluster mode',
      { instanceId: '0', instances: '1', execMode: 'cluster_mode' },
      'exec_mode=cluster_mode',
    ],
  ])('%s of PM2 may not', (_, pm2, named) => {
    const text = checkWorkerMode(facts({ pm2 }))
    expect(text).toContain(named)
    expect(text).toMatch(BOTH_WAYS_OUT)
    expect(text).toMatch(/about \d+ % of requests would be logged out/)
  })

  it('a worker of another program’s cluster may not', () => {
    expect(checkWorkerMode(facts({ foreignClusterWorker: true }))).toMatch(BOTH_WAYS_OUT)
  })
})

describe('with state in Redis', () => {
  it('any number may start, under PM2 too', () => {
    const provider = 'redis'
    expect(checkWorkerMode(facts({ provider, requestedWorkers: 8 }))).toBeUndefined()
    expect(checkWorkerMode(facts({ provider, pm2: { instanceId: '3', instances: 'max' } }))).toBeUndefined()
    expect(checkWorkerMode(facts({ provider, foreignClusterWorker: true }))).toBeUndefined()
  })

  it('a worker of another program’s cluster may not fork workers of its own', () => {
    const text = checkWorkerMode(
      facts({ provider: 'redis', foreignClusterWorker: true, requestedWorkers: 2 }),
    )
    expect(text).toContain('BANGUI_WORKERS=2')
    expect(text).toContain('set BANGUI_WORKERS=1')
  })
})
