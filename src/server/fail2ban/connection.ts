import { createConnection, type Socket } from 'node:net'
import { messageOf } from '../lib/errors.ts'
import { Fail2banRefused, type Fail2banUnavailable } from './fail2ban-client.ts'
import { connectionLost, notAnswering, protocolError, socketFault } from './faults.ts'
import { createFrameSplitter, TERMINATOR, type FrameSplitter } from './protocol/frame-splitter.ts'
import { decodePickle } from './protocol/pickle-decoder.ts'
import { encodePickle, type Sendable } from './protocol/pickle-encoder.ts'
import type { PickleValue } from './protocol/pickle-values.ts'
import { readReply } from './replies.ts'

export interface ConnectionOptions {
  readonly socketPath: string
  /** First and longest pause after a fault, during which requests fail at once instead of hanging. */
  readonly backoffMs?: { readonly first: number; readonly longest: number }
  /** Asked before every request: whoever may no longer change anything sends nothing more. */
  readonly mayAsk?: () => boolean
}

interface Pending {
  readonly bytes: Buffer
  readonly timeoutMs: number
  resolve(value: PickleValue): void
  reject(error: Error): void
}

/** A million bans with their times are 63 MB. */
const MAX_MESSAGE_BYTES = 128 << 20
/** fail2ban lets two connections wait and refuses the next at once; a place is free within milliseconds. */
const BUSY_RETRY_MS = { least: 5, most: 25 }

/**
 * One persistent connection to a fail2ban-server, opened by the first request and again after a fault. Requests are
 * pipelined and answered strictly in order, since answers carry no id: whoever gives up waiting has to drop the connection,
 * and with it everything under way.
 */
export class Connection {
  readonly #socketPath: string
  readonly #backoffMs: { readonly first: number; readonly longest: number }
  readonly #mayAsk: () => boolean
  #socket: Socket | undefined
  #connected = false
  #closed = false
  #unsent: Pending[] = []
  #underWay: Pending[] = []
  #deadline: NodeJS.Timeout | undefined
  #busyRetry: NodeJS.Timeout | undefined
  #faults = 0
  #quiet: { readonly until: number; readonly fault: Fail2banUnavailable } | undefined

  constructor(options: ConnectionOptions) {
    this.#socketPath = options.socketPath
    this.#mayAsk = options.mayAsk ?? (() => true)
    this.#backoffMs = options.backoffMs ?? { first: 100, longest: 5_000 }
  }

  /**
   * The value of fail2ban's answer; rejects with Fail2banUnavailable or Fail2banRefused only. `timeoutMs` runs while this
   * request is the oldest under way: waiting behind others is not held against it.
   */
  async request(command: readonly Sendable[], timeoutMs: number): Promise<PickleValue> {
    if (this.#closed || !this.#mayAsk()) throw closedHere()
    if (this.#quiet && performance.now() < this.#quiet.until) throw this.#quiet.fault
    const bytes = frame(command)
    return new Promise((resolve, reject) => {
      this.#unsent.push({ bytes, timeoutMs, resolve, reject })
      if (!this.#deadline) this.#watchOldest()
      if (!this.#socket && !this.#busyRetry) this.#connect()
      this.#flush()
    })
  }

  /** Gives the connection up: what came over it is not to be trusted. Everything under way is rejected with the fault. */
  drop(fault: Fail2banUnavailable): void {
    const { first, longest } = this.#backoffMs
    const pauseMs = Math.min(longest, first * 2 ** this.#faults) * (0.5 + Math.random() / 2)
    this.#faults = Math.min(this.#faults + 1, 20)
    this.#quiet = { until: performance.now() + pauseMs, fault }
    this.#abandon(fault)
  }

  /** Ends it for good. */
  close(): void {
    this.#closed = true
    this.#abandon(closedHere())
  }

  #abandon(fault: Fail2banUnavailable): void {
    const lost = [...this.#underWay, ...this.#unsent]
    this.#underWay = []
    this.#unsent = []
    this.#connected = false
    clearTimeout(this.#busyRetry)
    this.#busyRetry = undefined
    this.#watchOldest()
    this.#discardSocket()
    for (const pending of lost) pending.reject(fault)
  }

  #discardSocket(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.removeAllListeners()
    // A destroyed socket may still report an error, which nobody waits for.
    socket?.on('error', () => undefined)
    socket?.destroy()
  }

  #connect(): void {
    this.#busyRetry = undefined
    const socket = createConnection(this.#socketPath)
    const splitter = createFrameSplitter({ maxMessageBytes: MAX_MESSAGE_BYTES })
    this.#socket = socket
    socket.once('connect', () => {
      this.#connected = true
      this.#flush()
    })
    socket.on('data', (chunk) => this.#receive(chunk, socket, splitter))
    socket.once('close', () => {
      const waiting = this.#underWay.length + this.#unsent.length > 0
      if (waiting) this.drop(connectionLost())
      // It ended while nobody used it; the next request connects again.
      else this.#abandon(closedHere())
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (this.#connected || error.code !== 'EAGAIN') return this.drop(socketFault(error, this.#socketPath))
      this.#discardSocket()
      const { least, most } = BUSY_RETRY_MS
      this.#busyRetry = setTimeout(() => this.#connect(), least + Math.random() * (most - least))
    })
  }

  #flush(): void {
    if (!this.#connected || this.#unsent.length === 0) return
    const sent = this.#unsent
    this.#unsent = []
    this.#underWay.push(...sent)
    this.#socket?.write(Buffer.concat(sent.map((pending) => pending.bytes)))
  }

  #receive(chunk: Buffer, from: Socket, splitter: FrameSplitter): void {
    try {
      for (const message of splitter.push(chunk)) {
        if (this.#socket === from) this.#settle(message)
      }
    } catch (error) {
      this.drop(protocolError(this.#socketPath, messageOf(error), error))
    }
  }

  #settle(message: Buffer): void {
    const reply = readReply(decodePickle(message))
    if (reply === 'stopping') return this.drop(connectionLost('fail2ban is stopping.'))
    const pending = this.#underWay.shift()
    if (!pending) throw new Error('it answers without being asked')
    this.#faults = 0
    this.#watchOldest()
    if (reply instanceof Fail2banRefused) pending.reject(reply)
    else pending.resolve(reply.value)
  }

  /** Starts the time of the request that is now the oldest; connecting counts for the first one. */
  #watchOldest(): void {
    clearTimeout(this.#deadline)
    this.#deadline = undefined
    const timeoutMs = (this.#underWay[0] ?? this.#unsent[0])?.timeoutMs
    if (timeoutMs === undefined) return
    this.#deadline = setTimeout(() => this.drop(notAnswering(timeoutMs)), timeoutMs)
  }
}

/** The bytes of a request. One that contains the terminator would be cut in two, and every later answer would be off by one. */
function frame(command: readonly Sendable[]): Buffer {
  let pickle: Buffer
  try {
    pickle = encodePickle(command)
  } catch (error) {
    throw new Fail2banRefused('protocol', `The request cannot be sent: ${messageOf(error)}.`)
  }
  if (pickle.includes(TERMINATOR)) {
    throw new Fail2banRefused('protocol', 'The request contains the text that ends fail2ban’s messages.')
  }
  return Buffer.concat([pickle, TERMINATOR])
}

function closedHere(): Fail2banUnavailable {
  return connectionLost('BanGUI has closed its connection to fail2ban.')
}
