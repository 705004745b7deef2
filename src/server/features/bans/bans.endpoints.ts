import { z } from 'zod'
import { BanPage, BanRequest, BanSort, IpResults, UnbanRequest } from '../../../shared/ban.ts'
import { HostId } from '../../../shared/host.ts'
import { JailName } from '../../../shared/jail.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { BansService } from './bans.service.ts'

const InJail = z.object({ host: HostId, jail: JailName })
const OneBan = InJail.extend({ ip: z.string().min(1).max(256) })

const Query = z.strictObject({
  host: z.union([z.literal(''), HostId]).optional(),
  jail: z.union([z.literal(''), JailName]).optional(),
  q: z.string().max(256).optional(),
  sort: z.union([z.literal(''), BanSort]).optional(),
  country: z.literal('', 'This version knows no countries: leave it out.').optional(),
  limit: z.union([z.literal(''), z.coerce.number().int().min(1).max(500)]).optional(),
  cursor: z.string().max(2_000).optional(),
})

export function bansEndpoints(bans: BansService): Endpoint[] {
  return [listing(bans), banning(bans), ...unbanning(bans)]
}

function listing(bans: BansService): Endpoint {
  return endpoint({
    method: 'get',
    path: '/bans',
    tag: 'ban',
    summary: 'Active bans, a page at a time; `q` is the beginning of an address, or a network',
    access: 'viewer',
    query: Query,
    response: BanPage,
    handle: ({ query }) =>
      bans.list({
        host: query.host || undefined,
        jail: query.jail || undefined,
        q: query.q,
        sort: query.sort || '-bannedAt',
        limit: query.limit || 50,
        cursor: query.cursor || undefined,
      }),
  })
}

function banning(bans: BansService): Endpoint {
  return endpoint({
    method: 'post',
    path: '/hosts/{host}/jails/{jail}/bans',
    tag: 'ban',
    summary: 'Ban addresses or networks in a jail, for its bantime',
    access: 'operator',
    params: InJail,
    body: BanRequest,
    response: IpResults,
    handle: ({ params, body, actor, caller }) => bans.ban(params, body, actor, caller),
  })
}

function unbanning(bans: BansService): Endpoint[] {
  return [
    endpoint({
      method: 'delete',
      path: '/hosts/{host}/jails/{jail}/bans/{ip}',
      tag: 'ban',
      summary: 'Lift one ban; a network is percent-encoded',
      access: 'operator',
      params: OneBan,
      response: IpResults,
      handle: ({ params, actor }) => bans.unban(params, params.ip, actor),
    }),
    endpoint({
      method: 'post',
      path: '/unban',
      tag: 'ban',
      summary: 'Lift the bans of addresses in every jail, of one host or of all',
      access: 'operator',
      body: UnbanRequest,
      response: IpResults,
      handle: ({ body, actor }) => bans.unbanEverywhere(body, actor),
    }),
  ]
}
