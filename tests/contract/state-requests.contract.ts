import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { Json } from '../../src/server/lib/json.ts'
import {
  NobodyServes,
  RequestFailed,
  RequestTimeout,
  type StateProvider,
} from '../../src/server/state/state-provider.ts'
import { waitFor } from '../support/wait-for.ts'
import {
  expectUnavailable,
  fresh,
  nodeOf,
  whileAway,
  type Opened,
  type StateProviderSuite,
} from './state-under-test.ts'

const send = (node: StateProvider, to: string, payload: Json = null, id = fresh('id')): Promise<Json> =>
  node.requests.send(to, payload, { id, timeoutMs: 5_000 })

export function describeRequests(opened: Opened, suffers: StateProviderSuite['suffers']): void {
  it('are answered from any node to any other', async () => {
    const under = opened()
    for (const server of under.nodes) {
      const to = fresh('agent')
      await server.requests.serve(to, async (payload) => ({ echo: payload }))
      for (const client of under.nodes) {
        expect(await send(client, to, { kind: 'unban' })).toEqual({ echo: { kind: 'unban' } })
      }
    }
  })

  it('◇ carry every JSON value there and back unchanged', async () => {
    const under = opened()
    const to = fresh('agent')
    await nodeOf(under, 0).requests.serve(to, async (payload) => payload)
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (value) => {
        const payload = JSON.parse(JSON.stringify(value)) as Json
        expect(await send(nodeOf(under, 1), to, payload)).toEqual(payload)
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['a __proto__', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'],
    ['half a character, line separators and zeros', JSON.stringify({ '': '\u2028\u2029\0', x: ['\ud800'] })],
    ['500 levels', `${'['.repeat(500)}${']'.repeat(500)}`],
    ['half a megabyte', JSON.stringify('é'.repeat(250_000))],
  ])('are not harmed by %s', async (_, text) => {
    const under = opened()
    const to = fresh('agent')
    await nodeOf(under, 0).requests.serve(to, async (payload) => payload)
    const answer = await send(nodeOf(under, 1), to, JSON.parse(text) as Json)
    expect(JSON.stringify(answer)).toBe(JSON.stringify(JSON.parse(text)))
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('hand over copies', async () => {
    const under = opened()
    const to = fresh('agent')
    const kept = { state: 'the server’s own' }
    await nodeOf(under, 0).requests.serve(to, async (payload) => {
      Object.assign(payload as object, { changed: true })
      return kept
    })
    const payload = { ip: '203.0.113.7' }
    const answer = await send(nodeOf(under, 0), to, payload)
    Object.assign(answer as object, { state: 'changed' })
    expect(payload).toEqual({ ip: '203.0.113.7' })
    expect(kept.state).toBe('the server’s own')
  })

  it('of one id have one effect, however many send it at once or later, and all get its answer', async () => {
    const under = opened()
    const to = fresh('agent')
    const id = fresh('id')
    let effects = 0
    for (const node of under.nodes) {
      await node.requests.serve(to, async () => {
        effects += 1
        await Promise.resolve()
        return effects
      })
    }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => send(nodeOf(under, i), to, { ban: i }, id)),
    )
    answers.push(await send(nodeOf(under, 1), to, null, id))
    expect(new Set(answers)).toEqual(new Set([1]))
    expect(effects).toBe(1)
    expect(await send(nodeOf(under, 1), to)).toBe(2)
  })

  it('of one id to two addresses are two', async () => {
    const under = opened()
    const id = fresh('id')
    for (const name of ['one', 'two']) {
      const to = fresh(name)
      await nodeOf(under, 0).requests.serve(to, async () => name)
      expect(await send(nodeOf(under, 1), to, null, id)).toBe(name)
    }
  })

  it('reach one of those who serve the address', async () => {
    const under = opened()
    const to = fresh('ingest')
    const carriedOut: number[] = []
    for (const node of under.nodes) {
      await node.requests.serve(to, async (payload) => carriedOut.push(payload as number))
    }
    await Promise.all([1, 2, 3, 4, 5, 6].map((n) => send(nodeOf(under, n), to, n)))
    expect(carriedOut.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('fail at once where nobody serves, and where nobody does so any more', async () => {
    const under = opened()
    const to = fresh('agent')
    await expect(send(nodeOf(under, 0), to)).rejects.toBeInstanceOf(NobodyServes)
    const node = await under.join()
    const stop = await node.requests.serve(to, async () => 'served')
    expect(await send(nodeOf(under, 0), to)).toBe('served')
    await stop()
    await stop()
    await expect(send(nodeOf(under, 0), to)).rejects.toBeInstanceOf(NobodyServes)
    await node.requests.serve(to, async () => 'served again')
    expect(await send(nodeOf(under, 0), to)).toBe('served again')
    await node.stop(1_000)
    await expect(send(nodeOf(under, 0), to)).rejects.toBeInstanceOf(NobodyServes)
  })

  it('fail after their time, and are not carried out again when the same id asks for the answer', async () => {
    const under = opened()
    const to = fresh('agent')
    const id = fresh('id')
    const gate = Promise.withResolvers<void>()
    let effects = 0
    await nodeOf(under, 0).requests.serve(to, async () => {
      effects += 1
      await gate.promise
      return 'done at last'
    })
    const first = nodeOf(under, 1).requests.send(to, null, { id, timeoutMs: 500 })
    const failed = expect(first).rejects.toBeInstanceOf(RequestTimeout)
    await under.elapse(600)
    await failed
    gate.resolve()
    expect(await send(nodeOf(under, 2), to, null, id)).toBe('done at last')
    expect(effects).toBe(1)
  })

  it('tell that their server failed, to everybody who sends the same id', async () => {
    const under = opened()
    const to = fresh('agent')
    const id = fresh('id')
    let effects = 0
    await nodeOf(under, 0).requests.serve(to, async () => {
      effects += 1
      throw new Error('the socket is gone')
    })
    for (const node of under.nodes) {
      const answer = send(node, to, null, id)
      await expect(answer).rejects.toBeInstanceOf(RequestFailed)
      await expect(answer).rejects.toThrow('the socket is gone')
    }
    expect(effects).toBe(1)
  })

  it('that were begun are finished before their server has stopped serving', async () => {
    const under = opened()
    const to = fresh('agent')
    const gate = Promise.withResolvers<void>()
    let begun = false
    const stop = await nodeOf(under, 0).requests.serve(to, async () => {
      begun = true
      await gate.promise
      return 'finished'
    })
    const answer = send(nodeOf(under, 1), to)
    await waitFor(() => begun, { what: 'the request to begin' })
    let stopped = false
    const stopping = stop().then(() => (stopped = true))
    await expect(send(nodeOf(under, 1), to)).rejects.toBeInstanceOf(NobodyServes)
    expect(stopped).toBe(false)
    gate.resolve()
    expect(await answer).toBe('finished')
    await stopping
  })

  it('that JSON cannot carry are refused before they are sent', async () => {
    const under = opened()
    const to = fresh('agent')
    let effects = 0
    await nodeOf(under, 0).requests.serve(to, async () => (effects += 1))
    const cyclic: { self?: unknown } = {}
    cyclic.self = cyclic
    await expect(send(nodeOf(under, 1), to, cyclic as Json)).rejects.toBeInstanceOf(TypeError)
    expect(effects).toBe(0)
  })

  if (suffers.outage) {
    it('are not taken while they cannot be sent', async () => {
      const under = opened()
      await whileAway(under, async () => {
        await expectUnavailable(send(nodeOf(under, 0), fresh('agent')))
        await expectUnavailable(nodeOf(under, 0).requests.serve(fresh('agent'), async () => null))
      })
    })
  }
}
