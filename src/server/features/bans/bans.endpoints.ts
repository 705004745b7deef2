import { z } from 'zod'
import {
  Ban,
  BanPage,
  BanRequest,
  BanSort,
  IpResults,
  UnbanJob,
  UnbanJobs,
  UnbanMatching,
  UnbanRequest,
  UnbanResults,
  UnbanSelected,
} from '../../../shared/ban.ts'
import { HostId } from '../../../shared/host.ts'
import { JailName } from '../../../shared/jail.ts'
import { endpoint, streamEndpoint, type Endpoint } from '../../http/endpoint.ts'
import { sendExport } from './ban-export.ts'
import type { BansService } from './bans.service.ts'
import type { UnbanMatchingService } from './unban-matching.ts'

const InJail = z.object({ host: HostId, jail: JailName })
const OneBan = InJail.extend({ ip: z.string().min(1).max(256) })
const OneJob = z.object({ id: z.string().min(1).max(64) })

const Filter = z.strictObject({
  host: z.union([z.literal(''), HostId]).optional(),
  jail: z.union([z.literal(''), JailName]).optional(),
  q: z.string().max(256).optional(),
  sort: z.union([z.literal(''), BanSort]).optional(),
  country: z.literal('', 'This version knows no countries: leave it out.').optional(),
  upTo: z.coerce.number().int().min(0).optional(),
})

const Query = Filter.extend({
  limit: z.union([z.literal(''), z.coerce.number().int().min(1).max(500)]).optional(),
  cursor: z.string().max(2_000).optional(),
  offset: z.coerce.number().int().min(0).max(100_000_000).optional(),
})

const ExportQuery = Filter.extend({ format: z.enum(['csv', 'json']) })

export function bansEndpoints(bans: BansService, matching: UnbanMatchingService): Endpoint[] {
  return [...reading(bans), banning(bans), ...unbanning(bans), ...unbanningMatching(matching)]
}

function reading(bans: BansService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/bans',
      tag: 'ban',
      summary:
        'Active bans, a page at a time; `q` is a part of an address or of a jail’s name, or a network; `offset` jumps; `upTo` is the `mark` of an earlier answer and leaves out what came later',
      access: 'viewer',
      query: Query,
      response: BanPage,
      handle: ({ query }) =>
        bans.list({
          ...filterOf(query),
          limit: query.limit || 50,
          cursor: query.cursor || undefined,
          offset: query.offset,
        }),
    }),
    streamEndpoint({
      path: '/bans/export',
      tag: 'ban',
      summary: 'All active bans that match, with their whole reasons, as a file',
      access: 'viewer',
      query: ExportQuery,
      mediaTypes: ['text/csv', 'application/json'],
      stream: (_req, res, _actor, query) => {
        const name = `bans-${new Date().toISOString().slice(0, 10)}`
        return sendExport(res, bans.batches(filterOf(query)), { format: query.format, name })
      },
    }),
    endpoint({
      method: 'get',
      path: '/hosts/{host}/jails/{jail}/bans/{ip}',
      tag: 'ban',
      summary: 'One active ban with its whole reason; a network is percent-encoded',
      access: 'viewer',
      params: OneBan,
      response: Ban,
      handle: ({ params }) => bans.find(params, params.ip),
    }),
  ]
}

function filterOf(query: z.infer<typeof Filter>) {
  return {
    host: query.host || undefined,
    jail: query.jail || undefined,
    q: query.q,
    sort: query.sort || ('-bannedAt' as const),
    upTo: query.upTo,
  }
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
    endpoint({
      method: 'post',
      path: '/bans/unban',
      tag: 'ban',
      summary: 'Lift bans of any hosts and jails, each with its own answer',
      access: 'operator',
      body: UnbanSelected,
      response: UnbanResults,
      handle: async ({ body, actor }) => ({ items: await bans.unbanSelected(body.items, actor) }),
    }),
  ]
}

function unbanningMatching(matching: UnbanMatchingService): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/bans/unban-matching',
      tag: 'ban',
      summary: 'Lift all bans that match a filter, in the background',
      access: 'operator',
      body: UnbanMatching,
      response: UnbanJob,
      status: 202,
      handle: ({ body, actor }) => matching.start(body, actor),
    }),
    endpoint({
      method: 'get',
      path: '/bans/unban-matching',
      tag: 'ban',
      summary: 'Orders to lift all bans that match, with how far they are, the newest first',
      access: 'viewer',
      response: UnbanJobs,
      handle: async () => ({ items: await matching.recent() }),
    }),
    endpoint({
      method: 'get',
      path: '/bans/unban-matching/{id}',
      tag: 'ban',
      summary: 'How far an order to lift all bans that match is, and what failed',
      access: 'viewer',
      params: OneJob,
      response: UnbanJob,
      handle: ({ params }) => matching.find(params.id),
    }),
    endpoint({
      method: 'delete',
      path: '/bans/unban-matching/{id}',
      tag: 'ban',
      summary: 'Cancel an order to lift all bans that match; what is done stays done',
      access: 'operator',
      params: OneJob,
      response: UnbanJob,
      handle: ({ params, actor }) => matching.cancel(params.id, actor),
    }),
  ]
}
