/** A test that must fail with the mutation, and pass without: its file and its full name. */
export interface Killer {
  readonly suite: string
  readonly test: string
}

/** One guard that is switched off. */
export interface Mutation {
  readonly guard: string
  readonly file: string
  /** Occurs in `file` exactly once. */
  readonly replace: string
  readonly by: string
  readonly killers: readonly Killer[]
}

const MEMORY = 'tests/contract/state-memory.test.ts'
const REDIS = 'tests/contract/state-redis.test.ts'

function both(test: string): Record<'memory' | 'redis', Killer> {
  return {
    memory: { suite: MEMORY, test: `state provider: memory ${test}` },
    redis: { suite: REDIS, test: `state provider: redis ${test}` },
  }
}

const destroyed = both('sessions destroying ◇ wins over every save, before, during and after it')
const slower = both(
  'sessions destroying wins over a slower request that has loaded the session and changes it',
)
const expected = both('runtime state sets only what is as expected, and shows what is there instead')
const won = both('runtime state lets exactly one of many win a revision')
const increments = both('runtime state ◇ loses none of 1,000 increments from all nodes at once')
const oneAtATime = both(
  'locks ◇ let one in at a time, each with a higher fence than the one before, until all were in',
)
const oneOfTwenty = both(
  'locks give a lease to exactly one of twenty who do not wait; to the others busy is an answer',
)
const oneEffect = both(
  'requests of one id have one effect, however many send it at once or later, and all get its answer',
)
const afterTheirTime = both(
  'requests fail after their time, and are not carried out again when the same id asks for the answer',
)

const ledger = (test: string): Killer => ({
  suite: 'tests/contract/run-ledger.test.ts',
  test: `the run ledger ${test}`,
})
const instanceLease = (test: string): Killer => ({
  suite: 'tests/contract/instance-lease.test.ts',
  test: `the instance lease ${test}`,
})
const connection = (test: string): Killer => ({
  suite: 'tests/contract/redis-connections.test.ts',
  test: `a connection to Redis ${test}`,
})

export const MUTATIONS: readonly Mutation[] = [
  {
    guard: 'sessions in Redis: a save asks for the tombstone',
    file: 'src/server/state/redis/session-store.ts',
    replace: `if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end\n`,
    by: '',
    killers: [destroyed.redis, slower.redis],
  },
  {
    guard: 'sessions in memory: what is destroyed leaves a tombstone',
    file: 'src/server/state/memory/session-table.ts',
    replace: 'this.#tombstones.set(idHash, this.#deps.now() + TOMBSTONE_MS)',
    by: '',
    killers: [destroyed.memory, slower.memory],
  },
  {
    guard: 'RuntimeState in Redis: a write compares the revision',
    file: 'src/server/state/redis/runtime-state.ts',
    replace: `if rev ~= ARGV[4] then return {0, current or ''} end`,
    by: '',
    killers: [expected.redis, won.redis, increments.redis],
  },
  {
    guard: 'RuntimeState in memory: a write compares the revision',
    file: 'src/server/state/memory/runtime-state.ts',
    replace: `if (expect !== undefined && expect !== (current?.rev ?? 'absent')) {`,
    by: 'if (expect === -1) {',
    killers: [expected.memory, won.memory],
  },
  {
    guard: 'sign-in: an attempt is counted before the password is looked at, not after a failure',
    file: 'src/server/features/auth/sign-in-limits.ts',
    replace: 'const verdict = await limits.consume(rule, key)\n',
    by: `const verdict = await limits.consume(rule, key)
        if (verdict.allowed) {
          await limits.refund(rule, key)
          setTimeout(() => void limits.consume(rule, key).catch(() => undefined), 100)
        }
`,
    killers: [
      {
        suite: 'tests/api/session.test.ts',
        test: 'POST /session lets exactly five of 200 parallel guesses at one account from one address through',
      },
    ],
  },
  {
    guard: 'run ledger: a claim asks what has become of the slot and of the runs before',
    file: 'src/server/features/jobs/run-ledger.repository.ts',
    replace: `const newest = totals && (await runOf(tx, job, totals.slot))
  const before = totals?.slot === slot ? newest : await runOf(tx, job, slot)`,
    by: `const newest = undefined
  const before = undefined`,
    killers: [
      ledger('gives a slot once, and never again once it is done'),
      ledger('◇ counts each slot at most once and hands out rising fences, whatever processes do'),
    ],
  },
  {
    guard: 'run ledger: a run that is under way keeps others out',
    file: 'src/server/features/jobs/run-ledger.repository.ts',
    replace: 'if (isAhead(newest.lease_until, at, leaseMs))',
    by: 'if (isAhead(newest.lease_until, at, -leaseMs))',
    killers: [
      ledger('gives a slot once, and never again once it is done'),
      ledger('lets one run of a job be live, and every job by itself'),
    ],
  },
  {
    guard: 'locks in Redis: one that is held is not given',
    file: 'src/server/state/redis/locks.ts',
    replace: `if held then return {0, redis.call('PTTL', KEYS[1])} end`,
    by: '',
    killers: [oneAtATime.redis, oneOfTwenty.redis],
  },
  {
    guard: 'locks in memory: one that is held is not given',
    file: 'src/server/state/memory/locks.ts',
    replace: 'if (before && before.endsAt > node.monotonicMs()) return undefined',
    by: '',
    killers: [oneAtATime.memory, oneOfTwenty.memory],
  },
  {
    guard: 'instance lease: a holder that lives keeps others out',
    file: 'src/server/startup/instance-lease.ts',
    replace: `if (verdict === 'alive') throw refusalOf(rival, own)`,
    by: '',
    killers: [
      instanceLease(
        'is refused at once while its holder lives in the same pid space, with who that is and what to do',
      ),
      instanceLease('is refused where the holder is in another container and its heartbeat moves'),
    ],
  },
  {
    guard: 'Sentinel: a connection hears of a failover',
    file: 'src/server/state/redis/connections.ts',
    replace: 'failoverDetector: true,',
    by: 'failoverDetector: false,',
    killers: [
      {
        suite: 'tests/contract/sentinel-failover.test.ts',
        test: 'a master that was replaced and does not know it is left by everybody within seconds, so that nothing is written to it in vain',
      },
    ],
  },
  {
    guard: 'commands: what was given up is not sent again',
    file: 'src/server/state/redis/connections.ts',
    replace: 'autoResendUnfulfilledCommands: false,',
    by: '',
    killers: [connection('for commands sends nothing later that it had given up')],
  },
  {
    guard: 'agent: whoever lost the lease changes nothing any more',
    file: 'src/server/agent/command-handler.ts',
    replace: 'if (!isCurrent()) throw superseded(isTouched)',
    by: 'void [isCurrent, superseded]',
    killers: [
      {
        suite: 'tests/contract/agent-fence.test.ts',
        test: 'an agent that has lost the lease while a command waited changes nothing, and says so',
      },
    ],
  },
  {
    guard: 'requests in Redis: one that was taken is never taken again',
    file: 'src/server/state/redis/request-scripts.ts',
    replace: `redis.call('HSET', key, 'state', 'taken', 'taker', ARGV[1])`,
    by: '',
    killers: [afterTheirTime.redis],
  },
  {
    guard: 'requests in memory: one that was taken is never taken again',
    file: 'src/server/state/memory/requests.ts',
    replace: 'if (known && (known.forgetAt ?? Infinity) > monotonicMs()) return known.answer',
    by: '',
    killers: [afterTheirTime.memory, oneEffect.memory],
  },
]
