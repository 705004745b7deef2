import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { startConsole } from './console-under-test.ts'
import { JAILS } from './jail-list.ts'
import { difference, startMeasuredRedis } from './redis-under-test.ts'
import { row, type Row } from './report.ts'

const SECONDS = 30

/** T14: what one process with all roles costs while nobody asks it anything and nothing happens. */
export async function idle(): Promise<Row[]> {
  const redis = await startMeasuredRedis()
  const console_ = await startConsole({ redis })
  try {
    await console_.settled(JAILS)
    await pause(5_000)
    const client = new Redis(redis.url)
    const monitor = await client.monitor()
    let sent = 0
    monitor.on('monitor', (_time: string, _args: string[], source: string) => {
      if (source !== 'lua') sent += 1
    })
    const [before, cpuBefore] = [await redis.counters(), console_.server.cpuMicros()]
    await pause(SECONDS * 1_000)
    const spent = difference(before, await redis.counters())
    const cpuShare = (console_.server.cpuMicros() - cpuBefore) / (SECONDS * 1_000_000)
    monitor.disconnect()
    client.disconnect()
    const perSecond = [...spent.commands.values()].reduce((sum, calls) => sum + calls, 0) / SECONDS
    const most = [...spent.commands]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 6)
      .map(([name, calls]) => `${(calls / SECONDS).toFixed(1)} ${name}`)
    const what = 'one idle process with all roles and state in Redis'
    return [
      row('T14', `commands of Redis a second, ${what}`, {
        target: '≤ 60',
        value: perSecond.toFixed(1),
        met: perSecond <= 60,
        detail: `those inside scripts included, ${(sent / SECONDS).toFixed(1)} without; most of them ${most.join(', ')}; CPU of Redis ${(spent.cpuMicros / (SECONDS * 10_000)).toFixed(2)} %`,
      }),
      row('T14', `CPU of one core, ${what}`, {
        target: '≤ 1 %',
        value: `${(cpuShare * 100).toFixed(2)} %`,
        met: cpuShare <= 0.01,
        detail: `over ${SECONDS} s, following a fail2ban with four jails`,
      }),
    ]
  } finally {
    await console_.stop()
    await redis.stop()
  }
}
