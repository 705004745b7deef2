import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PrimaryTimes } from '../../src/server/primary.ts'
import { isAlive } from '../../src/server/startup/process-identity.ts'
import { runScript, type Child } from './child-process.ts'
import { waitFor } from './wait-for.ts'

/** What a worker does; the file of it is read by each at its start. */
export interface WorkerBehaviour {
  /** Before it is ready. */
  readonly exitsWith?: number
  readonly becomesReady?: false
  /** False: it ignores that it is to stop. */
  readonly stops?: false
  readonly metrics?: 'none' | 'failing'
}

export interface WorkerGroupOptions {
  readonly workers: number
  readonly times: Partial<PrimaryTimes>
  readonly aliveEveryMs: number
  readonly behaviourFile: string
}

export interface LogLine {
  readonly time: number
  readonly msg: string
  readonly worker?: number
  readonly pid?: number
  readonly port?: number
}

export interface WorkerGroup {
  readonly primary: Child
  /** What the primary and its workers have logged with this text, in order. */
  logged(msg: string): LogLine[]
  /** The processes that have said they are ready, by worker, the latest last. */
  ready(): { worker: number; pid: number }[]
  /** Waits until so many have ever been ready. */
  untilReady(count: number): Promise<{ worker: number; pid: number }[]>
  url(): string
  behave(behaviour: WorkerBehaviour): void
  /** Ends everything, whatever state it is in. */
  dispose(): Promise<void>
}

/** A process with this pid runs, and is no zombie. */
export const runs = (pid: number): boolean => isAlive({ pid, startTicks: '' })

/** A primary of its own process with small workers, which do as told. */
export function startWorkerGroup(
  options: Partial<Omit<WorkerGroupOptions, 'behaviourFile'>> & { behaviour?: WorkerBehaviour } = {},
): WorkerGroup {
  const { behaviour = {}, workers = 2, times = {}, aliveEveryMs = 1_000 } = options
  const folder = mkdtempSync(join(tmpdir(), 'bangui-workers-'))
  const behaviourFile = join(folder, 'behaviour.json')
  const behave = (behaviour: WorkerBehaviour): void => writeFileSync(behaviourFile, JSON.stringify(behaviour))
  behave(behaviour)
  const args: WorkerGroupOptions = { workers, times, aliveEveryMs, behaviourFile }
  const primary = runScript('worker-primary.ts', [JSON.stringify(args)])

  const lines = (): LogLine[] =>
    primary.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine)
  const logged = (msg: string): LogLine[] => lines().filter((line) => line.msg.includes(msg))
  const members = (msg: string): { worker: number; pid: number }[] =>
    logged(msg).map(({ worker = 0, pid = 0 }) => ({ worker, pid }))
  const ready = (): { worker: number; pid: number }[] => members('a worker is ready')
  return {
    primary,
    logged,
    ready,
    async untilReady(count) {
      try {
        await waitFor(() => ready().length >= count, { what: `${count} ready workers`, timeoutMs: 30_000 })
      } catch (error) {
        throw new Error([...primary.lines, ...primary.errors].join('\n'), { cause: error })
      }
      return ready()
    },
    url: () => `http://127.0.0.1:${logged('listening')[0]?.port}`,
    behave,
    async dispose() {
      primary.kill('SIGKILL')
      for (const { pid } of members('begun').filter(({ pid }) => runs(pid))) process.kill(pid, 'SIGKILL')
      await primary.ended
      rmSync(folder, { recursive: true })
    },
  }
}
