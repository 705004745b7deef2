import { DURATION_BUCKETS, type RequestSeries } from '../../http/request-meter.ts'
import type { JobStatus } from '../../jobs/job.ts'
import type { ProcessVitals } from '../../lib/process-vitals.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import type { StateProvider } from '../../state/state-provider.ts'
import { histogramValues, labelled, plain, type Family, type Labels, type Value } from './family.ts'
import type { Meters } from './meters.ts'

export interface MetricsSources {
  readonly version: string
  readonly state: Pick<StateProvider, 'kind' | 'health'>
  readonly meters: Meters
  readonly openStreams: () => number
  readonly hosts: Pick<HostDirectory, 'list'>
  readonly jobStatuses: () => Promise<JobStatus[]>
  /** Sessions of all users; undefined where that cannot be told just now. */
  readonly countSessions: () => Promise<number | undefined>
  readonly vitals: Pick<ProcessVitals, 'read'>
}

/** What this process can tell. Holds no address, no user name and no path that somebody asked for. */
export async function collectMetrics(sources: MetricsSources): Promise<Family[]> {
  const [jobs, sessions] = await Promise.all([
    // Without the database the rest is worth telling all the more.
    sources.jobStatuses().catch(() => []),
    sources.countSessions().catch(() => undefined),
  ])
  return [
    gauge('info', 'Version and state provider', 'first', [
      labelled({ version: sources.version, provider: sources.state.kind }, 1),
    ]),
    ...requestFamilies(sources),
    gauge(
      'sessions',
      'Sessions that have not ended, counted now and then, at most 1000 of a user',
      'max',
      plain(sessions),
    ),
    ...jobFamilies(sources.meters, jobs),
    ...redisFamilies(sources.state),
    ...fail2banFamilies(sources.hosts),
    ...processFamilies(sources.vitals),
  ]
}

type Aggregator = Family['aggregator']

function gauge(name: string, help: string, aggregator: Aggregator, values: Value[]): Family {
  return { name: `bangui_${name}`, help, type: 'gauge', aggregator, values }
}

function counter(name: string, help: string, aggregator: Aggregator, values: Value[]): Family {
  return { name: `bangui_${name}`, help, type: 'counter', aggregator, values }
}

function requestFamilies({ meters, openStreams }: MetricsSources): Family[] {
  const { requests, refusals } = meters
  const series = requests.series()
  const streams = openStreams()
  const duration = 'bangui_http_request_duration_seconds'
  return [
    counter(
      'http_requests_total',
      'Requests answered',
      'sum',
      series.map((each) => {
        const { method, route, status } = each
        return labelled({ method, route, status: String(status) }, each.count)
      }),
    ),
    {
      name: duration,
      help: 'Time until a request was answered, streams left out',
      type: 'histogram',
      aggregator: 'sum',
      values: durationsByRoute(series).flatMap(({ labels, ...observed }) =>
        histogramValues(duration, labels, { ends: DURATION_BUCKETS, ...observed }),
      ),
    },
    gauge(
      'http_requests_in_flight',
      'Requests being answered, streams left out',
      'sum',
      plain(Math.max(0, requests.inFlight - streams)),
    ),
    gauge('event_streams', 'Open streams of live events', 'sum', plain(streams)),
    counter('sign_ins_total', 'Attempts to sign in', 'sum', signIns(series)),
    counter(
      'limiter_refusals_total',
      'Requests and attempts beyond a budget',
      'sum',
      [...refusals].map(([rule, count]) => labelled({ rule }, count)),
    ),
  ]
}

interface Observed {
  readonly labels: Labels
  readonly buckets: number[]
  count: number
  sum: number
}

/** Whatever their status. */
function durationsByRoute(series: readonly RequestSeries[]): Observed[] {
  const observed = new Map<string, Observed>()
  for (const { method, route, timed, seconds, buckets } of series) {
    if (timed === 0) continue
    const key = `${method} ${route}`
    const sum = observed.get(key)
    if (!sum) {
      observed.set(key, { labels: { method, route }, buckets: [...buckets], count: timed, sum: seconds })
      continue
    }
    sum.count += timed
    sum.sum += seconds
    buckets.forEach((count, index) => (sum.buckets[index] = (sum.buckets[index] ?? 0) + count))
  }
  return [...observed.values()]
}

const SIGN_IN_RESULTS = { ok: 200, failed: 401, limited: 429 }

/** Told by the answers to them. */
function signIns(series: readonly RequestSeries[]): Value[] {
  const answers = series.filter(({ method, route }) => method === 'POST' && route === '/api/v1/session')
  return Object.entries(SIGN_IN_RESULTS).map(([result, status]) =>
    labelled({ result }, answers.find((answer) => answer.status === status)?.count ?? 0),
  )
}

function jobFamilies(meters: Meters, statuses: readonly JobStatus[]): Family[] {
  const known = (value: (status: JobStatus) => number | undefined): Value[] =>
    statuses.flatMap((status) => {
      const found = value(status)
      return found === undefined ? [] : [labelled({ job: status.name }, found)]
    })
  const runs = [...meters.jobs].flatMap(([job, { done, failed }]) => [
    labelled({ job, result: 'done' }, done),
    labelled({ job, result: 'failed' }, failed),
  ])
  const lastSuccess = ({
    name,
    lastResult,
    lastRunAt,
    lastDurationMs = 0,
  }: JobStatus): number | undefined => {
    const here = meters.jobs.get(name)?.lastDoneAt ?? 0
    const anywhere = lastResult === 'done' && lastRunAt !== undefined ? lastRunAt + lastDurationMs : 0
    const last = Math.max(here, anywhere)
    return last === 0 ? undefined : last / 1_000
  }
  return [
    counter('job_runs_total', 'Runs of this instance, repeated attempts counted too', 'sum', runs),
    counter(
      'job_slots_done_total',
      'Runs that took effect, ever and in all instances',
      'max',
      known((job) => job.runs),
    ),
    gauge(
      'job_last_duration_seconds',
      'Duration of the last finished run',
      'first',
      known(({ lastDurationMs: ms }) => (ms === undefined ? undefined : ms / 1_000)),
    ),
    gauge('job_last_success_timestamp_seconds', 'When it last succeeded', 'max', known(lastSuccess)),
    gauge(
      'job_next_due_timestamp_seconds',
      'When it is due next',
      'max',
      known(({ nextRunAt: ms }) => (ms === undefined ? undefined : ms / 1_000)),
    ),
  ]
}

function redisFamilies(state: MetricsSources['state']): Family[] {
  if (state.kind !== 'redis') return []
  const { ok, server } = state.health()
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000)
  return [
    gauge('redis_up', 'Whether every worker reaches Redis', 'min', plain(ok ? 1 : 0)),
    gauge('redis_latency_seconds', 'Round trip, as last sampled', 'max', plain(seconds(server?.latencyMs))),
    gauge('redis_memory_bytes', 'Memory that Redis uses', 'max', plain(server?.usedMemoryBytes)),
    gauge('redis_memory_limit_bytes', 'Its maxmemory; 0: no limit', 'max', plain(server?.maxMemoryBytes)),
    gauge(
      'redis_clock_skew_seconds',
      'How far its clock is ahead of ours',
      'max',
      plain(seconds(server?.clockSkewMs)),
    ),
  ]
}

function fail2banFamilies(hosts: MetricsSources['hosts']): Family[] {
  const snapshots = hosts.list()
  const perJail = (figure: 'currentlyBanned' | 'totalBanned' | 'currentlyFailed' | 'totalFailed'): Value[] =>
    snapshots.flatMap(({ host, jails }) =>
      jails.map((jail) => labelled({ host: host.id, jail: jail.name }, jail[figure])),
    )
  const up = snapshots.map(({ host }) => labelled({ host: host.id }, host.online ? 1 : 0))
  return [
    gauge('fail2ban_up', 'Whether fail2ban answers', 'first', up),
    gauge('fail2ban_banned', 'Addresses banned now', 'first', perJail('currentlyBanned')),
    counter('fail2ban_banned_total', 'Bans since the jail was started', 'first', perJail('totalBanned')),
    gauge('fail2ban_failed', 'Addresses with failures now', 'first', perJail('currentlyFailed')),
    counter('fail2ban_failed_total', 'Failures since the jail was started', 'first', perJail('totalFailed')),
  ]
}

function processFamilies(vitals: MetricsSources['vitals']): Family[] {
  const { eventLoopLag, rssBytes, heapUsedBytes, cpuSeconds } = vitals.read()
  const lag = [
    labelled({ quantile: '0.5' }, eventLoopLag.p50Ms / 1_000),
    labelled({ quantile: '0.99' }, eventLoopLag.p99Ms / 1_000),
    labelled({ quantile: '1' }, eventLoopLag.maxMs / 1_000),
  ]
  return [
    gauge('workers', 'Processes of this instance that these figures are of', 'sum', plain(1)),
    gauge('event_loop_lag_seconds', 'Of the worst worker, over the last five seconds', 'max', lag),
    gauge(
      'process_resident_memory_bytes',
      'Memory; pages that workers share count for each',
      'sum',
      plain(rssBytes),
    ),
    gauge('process_heap_bytes', 'JavaScript heap in use', 'sum', plain(heapUsedBytes)),
    counter('process_cpu_seconds_total', 'Processor time', 'sum', plain(cpuSeconds)),
    gauge(
      'process_start_time_seconds',
      'When the oldest worker was started',
      'min',
      plain(performance.timeOrigin / 1_000),
    ),
  ]
}
