import { afterEach, describe, expect, it } from '@jest/globals'
import { pino } from 'pino'
import { FeedSender } from '../../src/server/agent/feed-sender.ts'
import { NobodyServes, RequestFailed, RequestTimeout } from '../../src/server/state/state-provider.ts'
import type { Json } from '../../src/server/lib/json.ts'
import { FeedBatch, type FeedChange } from '../../src/shared/feed.ts'
import { waitFor } from '../support/wait-for.ts'

type Answer = 'applied' | 'repeated' | 'resync' | Error

let sender: FeedSender
afterEach(() => sender.stop())

/** A sender whose batches get these answers, then `applied`. */
function begin(answers: Answer[] = [], fetch: (limit: number) => FeedChange[] = () => []) {
  const sent: Array<{ id: string; seq: number; epoch: string; ips: string[] }> = []
  let lost = 0
  sender = new FeedSender({
    host: 'local',
    requests: {
      async send(to: string, payload: Json, { id }: { id: string }) {
        expect(to).toBe('ingest/local')
        const { seq, epoch, changes } = FeedBatch.parse(payload)
        const ips = changes.flatMap((change) => ('ip' in change ? change.ip : []))
        sent.push({ id, seq, epoch, ips })
        const answer = answers.shift() ?? 'applied'
        if (answer instanceof Error) throw answer
        return { result: answer }
      },
    },
    isCurrent: () => true,
    fetch,
    onLost: () => {
      lost += 1
      sender.begin()
    },
    log: pino({ level: 'silent' }),
  })
  sender.begin()
  return { sent, lost: () => lost }
}

const end = (ip: string): FeedChange => ({ kind: 'end', jail: 'sshd', ip, expiresAt: null })
const past = (ip: string): FeedChange => ({
  kind: 'past',
  jail: 'sshd',
  ip,
  bannedAt: 0,
  expiresAt: null,
  banCount: 1,
  reason: null,
})

describe('bringing changes to the console', () => {
  it('keeps their order, a hundred at a time, numbered from 1', async () => {
    const { sent } = begin()
    const ips = Array.from({ length: 250 }, (_, index) => `2001:db8::${index.toString(16)}`)
    sender.push(ips.map(end))
    await sender.drained(1_000)
    expect(sent.map(({ seq, ips }) => [seq, ips.length])).toEqual([
      [1, 100],
      [2, 100],
      [3, 50],
    ])
    expect(sent.flatMap((batch) => batch.ips)).toEqual(ips)
  })

  it('sends what is pushed before what has to be fetched', async () => {
    const rest = [past('192.0.2.8'), past('192.0.2.9')]
    const { sent } = begin([], (limit) => rest.splice(0, Math.min(1, limit)))
    sender.push([end('192.0.2.1')])
    await waitFor(() => sent.length === 2, { what: 'both batches' })
    expect(sent.map((batch) => batch.ips)).toEqual([['192.0.2.1', '192.0.2.8'], ['192.0.2.9']])
  })

  it('tries again under the same id while nobody answers, and loses nothing', async () => {
    const { sent, lost } = begin([new NobodyServes('nobody'), new RequestTimeout('late')])
    sender.push([end('192.0.2.1')])
    await waitFor(() => sent.length === 3, { what: 'three tries' })
    sender.push([end('192.0.2.2')])
    await sender.drained(1_000)
    expect(sent.map(({ seq, ips }) => [seq, ...ips])).toEqual([
      [1, '192.0.2.1'],
      [1, '192.0.2.1'],
      [1, '192.0.2.1'],
      [2, '192.0.2.2'],
    ])
    expect(new Set(sent.slice(0, 3).map(({ id }) => id)).size).toBe(1)
    expect(lost()).toBe(0)
  })

  it('tries again under a new id after a failure, since its answer is remembered', async () => {
    const { sent } = begin([new RequestFailed('disk full')])
    sender.push([end('192.0.2.1')])
    await waitFor(() => sent.length === 2, { what: 'two tries' })
    expect(sent[0]?.seq).toBe(sent[1]?.seq)
    expect(sent[0]?.id).not.toBe(sent[1]?.id)
  })

  it('begins a new epoch when the console asks for it', async () => {
    const { sent, lost } = begin(['applied', 'resync'])
    sender.push([end('192.0.2.1')])
    await sender.drained(1_000)
    sender.push([end('192.0.2.2')])
    await waitFor(() => lost() === 1, { what: 'the new epoch' })
    sender.push([end('192.0.2.3')])
    await waitFor(() => sent.length === 3, { what: 'the first batch of the new epoch' })
    expect(sent[2]).toMatchObject({ seq: 1, ips: ['192.0.2.3'] })
    expect(sent[2]?.epoch).not.toBe(sent[0]?.epoch)
  })

  it('begins a new epoch when too much waits', async () => {
    const { lost } = begin([new NobodyServes('nobody')])
    sender.push(Array.from({ length: 150_001 }, () => end('192.0.2.1')))
    expect(lost()).toBe(1)
  })
})
