import type { BanKey, UnbanResult } from '../../../shared/ban.ts'
import { AppError } from '../../lib/errors.ts'
import type { AgentCommands } from '../../state/agent-commands.ts'

/**
 * Lifts bans of any hosts and jails and says of each what became of it, in the order given. Where a whole command was not
 * carried out, `onProblem` may throw; otherwise its bans count as failed.
 */
export async function unbanSelected(
  commands: AgentCommands,
  bans: readonly BanKey[],
  onProblem: (error: AppError) => void = () => undefined,
): Promise<UnbanResult[]> {
  const groups = Map.groupBy(bans, ({ host, jail }) => `${host} ${jail}`)
  const outcomes = new Map<string, UnbanResult>()
  for (const group of groups.values()) {
    for (const result of await unbanGroup(commands, group, onProblem)) outcomes.set(nameOf(result), result)
  }
  return bans.map(
    (ban) =>
      outcomes.get(nameOf(ban)) ?? {
        ...ban,
        outcome: 'failed',
        detail: 'The agent did not say what became of it.',
      },
  )
}

/** Bans of one jail. */
async function unbanGroup(
  commands: AgentCommands,
  group: readonly BanKey[],
  onProblem: (error: AppError) => void,
): Promise<UnbanResult[]> {
  const [first] = group
  if (!first) return []
  const { host, jail } = first
  try {
    const ips = [...new Set(group.map(({ ip }) => ip))]
    const { results = [] } = await commands.send(host, { kind: 'unban', jail, ips })
    return results.map(({ ip, outcome, detail }): UnbanResult => {
      const place = { host, jail, ip }
      if (outcome === 'unbanned' || outcome === 'not-banned') return { ...place, outcome }
      return { ...place, outcome: 'failed', detail: detail ?? 'fail2ban did not confirm it.' }
    })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    onProblem(error)
    return group.map((ban) => ({ ...ban, outcome: 'failed', detail: error.message }))
  }
}

function nameOf({ host, jail, ip }: BanKey): string {
  return `${host} ${jail} ${ip}`
}
