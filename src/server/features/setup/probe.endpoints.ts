import { z } from 'zod'
import { HostId } from '../../../shared/host.ts'
import { Probe } from '../../../shared/probe.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import { AppError } from '../../lib/errors.ts'
import type { AgentCommands } from '../../state/agent-commands.ts'
import type { HostDirectory } from '../../state/host-directory.ts'

export function probeEndpoints(deps: { hosts: HostDirectory; commands: AgentCommands }): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/hosts/{host}/probe',
      tag: 'setup',
      summary: 'Let the agent try anew to reach its fail2ban, and tell what is in the way',
      access: 'admin',
      params: z.object({ host: HostId }),
      response: Probe,
      async handle({ params }) {
        const { host } = deps.hosts.get(params.host)
        const { probe } = await deps.commands.send(host.id, { kind: 'probe' })
        if (!probe) throw new AppError('internal', 'The agent answered something else.')
        return probe
      },
    }),
  ]
}
