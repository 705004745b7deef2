import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface NameServer {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** Every name has these IPv4 addresses from the next question on. */
  use(addresses: readonly string[]): void
  stop(): Promise<void>
}

const HEADER_BYTES = 12
const TYPE_A = 1

/** Answers over UDP which addresses there are, each time another one first, as compose does for the replicas of a service. */
export async function startNameServer(): Promise<NameServer> {
  const socket = createSocket('udp4')
  let known: readonly string[] = []
  socket.on('message', (question, from) => {
    const [first, ...others] = known
    if (first !== undefined) known = [...others, first]
    socket.send(answerTo(question, known), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    use: (addresses) => void (known = addresses),
    async stop() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

/** RFC 1035, section 4: the header, the question again, and a record for each address where type A is asked for. */
function answerTo(message: Buffer, addresses: readonly string[]): Buffer {
  let end = HEADER_BYTES
  while (end < message.length && message[end] !== 0) end += (message[end] ?? 0) + 1
  const question = message.subarray(HEADER_BYTES, end + 5)
  const records = question.readUInt16BE(question.length - 4) === TYPE_A ? addresses.map(record) : []
  const header = Buffer.alloc(HEADER_BYTES)
  message.copy(header, 0, 0, 2)
  // An answer, recursion as asked for and available, without an error.
  header.writeUInt16BE(0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(records.length, 6)
  return Buffer.concat([header, question, ...records])
}

function record(address: string): Buffer {
  // The name is that of the question, class IN, to be forgotten at once, four bytes.
  const head = Buffer.from([0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4])
  return Buffer.concat([head, Buffer.from(address.split('.').map(Number))])
}
