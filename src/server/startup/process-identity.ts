import { readFileSync, readlinkSync } from 'node:fs'

/** What tells this process from every other one, also from one that was given the same pid later. */
export interface ProcessIdentity {
  readonly pid: number
  /** Kernel boot and pid namespace: only in the same one does a pid mean anything. Empty where it cannot be known. */
  readonly pidSpace: string
  /** When it started, in ticks since the kernel did. Empty where it cannot be known. */
  readonly startTicks: string
}

export function identifyProcess(): ProcessIdentity {
  return { pid: process.pid, pidSpace: pidSpace(), startTicks: statOf(process.pid)?.startTicks ?? '' }
}

function pidSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return ''
  }
}

/** Whether a process of our own pid space lives: the very one that started at `startTicks`, and not as a zombie. */
export function isAlive({ pid, startTicks }: { pid: number; startTicks: string }): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const stat = statOf(pid)
  // It may be hidden from us; that it can be signalled is then all there is to know.
  if (!stat) return true
  return !['Z', 'X'].includes(stat.state) && (startTicks === '' || stat.startTicks === startTicks)
}

/** Fields 3 and 22 of /proc/PID/stat. The second, the program's name, may itself hold spaces and brackets. */
function statOf(pid: number): { state: string; startTicks: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTicks: fields[19] ?? '' }
  } catch {
    return undefined
  }
}
