import { describe, expect, it } from '@jest/globals'
import './english.ts'
import type { Instance, StateServerFacts } from '../../src/shared/cluster.ts'
import {
  memoryInWords,
  nameOfProcess,
  persistenceInWords,
  skewInWords,
} from '../../src/web/features/cluster/figures.ts'
import { formatBytes, formatMilliseconds } from '../../src/web/features/health/amounts.ts'

const redis: StateServerFacts = {
  version: '7.0.15',
  topology: 'standalone',
  role: 'master',
  latencyMs: 0.4,
  usedMemoryBytes: 1_250_000,
  maxMemoryBytes: 0,
  evictionPolicy: 'noeviction',
  persistence: 'none',
  clockSkewMs: 0,
}

describe('figures of the health page', () => {
  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [1_250_000, '1.3 MB'],
    [94_400_000, '94 MB'],
    [999_600_000, '1.0 GB'],
    [3e15, '3,000 TB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it.each([
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [3, '3 ms'],
    [12.4, '12 ms'],
    [999.6, '1.0 s'],
    [3_210, '3.2 s'],
    [59_960, '1 min'],
    [600_000, '10 min'],
  ])('writes %d milliseconds as %s', (ms, text) => {
    expect(formatMilliseconds(ms)).toBe(text)
  })

  it('names a process by its machine and pid, and as the worker it is', () => {
    const instance = { hostname: 'alpha', pid: 4711 } as Instance
    expect(nameOfProcess(instance)).toBe('alpha · pid 4711')
    expect(nameOfProcess({ ...instance, worker: 2 })).toBe('alpha · worker 2 · pid 4711')
  })

  it('says what Redis has and keeps', () => {
    expect(memoryInWords(redis)).toBe('1.3 MB, no limit')
    expect(memoryInWords({ ...redis, maxMemoryBytes: 256_000_000 })).toBe('1.3 MB of 256 MB')
    expect(persistenceInWords(redis)).toContain('signs everybody out')
  })

  it('mentions a clock only where it is off', () => {
    expect(skewInWords({ ...redis, clockSkewMs: -40 })).toBe('the same')
    expect(skewInWords({ ...redis, clockSkewMs: 2_500 })).toBe('2.5 s ahead of BanGUI’s')
    expect(skewInWords({ ...redis, clockSkewMs: -150 })).toBe('150 ms behind BanGUI’s')
  })
})
