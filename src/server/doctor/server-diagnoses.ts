import { proxyOf } from '../features/health/console-checks.ts'
import { installationMark } from '../startup/installation-id.ts'
import type { Diagnosis } from './diagnosis.ts'
import { localAddress, lookAtServer, type ServerLook } from './server-look.ts'

export interface ServerPlace {
  readonly listen: { readonly host: string; readonly port: number }
  readonly publicUrl: { readonly origin: string; readonly basePath: string } | undefined
  readonly expectsProxy: boolean
  readonly version: string
  /** Undefined where it is not known. */
  readonly installationId: string | undefined
}

/** Asks whoever listens where BanGUI is to listen, and whoever answers at its address in the browser. */
export async function diagnosesOfServer(place: ServerPlace): Promise<Diagnosis[]> {
  const { listen, publicUrl } = place
  const url = publicUrl && `${publicUrl.origin}${publicUrl.basePath}`
  const [local, outside] = await Promise.all([
    // A port of the system's choice cannot be known.
    listen.port === 0 ? undefined : lookAtServer(localAddress(listen)),
    url === undefined ? undefined : lookAtServer(url),
  ])
  const runs = local?.kind === 'bangui'
  return [
    ...(local ? [serverOf(local, place)] : []),
    ...(url !== undefined && outside ? addressOf(outside, url, place, runs) : []),
    ...proxies(local, outside, place),
  ]
}

function serverOf(look: ServerLook, { listen, version }: ServerPlace): Diagnosis {
  if (look.kind === 'nobody') return { id: 'server', level: 'ok', finding: { cause: 'not-running' } }
  if (look.kind !== 'bangui') {
    const address = localAddress(listen)
    return { id: 'server', level: 'failing', finding: { cause: 'port-taken', address, detail: look.detail } }
  }
  const { ready, checks, version: running } = look.answer
  if (!ready) {
    const reasons = checks
      .filter(({ ok, required }) => !ok && required)
      .map(({ name, detail = '' }) => `${name}: ${detail}`)
    return { id: 'server', level: 'failing', finding: { cause: 'not-ready', reasons } }
  }
  if (running !== version) {
    return { id: 'server', level: 'warning', finding: { cause: 'other-version', running, here: version } }
  }
  return { id: 'server', level: 'ok', finding: { cause: 'running', version } }
}

/** Nothing can answer there while nobody runs. */
function addressOf(
  look: ServerLook,
  url: string,
  { installationId }: ServerPlace,
  runs: boolean,
): Diagnosis[] {
  const about = (level: Diagnosis['level'], finding: Diagnosis['finding']): Diagnosis[] => [
    { id: 'address', level, finding },
  ]
  if (look.kind === 'bangui') {
    const isOurs =
      installationId === undefined || look.answer.installation === installationMark(installationId)
    return isOurs
      ? about('ok', { cause: 'address-answers', url })
      : about('failing', { cause: 'address-of-another', url })
  }
  if (!runs) return []
  return look.kind === 'other'
    ? about('warning', { cause: 'address-of-another', url })
    : about('warning', { cause: 'address-silent', url, detail: look.detail })
}

/** By a request that takes the way of the browsers; otherwise by what the running console has seen of theirs. */
function proxies(
  local: ServerLook | undefined,
  outside: ServerLook | undefined,
  place: ServerPlace,
): Diagnosis[] {
  if (outside?.kind === 'bangui') {
    const { level, finding, fix } = proxyOf(place, outside.answer.proxy)
    return finding.cause === 'away' ? [] : [{ id: 'proxy', level, finding, fix }]
  }
  if (local?.kind !== 'bangui') return []
  const seen = local.answer.checks.find(({ name }) => name === 'proxy')
  if (seen?.ok === false) return [{ id: 'proxy', level: 'warning', finding: { cause: 'unknown-proxy' } }]
  return place.expectsProxy ? [] : [{ id: 'proxy', level: 'ok', finding: { cause: 'no-proxy' } }]
}
