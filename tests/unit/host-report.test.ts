import { describe, expect, it } from '@jest/globals'
import { createHostReport } from '../../src/server/agent/host-report.ts'
import type { JailStatus } from '../../src/server/fail2ban/fail2ban-client.ts'
import { HostSnapshot, OfflineReason } from '../../src/shared/host.ts'

const NOON = Date.parse('2026-11-23T12:00:00Z')

const status = (name: string, more: Partial<JailStatus> = {}): JailStatus => ({
  name,
  currentlyBanned: 1,
  totalBanned: 2,
  currentlyFailed: 3,
  totalFailed: 4,
  sources: ['/var/log/auth.log'],
  sourceKind: 'files',
  ...more,
})

function begin(earlier?: HostSnapshot) {
  const report = createHostReport({ host: 'local', socketPath: '/run/f2b.sock', earlier })
  const online = (at: number, ...statuses: JailStatus[]) =>
    report.online({ version: '1.0.2', statuses, database: { database: 'ok' }, at })
  const states = (snapshot: HostSnapshot) =>
    Object.fromEntries(snapshot.jails.map((jail) => [jail.name, jail.state]))
  return { report, online, states }
}

/** Told by whoever hears nothing from an agent, never by one. */
const ofTheDirectory = (reason: OfflineReason): reason is 'starting' | 'agent-missing' | 'state-unknown' =>
  reason === 'starting' || reason === 'agent-missing' || reason === 'state-unknown'

describe('the report about a host', () => {
  it('is a valid snapshot', () => {
    const { report, online } = begin()
    report.setSettings('sshd', { bantimeSeconds: -1, findtimeSeconds: 600, maxretry: 5 })
    const snapshot = online(NOON, status('sshd'), status('recidive'))
    expect(HostSnapshot.parse(snapshot)).toEqual(snapshot)
    expect(snapshot.host).toMatchObject({ online: true, currentlyBanned: 2, jailCount: 2 })
    expect(snapshot.jails.map((jail) => jail.name)).toEqual(['recidive', 'sshd'])
    expect(snapshot.jails[1]).toMatchObject({ state: 'active', bantimeSeconds: -1, maxretry: 5 })
  })

  it('tells the ignore lists of the jails that run', () => {
    const { report, online } = begin()
    const list = { entries: ['192.0.2.0/24'], ignoreself: true }
    report.setIgnored('sshd', list)
    report.setIgnored('recidive', list)
    online(NOON, status('sshd'), status('recidive'))
    expect(report.ignoreLists()).toEqual({ sshd: list, recidive: list })
    online(NOON + 1_000, status('sshd'))
    expect(report.ignoreLists()).toEqual({ sshd: list })
  })

  it.each(OfflineReason.options.filter((reason) => !ofTheDirectory(reason)))(
    'says what to do about %s, and keeps what was known',
    (reason) => {
      const { report, online } = begin()
      online(NOON, status('sshd'))
      const first = report.offline({ reason, message: 'It happened.' }, NOON + 1_000)
      const later = report.offline({ reason, message: 'It happened.' }, NOON + 60_000)
      expect(HostSnapshot.parse(first)).toEqual(first)
      expect(later.host).toMatchObject({
        online: false,
        version: '1.0.2',
        asOf: '2026-11-23T12:00:00.000Z',
        offline: { reason, since: '2026-11-23T12:00:01.000Z', detail: 'It happened.' },
      })
      expect(later.host.offline?.remedy).toMatch(/^[A-Zf].{20,}\.$/)
      expect(later.jails).toHaveLength(1)
    },
  )

  it('shows a jail that went as stopped, and as active when it is back', () => {
    const { online, states } = begin()
    online(NOON, status('sshd'), status('recidive'))
    const gone = online(NOON + 500, status('sshd'))
    expect(states(gone)).toEqual({ sshd: 'active', recidive: 'stopped' })
    expect(gone.host).toMatchObject({ jailCount: 1, currentlyBanned: 1 })
    expect(states(online(NOON + 1_000, status('sshd'), status('recidive')))['recidive']).toBe('active')
  })

  it('remembers idle jails until they begin anew', () => {
    const { report, online, states } = begin()
    online(NOON, status('sshd'))
    report.setIdle('sshd', true)
    expect(states(online(NOON, status('sshd')))).toEqual({ sshd: 'idle' })
    expect(states(online(NOON, status('sshd', { totalFailed: 0 })))).toEqual({ sshd: 'active' })
    report.setIdle('sshd', true)
    report.restarted(NOON)
    expect(states(online(NOON, status('sshd')))).toEqual({ sshd: 'active' })
  })

  it('does not take the jails of a server for stopped that has just been started', () => {
    const { report, online, states } = begin()
    online(NOON, status('sshd'), status('recidive'))
    report.restarted(NOON)
    expect(states(online(NOON + 100))).toEqual({ sshd: 'active', recidive: 'active' })
    expect(states(online(NOON + 600, status('sshd')))).toEqual({ sshd: 'active' })
  })

  it('goes on from what an earlier agent reported', () => {
    const first = begin()
    first.online(NOON, status('sshd'), status('recidive'))
    first.report.setIdle('sshd', true)
    const second = begin(first.online(NOON, status('sshd')))
    expect(second.states(second.online(NOON, status('sshd')))).toEqual({ sshd: 'idle', recidive: 'stopped' })
  })
})
