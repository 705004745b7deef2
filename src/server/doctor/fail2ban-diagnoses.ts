import { checksOfHost } from '../features/health/fail2ban-checks.ts'
import type { HostSnapshot } from '../../shared/host.ts'
import type { ConsoleSample } from '../state/app-runtime.ts'
import type { Diagnosis, DoctorFinding } from './diagnosis.ts'
import type { Fail2banLook } from './fail2ban-look.ts'

/** Beyond what clocks of one machine can differ by. */
const AHEAD_MS = 60_000

/** A fail2ban beside this process. What only an agent or a console at work knows is left to them. */
export function diagnosesOfLook(look: Fail2banLook, socketPath: string, now: number): Diagnosis[] {
  const facts = { sample: undefined, socketPath, now }
  const checks = checksOfHost(look.snapshot, facts).filter(({ id }) => id !== 'agent' && id !== 'ban-feed')
  return checks.map((check): Diagnosis => {
    if (check.finding.cause !== 'away') return { ...check, finding: check.finding, host: undefined }
    return { id: check.id, level: check.level, finding: look.away ?? reported(check.finding) }
  })
}

/** A ban that fail2ban has recorded for later than now; undefined where there is none. */
export function futureBans({ newestBanAt }: Fail2banLook, now: number): Diagnosis | undefined {
  if (newestBanAt === undefined || newestBanAt - now <= AHEAD_MS) return undefined
  const aheadSeconds = Math.round((newestBanAt - now) / 1_000)
  return { id: 'clock', level: 'warning', finding: { cause: 'future-bans', aheadSeconds } }
}

/** A fail2ban elsewhere, as its agent reports it. */
export function diagnosesOfReport(
  snapshot: HostSnapshot,
  sample: ConsoleSample | undefined,
  now: number,
): Diagnosis[] {
  return checksOfHost(snapshot, { sample, socketPath: undefined, now })
    .filter(({ id, level }) => id !== 'ban-feed' || level !== 'unknown')
    .map((check): Diagnosis => {
      const { finding } = check
      return { ...check, finding: finding.cause === 'away' ? reported(finding) : finding }
    })
}

/** The agent knows the paths and the rights there; here only its sentence is known. */
function reported({
  reason,
  detail,
}: {
  reason: NonNullable<HostSnapshot['host']['offline']>['reason']
  detail: string
}): DoctorFinding {
  const path = '/run/fail2ban/fail2ban.sock'
  if (reason === 'permission-denied') return { cause: 'socket-forbidden', detail, path, group: 'bangui' }
  if (reason === 'state-unknown') return { cause: 'not-known', because: 'state-unreachable' }
  if (reason === 'starting' || reason === 'agent-missing') {
    return { cause: 'not-known', because: 'agent-missing' }
  }
  return { cause: reason, detail, path }
}
