import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runScript, type Child } from '../support/child-process.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'

/** A node in a process of its own. */
interface NodeProcess {
  readonly child: Child
  /** Resolves with the answer to what it was told to do. */
  tell(verb: string, ...args: unknown[]): Promise<unknown>
}

const PROCESSES = 4
const clusterId = randomUUID()
let redis: RedisServer
let folder: string
const started: Child[] = []

beforeAll(async () => {
  redis = await startRedis()
  folder = mkdtempSync(join(tmpdir(), 'bangui-processes-'))
})
afterEach(async () => {
  for (const child of started) child.kill('SIGKILL')
  await Promise.all(started.splice(0).map(({ ended }) => ended))
})
afterAll(async () => {
  await redis.stop()
  rmSync(folder, { recursive: true })
})

async function start(count: number): Promise<NodeProcess[]> {
  const children = Array.from({ length: count }, (_, i) =>
    runScript('./state-process.ts', [redis.url, clusterId, `process-${i}`]),
  )
  started.push(...children)
  await Promise.all(
    children.map((child) =>
      waitFor(() => child.lines.includes('READY'), {
        what: 'a node to start',
        timeoutMs: 30_000,
      }),
    ),
  )
  return children.map((child) => {
    let told = 0
    return {
      child,
      async tell(verb, ...args) {
        told += 1
        const number = told
        child.process.stdin?.write(`${JSON.stringify([verb, ...args])}\n`)
        const answers = (): string[] => child.lines.filter((line) => line.startsWith('DONE '))
        await waitFor(() => answers().length >= number, { what: `${verb} to be done`, timeoutMs: 60_000 })
        return JSON.parse(answers()[number - 1]?.slice('DONE '.length) ?? 'null') as unknown
      },
    }
  })
}

const ofAll = (nodes: readonly NodeProcess[], verb: string, ...args: unknown[]): Promise<unknown[]> =>
  Promise.all(nodes.map((node) => node.tell(verb, ...args)))

describe('four processes on one Redis', () => {
  it('share one budget exactly', async () => {
    const nodes = await start(PROCESSES)
    const rule = { name: randomUUID(), points: 5, windowSeconds: 60 }
    const allowed = (await ofAll(nodes, 'hit', rule, 50)) as number[]
    expect(allowed.reduce((sum, count) => sum + count, 0)).toBe(5)
  }, 60_000)

  it('lose no change of RuntimeState, and agree on it', async () => {
    const nodes = await start(PROCESSES)
    const key = randomUUID()
    await ofAll(nodes, 'increment', key, 250)
    await waitFor(async () => (await ofAll(nodes, 'read', key)).every((value) => value === 1_000), {
      what: 'a thousand increments in every process',
    })
  }, 60_000)

  it('hold a lock one at a time, each with a higher fence', async () => {
    const nodes = await start(PROCESSES)
    const file = join(folder, 'counter')
    writeFileSync(file, '0')
    const fences = ((await ofAll(nodes, 'countAlone', randomUUID(), file, 25)) as number[][]).flat()
    expect(readFileSync(file, 'utf8')).toBe('100')
    expect(new Set(fences).size).toBe(100)
  }, 60_000)

  it('carry out each request at most once although servers are killed, and every one that is said to be done', async () => {
    const [asking, asking2, ...serving] = await start(5)
    const to = randomUUID()
    const file = join(folder, 'effects')
    writeFileSync(file, '')
    await ofAll(serving, 'serve', to, file)
    const ids = Array.from({ length: 300 }, (_, i) => `request-${i}`)
    // Both send all of them: each id has one effect all the same.
    const sending = Promise.all([asking?.tell('send', to, ids), asking2?.tell('send', to, ids.toReversed())])
    const effects = (): string[] =>
      readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => String(JSON.parse(line)))
    for (const [i, killed] of serving.slice(0, 2).entries()) {
      await waitFor(() => effects().length > (i + 1) * 60, { what: 'some effects', timeoutMs: 30_000 })
      killed.child.kill('SIGKILL')
    }
    const done = (await sending).flat() as string[]
    const counts = Map.groupBy(effects(), (id) => id)
    expect([...counts.values()].filter((times) => times.length > 1)).toEqual([])
    expect(done.filter((id) => !counts.has(id))).toEqual([])
    // Those under way in the killed ones are not known; all others are done.
    expect(new Set(done).size).toBeGreaterThan(290)
  }, 120_000)
})
