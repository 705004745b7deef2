import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Endpoint } from '../../src/server/http/endpoint.ts'
import { allEndpoints } from '../support/all-endpoints.ts'
import { createTestApp, type Agent, type TestApp } from '../support/test-app.ts'

const ROLES = ['viewer', 'operator', 'admin'] as const

/** What every endpoint's handler is replaced with: whoever gets this far was let in. */
const LET_IN = 299
const endpoints: Endpoint[] = (await allEndpoints()).map((endpoint) => {
  const { stream: _stream, ...rest } = endpoint
  return {
    ...rest,
    // Beside the real ones, which the test app has under their own paths.
    path: `/matrix${endpoint.path}`,
    params: undefined,
    query: undefined,
    body: undefined,
    response: undefined,
    status: LET_IN,
    handle: async () => undefined,
  }
})

let test: TestApp
const agents = new Map<string, Agent>()

beforeAll(async () => {
  test = await createTestApp({ endpoints: () => endpoints })
  agents.set('anonymous', test.browser())
  for (const role of ROLES) agents.set(role, await test.signedIn(role))
})
afterAll(() => test.close())

function expected(endpoint: Endpoint, caller: string): number {
  if (endpoint.access === 'public') return LET_IN
  if (caller === 'anonymous') return 401
  const allowed = ROLES.slice(ROLES.indexOf(endpoint.access))
  return allowed.some((role) => role === caller) ? LET_IN : 403
}

describe('who may do what', () => {
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/\{\w+\}/g, 'x')
    const name = `${endpoint.method.toUpperCase()} ${endpoint.path.slice('/matrix'.length)}`
    it(`${name}: ${endpoint.access}`, async () => {
      for (const [caller, agent] of agents) {
        const { status } = await agent[endpoint.method](`/api/v1${path}`)
        expect({ caller, status }).toEqual({ caller, status: expected(endpoint, caller) })
      }
    })
  }
})
