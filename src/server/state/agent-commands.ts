import { randomUUID } from 'node:crypto'
import { CommandReply, type Command } from '../../shared/command.ts'
import { AppError } from '../lib/errors.ts'
import { NobodyServes, RequestFailed, RequestTimeout, type Requests } from './state-provider.ts'

/** Sends commands to the agents beside fail2ban. */
export interface AgentCommands {
  /**
   * What the agent of the host did. Throws an AppError when fail2ban is away or refused, or the agent did not answer; the
   * message then says whether the command may have been carried out.
   */
  send(host: string, command: Command): Promise<Extract<CommandReply, { ok: true }>>
}

/** Five hundred addresses with a shell action each take fail2ban some seconds. */
const TIMEOUT_MS = 30_000

export function createAgentCommands(requests: Pick<Requests, 'send'>): AgentCommands {
  return {
    async send(host, command) {
      const reply = await ask(requests, host, command)
      if (reply.ok) return reply
      const { code, message, nextStep } = reply
      throw new AppError(code, message, nextStep === undefined ? {} : { nextStep })
    },
  }
}

async function ask(requests: Pick<Requests, 'send'>, host: string, command: Command): Promise<CommandReply> {
  try {
    const answer = await requests.send(`agent/${host}`, command, { id: randomUUID(), timeoutMs: TIMEOUT_MS })
    return CommandReply.parse(answer)
  } catch (error) {
    if (error instanceof NobodyServes) {
      throw new AppError(
        'fail2ban-unavailable',
        'No process of BanGUI serves this fail2ban, so the command was not carried out.',
        {
          nextStep: `Start the process that has the role agent for the host ${host}, then try again.`,
          cause: error,
        },
      )
    }
    if (error instanceof RequestTimeout) {
      throw new AppError(
        'fail2ban-timeout',
        'The agent did not answer in time; the command may or may not have been carried out.',
        { cause: error },
      )
    }
    if (error instanceof RequestFailed) {
      throw new AppError('internal', 'The agent failed; the command may have been carried out in part.', {
        cause: error,
      })
    }
    throw error
  }
}
