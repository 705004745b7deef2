import { afterEach, describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { createReadiness, type ReadinessCheck } from '../../src/server/features/health/readiness.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let test: TestApp
let draining = false
let databaseFault: string | undefined
let fail2banFault: string | undefined

afterEach(() => test.close())

async function start(): Promise<void> {
  draining = false
  databaseFault = undefined
  fail2banFault = undefined
  const checks: ReadinessCheck[] = [
    { name: 'database', required: true, problem: () => databaseFault },
    { name: 'fail2ban', required: false, problem: () => fail2banFault },
  ]
  const isDraining = () => draining
  const readiness = createReadiness({ version: '1.2.3', installation: '0a1b2c3d', checks, isDraining })
  test = await createTestApp({ readiness, isDraining })
}

const readyz = () => request(test.app).get('/readyz')

describe('GET /readyz', () => {
  it('answers 200 while nothing required is wrong', async () => {
    await start()
    const { body, headers } = await readyz().expect(200)
    expect(body).toEqual({
      ready: true,
      version: '1.2.3',
      installation: '0a1b2c3d',
      proxy: 'none',
      checks: [
        { name: 'accepting', ok: true, required: true },
        { name: 'database', ok: true, required: true },
        { name: 'fail2ban', ok: true, required: false },
      ],
    })
    expect(headers['cache-control']).toBe('no-store')
  })

  it('answers 503 and names what is wrong', async () => {
    await start()
    databaseFault = 'The disk is full.'
    const { body } = await readyz().expect(503)
    expect(body.checks).toContainEqual({
      name: 'database',
      ok: false,
      required: true,
      detail: 'The disk is full.',
    })
  })

  it('reports a fail2ban that is down, and stays ready', async () => {
    await start()
    fail2banFault = 'local: not running'
    expect((await readyz().expect(200)).body.checks).toContainEqual(
      expect.objectContaining({ name: 'fail2ban', ok: false }),
    )
  })
})

describe('GET /healthz', () => {
  it('answers 200 while the process lives, to anybody', async () => {
    await start()
    databaseFault = 'gone'
    await request(test.app).get('/healthz').expect(200, 'ok\nBanGUI 1.2.3\n')
  })
})

describe('a process that drains', () => {
  it('still answers, is not ready, and asks for new connections elsewhere', async () => {
    await start()
    const agent = await test.signedIn('viewer')
    draining = true
    const response = await agent.get('/api/v1/session').expect(200)
    expect(response.get('Connection')).toBe('close')
    await readyz().expect(503)
    await request(test.app).get('/healthz').expect(200)
  })
})
