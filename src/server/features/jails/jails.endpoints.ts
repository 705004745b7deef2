import { z } from 'zod'
import { IpList } from '../../../shared/ban.ts'
import { HostId } from '../../../shared/host.ts'
import { Jail, JailDetail, JailName } from '../../../shared/jail.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { JailAction, JailsService } from './jails.service.ts'

const InHost = z.object({ host: HostId })
const InJail = z.object({ host: HostId, jail: JailName })
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
  reload: 'Load a jail again as the configuration files say; its bans stay',
  idle: 'Pause a jail: it watches no logs, and its bans stay and do not expire',
  resume: 'End the pause of a jail',
}

export function jailsEndpoints(jails: JailsService): Endpoint[] {
  return [...reading(jails), ...acting(jails), ...changing(jails)]
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
      summary: 'One jail with its allow list and actions',
      access: 'viewer',
      params: InJail,
      response: JailDetail,
      handle: ({ params }) => jails.get(params.host, params.jail),
    }),
  ]
}

function acting(jails: JailsService): Endpoint[] {
  return (Object.keys(ACTIONS) as JailAction[]).map((action) =>
    endpoint({
      method: 'post',
      path: `/hosts/{host}/jails/{jail}/${action}`,
      tag: 'jail',
      summary: ACTIONS[action],
      access: 'admin',
      params: InJail,
      response: JailDetail,
      handle: ({ params }) => jails.act(params.host, params.jail, action),
    }),
  )
}

function changing(jails: JailsService): Endpoint[] {
  return [
    endpoint({
      method: 'put',
      path: '/hosts/{host}/jails/{jail}/settings',
      tag: 'jail',
      summary: 'Change bantime, findtime or maxretry of the running jail, until its next reload',
      access: 'admin',
      params: InJail,
      body: Settings,
      response: JailDetail,
      handle: ({ params, body }) => jails.change(params.host, params.jail, body),
    }),
    endpoint({
      method: 'post',
      path: '/hosts/{host}/jails/{jail}/ignoreip',
      tag: 'jail',
      summary: 'Add addresses to the allow list of the running jail, until its next reload',
      access: 'admin',
      params: InJail,
      body: Ips,
      response: JailDetail,
      handle: ({ params, body }) => jails.ignore(params.host, params.jail, body.ips),
    }),
    endpoint({
      method: 'delete',
      path: '/hosts/{host}/jails/{jail}/ignoreip',
      tag: 'jail',
      summary: 'Take addresses off the allow list of the running jail, until its next reload',
      access: 'admin',
      params: InJail,
      body: Ips,
      response: JailDetail,
      handle: ({ params, body }) => jails.stopIgnoring(params.host, params.jail, body.ips),
    }),
  ]
}
