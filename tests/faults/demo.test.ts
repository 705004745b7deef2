import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { signIn } from '../support/console-process.ts'
import { waitFor } from '../support/wait-for.ts'
import { clusterAt } from './cluster-view.ts'

const DEMO = resolve(import.meta.dirname, '../support/demo.ts')

/** The demo as README.md has it, with three replicas. It runs what `npm run build` has built. */
describe('npm run demo -- --replicas 3', () => {
  let demo: ChildProcess
  let output = ''
  const told = (pattern: RegExp): string => pattern.exec(output)?.[1] ?? ''
  let cookie: string

  beforeAll(async () => {
    demo = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', DEMO, '--replicas', '3'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [demo.stdout, demo.stderr]) stream?.on('data', (text) => (output += String(text)))
    await waitFor(() => output.includes('Ctrl C ends'), {
      what: 'the demo to say what to do',
      timeoutMs: 90_000,
    })
    cookie = await signIn(told(/BanGUI +(\S+)/), { username: 'demo', password: told(/Password +(\S+)/) })
  }, 100_000)

  afterAll(async () => {
    if (demo.exitCode !== null) return
    demo.kill('SIGKILL')
    await once(demo, 'exit')
  })

  it('shows three replicas at the one address that it names, and warns of nothing', async () => {
    const { instances } = await clusterAt(told(/BanGUI +(\S+)/), cookie)
    const named = [...output.matchAll(/Replica \d +\S+ +process (\d+)/g)].map((match) => Number(match[1]))
    expect(new Set(instances.map(({ pid }) => pid))).toEqual(new Set(named))
    expect(named).toHaveLength(3)
    expect(output).not.toContain('"level"')
  })

  it('starts a replica again that is killed as it says, and nobody is signed out', async () => {
    const pid = Number(told(/kill -9 (\d+)/))
    process.kill(pid, 'SIGKILL')
    const isBack = async (): Promise<boolean> => {
      const { instances } = await clusterAt(told(/BanGUI +(\S+)/), cookie)
      return instances.length === 3 && instances.every((instance) => instance.pid !== pid)
    }
    await waitFor(isBack, { what: 'the third replica to be back', timeoutMs: 40_000 })
  }, 50_000)

  it('ends with Ctrl C', async () => {
    demo.kill('SIGINT')
    const [status] = (await once(demo, 'exit')) as [number | null]
    expect(status).toBe(0)
  }, 40_000)
})
