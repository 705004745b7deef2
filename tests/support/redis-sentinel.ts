import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, serverProcess, startRedis, type RedisServer } from './redis-server.ts'
import { waitFor } from './wait-for.ts'

const run = promisify(execFile)

export interface SentinelOptions {
  /** A master with fewer replicas in step refuses writes (`NOREPLICAS`); 0 unless named. */
  readonly minReplicasToWrite?: number
  /** Further lines of redis.conf for every Redis. */
  readonly config?: readonly string[]
}

export interface SentinelTrio {
  /** `127.0.0.1:PORT,…`, as REDIS_SENTINELS takes it. */
  readonly sentinels: string
  readonly masterName: string
  readonly servers: readonly RedisServer[]
  /** The port that the Sentinels name as the master's right now. */
  masterPort(): Promise<number>
  /** The server they name: to kill, freeze and thaw. */
  master(): Promise<RedisServer>
  /** A planned failover; resolves once another server is named. */
  failover(): Promise<void>
  /** Resolves once the Sentinels agree on a master other than `port` and it takes writes. */
  untilAnotherThan(port: number): Promise<RedisServer>
  /** All servers answer, one of them a master whom the others follow. */
  untilWhole(): Promise<void>
  /** Idempotent. */
  stop(): Promise<void>
}

const MASTER_NAME = 'bangui'
/** How long a master is silent before a Sentinel calls it down. */
const DOWN_AFTER_MS = 2_000

/** A master with two replicas and three Sentinels that watch them. */
export async function startSentinelTrio(options: SentinelOptions = {}): Promise<SentinelTrio> {
  const servers = await startServers(options)
  const sentinels = await startSentinels(servers[0]?.port ?? 0)
  const ask: Ask = async (port, ...args) => (await run('redis-cli', ['-p', String(port), ...args])).stdout

  async function masterPort(): Promise<number> {
    const answers = await Promise.all(
      sentinels.map(({ port }) => ask(port, 'sentinel', 'get-master-addr-by-name', MASTER_NAME)),
    )
    const ports = new Set(answers.map((answer) => Number(answer.split('\n')[1])))
    const [port = 0, ...others] = ports
    if (port === 0 || others.length > 0) throw new Error('The Sentinels name different masters.')
    return port
  }
  async function master(): Promise<RedisServer> {
    const port = await masterPort()
    const server = servers.find((each) => each.port === port)
    if (!server) throw new Error(`The Sentinels name a stranger on port ${port}.`)
    return server
  }
  await hurry(sentinels, ask)
  const trio: SentinelTrio = {
    sentinels: sentinels.map(({ port }) => `127.0.0.1:${port}`).join(','),
    masterName: MASTER_NAME,
    servers,
    masterPort: () => waitFor(masterPort, { what: 'the Sentinels to agree on a master' }),
    master: () => waitFor(master, { what: 'the Sentinels to agree on a master' }),
    async failover() {
      const before = await trio.masterPort()
      const order = () =>
        ask(sentinels[0]?.port ?? 0, 'sentinel', 'failover', MASTER_NAME).then((answer) =>
          answer.startsWith('OK'),
        )
      await waitFor(order, { what: 'a Sentinel to begin the failover', timeoutMs: 20_000, everyMs: 200 })
      await trio.untilAnotherThan(before)
    },
    untilAnotherThan: (port) =>
      waitFor(
        async () => {
          const now = await master()
          return now.port !== port && /^role:master/m.test(await now.cli('info', 'replication')) && now
        },
        { what: 'another master', timeoutMs: 40_000, everyMs: 50 },
      ),
    untilWhole: () => untilWhole(master, servers, sentinels, ask),
    async stop() {
      await Promise.all([...sentinels, ...servers].map((each) => each.stop()))
    },
  }
  try {
    await trio.untilWhole()
  } catch (error) {
    await trio.stop()
    throw error
  }
  return trio
}

async function startServers(options: SentinelOptions): Promise<RedisServer[]> {
  const config = [
    `min-replicas-to-write ${options.minReplicasToWrite ?? 0}`,
    'min-replicas-max-lag 3',
    'repl-diskless-sync-delay 0',
    'repl-timeout 5',
    ...(options.config ?? []),
  ]
  const first = await startRedis({ config })
  const follow = [...config, `replicaof 127.0.0.1 ${first.port}`]
  return [first, await startRedis({ config: follow }), await startRedis({ config: follow })]
}

type Ask = (port: number, ...args: readonly string[]) => Promise<string>
type Sentinel = ReturnType<typeof serverProcess> & { readonly port: number }

async function startSentinels(masterPort: number): Promise<Sentinel[]> {
  const sentinels: Sentinel[] = []
  for (let index = 0; index < 3; index += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'bangui-sentinel-'))
    const port = await freePort()
    const lines = [
      `port ${port}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER_NAME} ${3 * DOWN_AFTER_MS}`,
      `sentinel parallel-syncs ${MASTER_NAME} 2`,
    ]
    const process = serverProcess({
      folder,
      file: join(folder, 'sentinel.conf'),
      lines,
      args: ['--sentinel'],
    })
    process.launch()
    sentinels.push({ ...process, port })
  }
  return sentinels
}

/** By themselves they would make a replica of a master that came back only after eight to ten seconds. */
async function hurry(sentinels: readonly Sentinel[], ask: Ask): Promise<void> {
  const periods = ['info-period', '500', 'publish-period', '500']
  const hurried = async ({ port }: Sentinel): Promise<boolean> =>
    (await ask(port, 'sentinel', 'debug', ...periods)).startsWith('OK')
  await Promise.all(sentinels.map((each) => waitFor(() => hurried(each), { what: 'a Sentinel to answer' })))
}

/** Every replica is linked to the one master, and every Sentinel knows both replicas and its two colleagues. */
async function untilWhole(
  master: () => Promise<RedisServer>,
  servers: readonly RedisServer[],
  sentinels: readonly Sentinel[],
  ask: Ask,
): Promise<void> {
  const isWhole = async (): Promise<boolean> => {
    const { port } = await master()
    const roles = await Promise.all(servers.map((server) => server.cli('info', 'replication')))
    const following = roles.filter(
      (text) => text.includes(`master_port:${port}\r`) && text.includes('master_link_status:up'),
    )
    const known = await Promise.all(
      sentinels.map((each) => ask(each.port, 'sentinel', 'master', MASTER_NAME)),
    )
    const agreed = known.every(
      (text) =>
        /num-slaves\n2\n/.test(text) && /num-other-sentinels\n2\n/.test(text) && /flags\nmaster\n/.test(text),
    )
    return following.length === servers.length - 1 && agreed
  }
  await waitFor(isWhole, { what: 'a whole trio of Sentinels', timeoutMs: 40_000, everyMs: 100 })
}
