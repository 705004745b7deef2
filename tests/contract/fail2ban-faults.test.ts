import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { Connection } from '../../src/server/fail2ban/connection.ts'
import type { Fail2banClient } from '../../src/server/fail2ban/fail2ban-client.ts'
import { socketFault } from '../../src/server/fail2ban/faults.ts'
import { TERMINATOR } from '../../src/server/fail2ban/protocol/frame-splitter.ts'
import { encodePickle, type Sendable } from '../../src/server/fail2ban/protocol/pickle-encoder.ts'
import { createFail2banClient } from '../../src/server/fail2ban/socket-client.ts'
import { startFail2ban, type Fail2banOptions, type Fail2banServer } from '../support/fail2ban-server.ts'
import { runPython } from '../support/python.ts'
import { startRecorder, startStandIn } from '../support/stand-in-server.ts'
import { waitFor } from '../support/wait-for.ts'

const cleanUp: Array<() => unknown> = []
afterEach(async () => {
  for (const end of cleanUp.splice(0).toReversed()) await end()
})

async function serverWith(options: Fail2banOptions = {}): Promise<Fail2banServer> {
  const server = await startFail2ban(options)
  cleanUp.push(() => server.stop())
  return server
}

const QUICK = { first: 20, longest: 40 }

function clientOf(socketPath: string, requestTimeoutMs = 5_000): Fail2banClient {
  const client = createFail2banClient({
    socketPath,
    requestTimeoutMs,
    workTimeoutMs: 10_000,
    backoffMs: QUICK,
  })
  cleanUp.push(() => client.close())
  return client
}

/** Another program that talks to the same server. */
function otherClient(server: Fail2banServer): Connection {
  const other = new Connection({ socketPath: server.socket, backoffMs: QUICK })
  cleanUp.push(() => other.close())
  return other
}

const comesBack = (client: Fail2banClient): Promise<unknown> =>
  waitFor(
    () =>
      client.ping().then(
        () => true,
        () => false,
      ),
    { what: 'an answer' },
  )

describe('a server that is busy', () => {
  it('is asked again when no connection is accepted, instead of being called away', async () => {
    const server = await serverWith()
    const blocked = otherClient(server).request(['sleep', 1], 5_000)
    // Two connections may wait; a further one is refused at once.
    const codes: Array<string | undefined> = []
    const waiting: Socket[] = []
    await waitFor(
      () => {
        const socket = connect(server.socket)
        socket.on('error', (error: NodeJS.ErrnoException) => codes.push(error.code))
        waiting.push(socket)
        return codes.includes('EAGAIN')
      },
      { what: 'a refused connection', everyMs: 5 },
    )
    cleanUp.push(() => waiting.forEach((socket) => socket.destroy()))
    const client = clientOf(server.socket)
    const questions = await Promise.all([client.version(), client.jailNames(), client.ping()])
    expect(questions[1]).toHaveLength(3)
    await blocked
  })

  it('that does not answer in time is given up, with everything under way, and found again later', async () => {
    const server = await serverWith()
    const client = clientOf(server.socket, 300)
    await client.ping()
    server.freeze()
    const under = await Promise.allSettled([client.jailStatus('sshd'), client.jailNames(), client.version()])
    const gaveUp = { name: 'Fail2banUnavailable', reason: 'not-answering' }
    for (const result of under) expect(result).toMatchObject({ status: 'rejected', reason: gaveUp })
    await expect(client.ping()).rejects.toMatchObject({ reason: 'not-answering' })
    server.thaw()
    await comesBack(client)
    // Nothing that was asked before is taken for an answer now.
    expect(await client.jailStatus('recidive')).toMatchObject({ name: 'recidive' })
    expect(await client.version()).toMatch(/^\d/)
  })

  it('is waited for as long as a request is not the oldest', async () => {
    const server = await serverWith()
    const connection = otherClient(server)
    const slow = connection.request(['sleep', 0.6], 5_000)
    const quick = connection.request(['ping'], 500)
    await slow
    expect(await quick).toBe('pong')
  })
})

describe('a server that goes away', () => {
  it('and comes back is told apart by what is left of it', async () => {
    const server = await serverWith()
    const client = clientOf(server.socket)
    await client.ping()

    await server.kill()
    await waitFor(() => reasonOf(client).then((reason) => reason === 'socket-stale'), {
      what: 'a stale socket',
    })
    await server.restart()
    await comesBack(client)
    expect(await client.jailNames()).toHaveLength(3)

    await server.shutDown()
    await waitFor(() => reasonOf(client).then((reason) => reason === 'socket-missing'), {
      what: 'a missing socket',
    })
    await server.restart()
    await comesBack(client)
  })

  it('in the middle of a request leaves its effect unknown', async () => {
    const server = await serverWith()
    const client = clientOf(server.socket)
    await client.ping()
    server.freeze()
    const under = Promise.allSettled([client.ping(), client.ban('sshd', ['203.0.113.7']), client.jailNames()])
    await server.kill()
    const lost = { name: 'Fail2banUnavailable', reason: 'connection-lost' }
    for (const result of await under) expect(result).toMatchObject({ status: 'rejected', reason: lost })
  })

  it('is not asked at all for a moment: requests fail at once', async () => {
    const client = createFail2banClient({
      socketPath: '/nonexistent/fail2ban.sock',
      requestTimeoutMs: 5_000,
      backoffMs: { first: 60_000, longest: 60_000 },
    })
    cleanUp.push(() => client.close())
    await expect(client.ping()).rejects.toMatchObject({
      reason: 'socket-missing',
      message: 'There is no socket at /nonexistent/fail2ban.sock.',
    })
    const startedAt = performance.now()
    await expect(client.version()).rejects.toMatchObject({ reason: 'socket-missing' })
    expect(performance.now() - startedAt).toBeLessThan(100)
  })

  it('may refuse us for our rights', () => {
    const error = Object.assign(new Error('connect EACCES'), { code: 'EACCES' })
    expect(socketFault(error, '/run/fail2ban/fail2ban.sock')).toMatchObject({
      reason: 'permission-denied',
      message: 'BanGUI may not write to the socket /run/fail2ban/fail2ban.sock.',
    })
  })
})

async function reasonOf(client: Fail2banClient): Promise<string> {
  return client.ping().then(
    () => 'none',
    (error: { reason: string }) => error.reason,
  )
}

describe('a server that cannot read or write a message', () => {
  it('says so in a bare text, and the connection goes on', async () => {
    const server = await serverWith()
    const connection = otherClient(server)
    const unpicklable = connection.request(['get', 'sshd', 'action', 'tofile', '_jail'], 5_000)
    const next = connection.request(['echo', 'still', 'here'], 5_000)
    await expect(unpicklable).rejects.toMatchObject({
      name: 'Fail2banRefused',
      exception: 'protocol',
      message: expect.stringContaining('ERROR: cannot pickle'),
    })
    expect(await next).toEqual(['still', 'here'])
  })

  it('is never sent a request that would be cut in two', async () => {
    const server = await serverWith()
    const connection = otherClient(server)
    const first = connection.request(['echo', `a${TERMINATOR.toString()}b`], 5_000)
    const second = connection.request(['echo', 'c'], 5_000)
    await expect(first).rejects.toMatchObject({ exception: 'protocol' })
    expect(await second).toEqual(['c'])
  })
})

describe('a server whose actions fail', () => {
  it('counts the ban all the same; only its log tells', async () => {
    const server = await serverWith({ actionPrelude: 'exit 1;' })
    const client = clientOf(server.socket)
    expect(await client.ban('sshd', ['203.0.113.7'])).toBe(1)
    expect(await client.areBanned('sshd', ['203.0.113.7'])).toEqual([true])
    expect(server.actionLog()).not.toContain('ban sshd')
    expect(server.log()).toContain("Failed to execute ban jail 'sshd' action 'tofile'")
  })

  it('or take long makes commands as short as one address', async () => {
    const server = await serverWith({ actionPrelude: 'sleep 0.05;' })
    const recorder = await startRecorder(server.socket)
    cleanUp.push(() => recorder.stop())
    const entries = Array.from({ length: 9 }, (_, index) => `203.0.113.${index + 1}`)
    expect(await clientOf(recorder.socketPath).ban('sshd', entries)).toBe(9)
    const sizes = recorder.requests.map((request) => (Array.isArray(request) ? request.length - 3 : 0))
    expect(sizes).toEqual([5, 1, 1, 1, 1])
  })
})

describe('something that is not fail2ban', () => {
  const answering = async (answer: Buffer): Promise<Fail2banClient> => {
    const standIn = await startStandIn((socket) => {
      socket.on('data', () => socket.write(answer))
    })
    cleanUp.push(() => standIn.stop())
    return clientOf(standIn.socketPath)
  }
  const message = (value: Sendable): Buffer => Buffer.concat([encodePickle(value), TERMINATOR])

  it.each([
    ['another protocol', Buffer.from('-ERR unknown command\r\n')],
    ['an answer of another shape', message([0, ['pong']])],
    ['an answer without a status', message(['pong'])],
    ['a refusal without an exception', message([1, 'no'])],
    ['a number', message(7)],
  ])('is recognised by %s', async (_what, answer) => {
    const client = await answering(answer)
    await expect(client.ping()).rejects.toMatchObject({ reason: 'protocol-error' })
  })

  it('is recognised by more answers than questions', async () => {
    const pong = message([0, 'pong'])
    const client = await answering(Buffer.concat([pong, pong]))
    await client.ping()
    await expect(client.ping()).rejects.toMatchObject({ reason: 'protocol-error' })
  })

  it('is told apart from a server that is stopping', async () => {
    const client = await answering(message(['SHUTDOWN']))
    await expect(client.ping()).rejects.toMatchObject({
      reason: 'connection-lost',
      message: 'fail2ban is stopping.',
    })
  })

  it('may close the door', async () => {
    const standIn = await startStandIn((socket) => socket.end())
    cleanUp.push(() => standIn.stop())
    await expect(clientOf(standIn.socketPath).ping()).rejects.toMatchObject({ reason: 'connection-lost' })
  })
})

describe('a server older than `get JAIL banned`', () => {
  it('is asked for its list instead', async () => {
    const [refusal = '', list = ''] = runPython(
      `import json, pickle
print(json.dumps([pickle.dumps(v, 4).hex() for v in ((1, Exception("Invalid command")), (0, ["203.0.113.7"]))]))`,
      null,
    ) as string[]
    const standIn = await startStandIn((socket) => {
      socket.on('data', (request) => {
        const reply = request.includes('banned') ? refusal : list
        socket.write(Buffer.concat([Buffer.from(reply, 'hex'), TERMINATOR]))
      })
    })
    cleanUp.push(() => standIn.stop())
    const client = clientOf(standIn.socketPath)
    expect(await client.bannedIn('sshd')).toEqual(['203.0.113.7'])
    expect(await client.areBanned('sshd', ['203.0.113.7', '203.0.113.8'])).toEqual([true, false])
  })
})

describe('a client that is closed', () => {
  it('rejects what is under way and whatever comes after', async () => {
    const server = await serverWith()
    const client = createFail2banClient({ socketPath: server.socket, requestTimeoutMs: 5_000 })
    await client.ping()
    server.freeze()
    const under = expect(client.ping()).rejects.toMatchObject({ reason: 'connection-lost' })
    await client.close()
    await under
    await expect(client.ping()).rejects.toMatchObject({ reason: 'connection-lost' })
    server.thaw()
  })
})
