import { z } from 'zod'
import { AllowRequest, AllowResults, IgnoreResults, LiftedBans } from '../../../shared/allow.ts'
import { IpList } from '../../../shared/ban.ts'
import { HostId } from '../../../shared/host.ts'
import { Jail, JailDetail, JailName } from '../../../shared/jail.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { AllowService } from './allow.service.ts'
import type { JailAction, JailsService } from './jails.service.ts'

const InHost = z.object({ host: HostId })
const InJail = z.object({ host: HostId, jail: JailName })
const OneEntry = InJail.extend({ ip: z.string().min(1).max(256) })
const Jails = z.object({ items: z.array(Jail) })

const TEN_YEARS = 315_360_000
const seconds = z.int().min(1).max(TEN_YEARS)

const Settings = z
  .strictObject({
    bantimeSeconds: z
      .union([z.literal(-1), seconds], 'must be a number of seconds up to ten years, or -1 for ever')
      .optional(),
    findtimeSeconds: seconds.optional(),
    maxretry: z.int().min(1).max(10_000).optional(),
  })
  .refine((settings) => Object.values(settings).some((value) => value !== undefined), 'Name a setting.')

const Ips = z.strictObject({ ips: IpList })

const ACTIONS: Record<JailAction, string> = {
  start: 'Start a jail that was stopped, as the configuration files say',
  stop: 'Stop a jail, which lifts its bans and removes it from the running fail2ban',
  restart: 'Stop a jail and start it again, once its configuration has been proven to work',
  reload: 'Load a jail again as the configuration files say; its bans stay',
  idle: 'Pause a jail: it watches no logs, and its bans stay and do not expire',
  resume: 'End the pause of a jail',
}

export function jailsEndpoints(jails: JailsService, allow: AllowService): Endpoint[] {
  return [...reading(jails), ...acting(jails), changing(jails), ...ignoring(jails), allowing(allow)]
}

function reading(jails: JailsService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/hosts/{host}/jails',
      tag: 'jail',
      summary: 'The jails of a host with their counters, as fail2ban last reported them',
      access: 'viewer',
      params: InHost,
      response: Jails,
      handle: async ({ params }) => jails.list(params.host),
    }),
    endpoint({
      method: 'get',
      path: '/hosts/{host}/jails/{jail}',
      tag: 'jail',
      summary: 'One jail with its ignore list, log files, rules, and what the configuration files say',
      access: 'viewer',
      params: InJail,
      response: JailDetail,
      handle: ({ params }) => jails.get(params),
    }),
  ]
}

function acting(jails: JailsService): Endpoint[] {
  const actions = (Object.keys(ACTIONS) as JailAction[]).map((action) =>
    endpoint({
      method: 'post',
      path: `/hosts/{host}/jails/{jail}/${action}`,
      tag: 'jail',
      summary: ACTIONS[action],
      access: 'admin',
      params: InJail,
      response: JailDetail,
      handle: ({ params, actor }) => jails.act(params, action, actor),
    }),
  )
  const unbanAll = endpoint({
    method: 'post',
    path: '/hosts/{host}/jails/{jail}/unban-all',
    tag: 'jail',
    summary: 'Lift the bans of a jail, as many as fit into some seconds; repeat it until none remains',
    access: 'operator',
    params: InJail,
    response: LiftedBans,
    handle: ({ params, actor }) => jails.unbanAll(params, actor),
  })
  return [...actions, unbanAll]
}

function changing(jails: JailsService): Endpoint {
  return endpoint({
    method: 'patch',
    path: '/hosts/{host}/jails/{jail}',
    tag: 'jail',
    summary: 'Change bantime, findtime or maxretry of the running jail, until its next reload',
    access: 'admin',
    params: InJail,
    body: Settings,
    response: JailDetail,
    handle: ({ params, body, actor }) => jails.change(params, body, actor),
  })
}

function ignoring(jails: JailsService): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/hosts/{host}/jails/{jail}/ignoreip',
      tag: 'jail',
      summary: 'Add addresses to the ignore list of the running jail, until its next reload',
      access: 'operator',
      params: InJail,
      body: Ips,
      response: IgnoreResults,
      handle: ({ params, body, actor }) => jails.ignore(params, body.ips, actor),
    }),
    endpoint({
      method: 'delete',
      path: '/hosts/{host}/jails/{jail}/ignoreip/{ip}',
      tag: 'jail',
      summary: 'Take an entry off the ignore list of the running jail, until its next reload',
      access: 'operator',
      params: OneEntry,
      response: IgnoreResults,
      handle: ({ params, actor }) => jails.stopIgnoring(params, params.ip, actor),
    }),
  ]
}

function allowing(allow: AllowService): Endpoint {
  return endpoint({
    method: 'post',
    path: '/allow',
    tag: 'jail',
    summary:
      'Put addresses on the ignore list of every running jail, until the next reload, and lift their bans',
    access: 'operator',
    body: AllowRequest,
    response: AllowResults,
    handle: ({ body, actor }) => allow(body, actor),
  })
}
