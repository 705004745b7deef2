import { describe, expect, it } from '@jest/globals'
import { configuredBy } from '../../src/server/agent/configured-jails.ts'
import {
  changedWhileRunning,
  escalatedBantime,
  jailProblem,
  type BantimeIncrement,
  type Jail,
} from '../../src/shared/jail.ts'

const jail: Jail = {
  name: 'sshd',
  state: 'active',
  currentlyBanned: 0,
  totalBanned: 0,
  currentlyFailed: 0,
  totalFailed: 0,
  sources: ['/var/log/auth.log', '/var/log/other.log'],
  sourceKind: 'files',
  bantimeSeconds: 600,
  findtimeSeconds: 600,
  maxretry: 5,
}

describe('what keeps a jail from banning', () => {
  it('is nothing while its files are there', () => {
    expect(jailProblem(jail)).toBeUndefined()
  })

  it('is its state before all else', () => {
    const missingSources = jail.sources
    expect(jailProblem({ ...jail, state: 'stopped', missingSources })).toBe('stopped')
    expect(jailProblem({ ...jail, state: 'idle', missingSources })).toBe('idle')
  })

  it('is a missing file, and worse when it was the last one', () => {
    expect(jailProblem({ ...jail, missingSources: ['/var/log/other.log'] })).toBe('log-missing')
    expect(jailProblem({ ...jail, missingSources: jail.sources })).toBe('no-log')
  })

  it('is that fail2ban has given up its only file', () => {
    expect(jailProblem({ ...jail, sources: [], missingSources: ['/var/log/auth.log'] })).toBe('no-log')
    expect(jailProblem({ ...jail, sources: [] })).toBe('no-log')
  })

  it('is nothing where it reads the journal, or where that is not known', () => {
    expect(jailProblem({ ...jail, sources: [], sourceKind: 'journal' })).toBeUndefined()
    const { sourceKind: _, ...unknown } = jail
    expect(jailProblem({ ...unknown, sources: [] })).toBeUndefined()
  })
})

describe('what was changed while a jail runs', () => {
  it('is each setting that the files have otherwise', () => {
    const configured = { bantimeSeconds: 600, findtimeSeconds: 900, maxretry: 3 }
    expect(changedWhileRunning({ ...jail, configured })).toEqual(['findtimeSeconds', 'maxretry'])
  })

  it('is unknown, and so nothing, where the files cannot be read', () => {
    expect(changedWhileRunning(jail)).toEqual([])
    expect(changedWhileRunning({ ...jail, configured: {} })).toEqual([])
  })
})

describe('the configuration of a jail', () => {
  it('is read from what fail2ban-client would send', () => {
    expect(
      configuredBy([
        ['add', 'sshd', 'polling'],
        ['set', 'sshd', 'maxretry', 3],
        ['set', 'sshd', 'findtime', '10m'],
        ['set', 'sshd', 'bantime', '1d12h'],
        ['set', 'sshd', 'addignoreip', '192.0.2.1', '2001:DB8::/32'],
        ['multi-set', 'sshd', 'addfailregex', ['a', 'b']],
        ['start', 'sshd'],
      ]),
    ).toEqual({
      bantimeSeconds: 129_600,
      findtimeSeconds: 600,
      maxretry: 3,
      ignoreip: ['192.0.2.1', '2001:db8::/32'],
    })
  })

  it('leaves out a time that only fail2ban can compute', () => {
    const configured = configuredBy([
      ['set', 'sshd', 'bantime', '60*60*24'],
      ['set', 'sshd', 'findtime', '600'],
    ])
    expect(configured).toEqual({ findtimeSeconds: 600, ignoreip: [] })
  })
})

describe('how long the next ban lasts', () => {
  const times = (increment: BantimeIncrement, bantime = 600) =>
    [1, 2, 3, 4, 30].map((nth) => escalatedBantime(increment, bantime, nth))

  it('is always the same without an increment', () => {
    expect(times({ enabled: false, factor: '8' })).toEqual([600, 600, 600, 600, 600])
    expect(times({ enabled: true }, -1)).toEqual([-1, -1, -1, -1, -1])
  })

  it('doubles, at most twenty times', () => {
    expect(times({ enabled: true })).toEqual([600, 1200, 2400, 4800, 600 * 2 ** 20])
    expect(times({ enabled: true, factor: '2', maxtimeSeconds: 5_000 })).toEqual([
      600, 2400, 4800, 5_000, 5_000,
    ])
  })

  it('follows the multipliers, the last of which goes on', () => {
    expect(times({ enabled: true, multipliers: '1 5 30' })).toEqual([600, 3000, 18_000, 18_000, 18_000])
  })

  it('is fail2ban’s secret where it evaluates a formula', () => {
    const formula = 'ban.Time * math.exp(float(ban.Count+1)*banFactor)/math.exp(1*banFactor)'
    expect(escalatedBantime({ enabled: true, formula }, 600, 2)).toBeUndefined()
    expect(escalatedBantime({ enabled: true, factor: '2.0 / 2.885385' }, 600, 2)).toBeUndefined()
  })
})
