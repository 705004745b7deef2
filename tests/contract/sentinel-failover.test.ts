import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  openConnection,
  type ConnectionUse,
  type RedisClient,
} from '../../src/server/state/redis/connections.ts'
import { startSentinelTrio, type SentinelTrio } from '../support/redis-sentinel.ts'
import type { RedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { targetFrom } from './redis-under-test.ts'

const USES: readonly ConnectionUse[] = ['commands', 'subscriber', 'queue', 'worker']
const PASSWORD = 'nobody-knows'

let trio: SentinelTrio
let clients: RedisClient[]

beforeAll(async () => {
  trio = await startSentinelTrio()
  const { sentinels, masterName } = trio
  clients = USES.map((use) => openConnection(targetFrom({ sentinels, masterName }), use))
  for (const client of clients) client.on('error', () => undefined)
  await waitFor(() => clients.every(({ status }) => status === 'ready'), { what: 'all connections' })
}, 60_000)
afterAll(async () => {
  for (const client of clients) client.disconnect()
  await trio.stop()
})

/** Nobody gets in any more, but whoever is in stays: for the Sentinels it is gone, and they cannot tell it what has become of it. */
async function keepOutSentinels(server: RedisServer): Promise<void> {
  const cli = (...args: string[]) => server.cli('--no-auth-warning', '-a', PASSWORD, ...args)
  await server.cli('config', 'set', 'requirepass', PASSWORD)
  const list = (await cli('client', 'list')).split('\n')
  const sentinels = list.filter((line) => line.includes('name=sentinel-'))
  for (const line of sentinels) await cli('client', 'kill', 'id', /id=(\d+)/.exec(line)?.[1] ?? '')
}

const portOf = async (client: RedisClient): Promise<number> => {
  const [, , local = ''] = /laddr=(\S+):(\d+)/.exec(await client.client('INFO')) ?? []
  return Number(local)
}

describe('a master that was replaced and does not know it', () => {
  it('is left by everybody within seconds, so that nothing is written to it in vain', async () => {
    const old = await trio.master()
    for (const client of clients) expect(await portOf(client)).toBe(old.port)
    await keepOutSentinels(old)
    const next = await trio.untilAnotherThan(old.port)
    const moved = async (): Promise<boolean> =>
      (await Promise.all(clients.map(portOf))).every((port) => port === next.port)
    await waitFor(moved, { what: 'all connections to be with the new master', timeoutMs: 6_000 })
  }, 60_000)
})
