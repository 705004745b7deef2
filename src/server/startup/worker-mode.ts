export interface WorkerModeFacts {
  readonly requestedWorkers: number
  /** The variable that asked for them. */
  readonly source: 'BANGUI_WORKERS' | 'WEB_CONCURRENCY'
  readonly provider: 'memory' | 'redis'
  /** As given, for the message. */
  readonly webConcurrency?: string | undefined
  /** What PM2 tells its processes, as given in the environment. */
  readonly pm2: {
    readonly instanceId?: string | undefined
    readonly instances?: string | undefined
    readonly execMode?: string | undefined
  }
  /** Another program's node:cluster primary has forked this process. */
  readonly foreignClusterWorker: boolean
}

/**
 * Whether the processes that were asked for can work together. Undefined: they can. Otherwise the refusal, ready to be
 * printed before exit 78: the problem, what it would do, and the ways out.
 */
export function checkWorkerMode(facts: WorkerModeFacts): string | undefined {
  if (facts.provider === 'memory') return refuseMemory(facts)
  const { requestedWorkers } = facts
  if (facts.foreignClusterWorker && requestedWorkers > 1) {
    return [
      `BanGUI refuses to start: it is to fork ${requestedWorkers} workers (${asked(facts)}) but is itself a worker of another program’s cluster, and a worker cannot fork.`,
      `Choose one: set BANGUI_WORKERS=1 and leave the number to that program · start BanGUI without it, for PM2 in fork mode with one instance.`,
    ].join('\n')
  }
  return undefined
}

function refuseMemory(facts: WorkerModeFacts): string | undefined {
  const { requestedWorkers, pm2 } = facts
  if (requestedWorkers > 1) {
    const problem = `${requestedWorkers} workers requested (${asked(facts)})`
    return refusal(problem, requestedWorkers, 'set BANGUI_WORKERS=1')
  }
  const instances = Number(pm2.instances ?? 1)
  const instanceId = Number(pm2.instanceId ?? 0)
  if (instances !== 1 || instanceId > 0) {
    const number = Math.max(instanceId + 1, instances || 0)
    const named =
      pm2.instances === undefined ? `NODE_APP_INSTANCE=${pm2.instanceId}` : `instances=${pm2.instances}`
    const problem = `${number > 1 ? number : 'several'} instances requested from PM2 (${named})`
    return refusal(problem, number, 'set instances to 1 and exec_mode to fork in PM2')
  }
  if (pm2.execMode?.startsWith('cluster')) {
    const problem = `PM2 runs it in cluster mode (exec_mode=${pm2.execMode}), where a reload has 2 copies serve at once`
    return refusal(problem, 2, 'set exec_mode to fork in PM2')
  }
  if (facts.foreignClusterWorker) {
    const problem = 'it is a worker of another program’s cluster (node:cluster), which exists to run several'
    return refusal(problem, 0, 'start BanGUI as a process of its own, with BANGUI_WORKERS=1')
  }
  return undefined
}

function asked({ source, requestedWorkers, webConcurrency }: WorkerModeFacts): string {
  return source === 'WEB_CONCURRENCY'
    ? `WEB_CONCURRENCY=${webConcurrency ?? requestedWorkers}`
    : `BANGUI_WORKERS=${requestedWorkers}`
}

/** Whoever signs in is known to one of the processes; each of the others would answer that nobody is signed in. */
function refusal(problem: string, processes: number, remedy: string): string {
  const consequence =
    processes > 1
      ? `With ${processes} of them about ${Math.round((100 * (processes - 1)) / processes)} % of requests would be logged out.`
      : 'With 2 of them about 50 % of requests would be logged out, with more of them more.'
  return [
    `BanGUI refuses to start: ${problem} but STATE_BACKEND=memory keeps sessions, limits and status inside one process. ${consequence}`,
    `Choose one: ${remedy} · set STATE_BACKEND=redis and REDIS_URL.`,
  ].join('\n')
}
