import { afterEach, beforeEach, describe } from '@jest/globals'
import { describeBus } from './state-bus.contract.ts'
import { describeLifecycle } from './state-lifecycle.contract.ts'
import { describeLimits } from './state-limits.contract.ts'
import { describeLocks } from './state-locks.contract.ts'
import { describeRequests } from './state-requests.contract.ts'
import { describeRuntimeState } from './state-runtime.contract.ts'
import { describeSessions } from './state-sessions.contract.ts'
import type { StateProviderSuite, StateUnderTest } from './state-under-test.ts'

const NODES = 3

/**
 * What every state provider promises. Three nodes on one store stand for three processes; nothing here looks behind the
 * interface. A clause marked ◇ is tried on many random cases.
 */
export function describeStateProvider(name: string, suite: StateProviderSuite): void {
  describe(`state provider: ${name}`, () => {
    let under: StateUnderTest
    beforeEach(async () => {
      under = await suite.open(NODES)
    })
    afterEach(() => under.close())
    const opened = (): StateUnderTest => under

    describe('sessions', () => describeSessions(opened, suite.suffers))
    describe('rate limits', () => describeLimits(opened, suite.suffers))
    describe('runtime state', () => describeRuntimeState(opened, suite.suffers))
    describe('bus', () => describeBus(opened, suite.suffers))
    describe('locks', () => describeLocks(opened, suite.suffers))
    describe('requests', () => describeRequests(opened, suite.suffers))
    describe('start and stop', () => describeLifecycle(opened, suite.suffers))
  })
}
