import { describe, expect, it } from '@jest/globals'
import { checksOfHost, verdictOf } from '../../src/server/features/health/fail2ban-checks.ts'
import type { CheckId, HealthCheck } from '../../src/shared/health.ts'
import type { HostSnapshot, Surroundings } from '../../src/shared/host.ts'
import { jail } from '../support/console-app.ts'

const LOG = { target: '/var/log/fail2ban.log', state: 'read' as const }

function snapshotWith(
  surroundings: Partial<Surroundings>,
  more: Partial<HostSnapshot['host']> = {},
): HostSnapshot {
  const host = {
    id: 'local',
    online: more.offline === undefined,
    version: '1.0.2',
    database: 'ok' as const,
    surroundings: { socketFileMounted: false, log: LOG, ...surroundings },
    currentlyBanned: 0,
    jailCount: 1,
    ...more,
  }
  return { host, jails: [jail('sshd')] }
}

function checkOf(snapshot: HostSnapshot, id: CheckId): HealthCheck | undefined {
  const facts = { sample: undefined, socketPath: undefined, now: 0 }
  return checksOfHost(snapshot, facts).find((check) => check.id === id)
}

describe('what is around a fail2ban', () => {
  it('may be a socket that is mounted as a file, before and after fail2ban has made another one', () => {
    const surroundings = { socketFileMounted: true }
    expect(checkOf(snapshotWith(surroundings), 'fail2ban')).toMatchObject({
      level: 'warning',
      finding: { cause: 'socket-file', isDead: false },
    })
    const gone = { since: new Date(0).toISOString(), detail: 'Nobody listens.', remedy: 'Start it.' }
    const stale = snapshotWith(surroundings, { offline: { reason: 'socket-stale', ...gone } })
    expect(checkOf(stale, 'fail2ban')).toMatchObject({
      level: 'failing',
      finding: { cause: 'socket-file', isDead: true },
    })
    expect(verdictOf(stale)).toBe('unknown')
    const refused = snapshotWith(surroundings, { offline: { reason: 'permission-denied', ...gone } })
    expect(checkOf(refused, 'fail2ban')?.finding.cause).toBe('away')
  })

  it('may be files that the agent does not see, and the setting that tells where they are', () => {
    const hidden = snapshotWith(
      {
        hiddenDatabase: '/config/fail2ban/fail2ban.sqlite3',
        hiddenLogs: ['/remotelogs/auth.log'],
        log: { target: '/config/log/fail2ban.log', state: 'unseen' },
      },
      { database: 'unreadable', databaseDetail: 'It does not exist.' },
    )
    const fix = { kind: 'setting', name: 'FAIL2BAN_PATH_MAP' }
    expect(checkOf(hidden, 'fail2ban-database')).toMatchObject({
      level: 'warning',
      finding: { cause: 'database-elsewhere', path: '/config/fail2ban/fail2ban.sqlite3' },
      fix: { ...fix, value: '/config/fail2ban=/path/here' },
    })
    expect(checkOf(hidden, 'log-files')).toMatchObject({
      level: 'unknown',
      finding: { cause: 'logs-elsewhere', files: ['/remotelogs/auth.log'] },
      fix: { ...fix, value: '/remotelogs=/path/here' },
    })
    expect(checkOf(hidden, 'fail2ban-log')).toMatchObject({
      level: 'unknown',
      finding: { cause: 'log-elsewhere', target: '/config/log/fail2ban.log' },
    })
  })

  it('may be a log in another time zone, one that may not be read, or none at all', () => {
    const oddTime = { jail: 'sshd', distance: '2h after' }
    expect(checkOf(snapshotWith({ log: { ...LOG, oddTime } }), 'fail2ban-log')).toMatchObject({
      level: 'warning',
      finding: { cause: 'odd-times', ...oddTime },
    })
    expect(checkOf(snapshotWith({ log: { ...LOG, state: 'unreadable' } }), 'fail2ban-log')).toMatchObject({
      level: 'unknown',
      finding: { cause: 'log-unreadable' },
    })
    const stdout = snapshotWith({ log: { target: 'STDOUT', state: 'no-file' } })
    expect(checkOf(stdout, 'fail2ban-log')).toMatchObject({ level: 'ok', finding: { cause: 'no-log-file' } })
  })

  it('is not known before the agent has looked', () => {
    const { host, jails } = snapshotWith({})
    const { surroundings: _, ...bare } = host
    expect(checkOf({ host: bare, jails }, 'fail2ban-log')?.finding).toEqual({
      cause: 'not-known',
      because: 'not-checked-yet',
    })
  })
})
