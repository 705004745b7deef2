/** A process that serves or asks by one way: WAY serve|ask URL. It does the orders of its parent and reports after each. */
import { Order, type Figures, type Report } from './command-orders.ts'
import { percentile } from './load.ts'
import { COMMAND_WAYS, type CommandWayName } from './reference/command-ways.ts'

const COMMAND = { kind: 'ban', jail: 'sshd', ips: ['203.0.113.7'] }
const ANSWER = { kind: 'banned', jail: 'sshd', banned: 1, refused: [] }

const [name = '', role = '', url = ''] = process.argv.slice(2)
const way = COMMAND_WAYS[name as CommandWayName]
const send = role === 'ask' ? await way.connect(url) : undefined
if (!send) await way.serve(url, () => Promise.resolve(ANSWER))

async function ask({ calls, atOnce }: Order): Promise<Figures> {
  const latencies: number[] = []
  let begun = 0
  const one = async (): Promise<void> => {
    while (begun < calls) {
      begun += 1
      const sentAt = performance.now()
      const answer = await send?.(COMMAND)
      latencies.push((performance.now() - sentAt) * 1_000)
      if (JSON.stringify(answer) !== JSON.stringify(ANSWER)) throw new Error('a wrong answer')
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: atOnce }, one))
  const seconds = (performance.now() - startedAt) / 1_000
  const sorted = latencies.toSorted((a, b) => a - b)
  return { p50Micros: percentile(sorted, 0.5), p99Micros: percentile(sorted, 0.99), seconds }
}

async function report(order: Order): Promise<Report> {
  const figures = order.calls > 0 ? await ask(order) : undefined
  const { user, system } = process.cpuUsage()
  return { cpuMicros: user + system, ...(figures && { figures }) }
}

process.on('message', (order) => void report(Order.parse(order)).then((made) => process.send?.(made)))
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
