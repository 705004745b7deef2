import { z } from 'zod'
import { Cluster } from '../../src/shared/cluster.ts'
import { Host } from '../../src/shared/host.ts'
import type { Replica } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { API, ask, type Answer } from './http.ts'

/** What `GET /cluster` tells there; throws on any other answer. */
export async function clusterAt(url: string, cookie: string): Promise<Cluster> {
  const answer = await ask(`${url}${API}/cluster`, { cookie })
  if (answer.status !== 200) throw new Error(`GET /cluster answered ${answer.status}: ${answer.body}`)
  return Cluster.parse(JSON.parse(answer.body))
}

/** The process that holds the lease of the agent, as soon as some serving process does. */
export async function agentHolder(
  url: string,
  cookie: string,
  host = 'local',
): Promise<{ id: string; pid: number }> {
  const held = async () => {
    const { leases, instances } = await clusterAt(url, cookie)
    const holder = leases.find(({ name }) => name === `agent/${host}`)?.holder
    return instances.find(({ id }) => id === holder)
  }
  const { id, pid } = await waitFor(held, { what: 'somebody to hold the agent lease', timeoutMs: 20_000 })
  return { id, pid }
}

/** The replica that is, or whose worker is, the process with this pid. */
export function replicaOf(replicas: readonly Replica[], pid: number): Replica {
  const found = replicas.find((replica) => replica.pids().includes(pid))
  if (!found) throw new Error(`No replica has the process ${pid}.`)
  return found
}

const Hosts = z.object({ items: z.array(Host) })

/** Whether `GET /hosts` there says that the host is online. */
export async function isHostOnline(url: string, cookie: string, host = 'local'): Promise<boolean> {
  const { status, body } = await ask(`${url}${API}/hosts`, { cookie })
  if (status !== 200) return false
  return Hosts.parse(JSON.parse(body)).items.some(({ id, online }) => id === host && online)
}

/** Resolves once each of them answers its readiness probe with 200. */
export async function untilReady(urls: readonly string[], timeoutMs = 30_000): Promise<void> {
  const ready = async (): Promise<boolean> => {
    const answers = await Promise.all(urls.map((url) => ask(`${url}/readyz`)))
    return answers.every(({ status }) => status === 200)
  }
  await waitFor(ready, { what: 'every replica to be ready', timeoutMs })
}

/** Sends the command to ban addresses in the jail sshd. */
export async function ban(url: string, cookie: string, ips: readonly string[]): Promise<Answer> {
  return ask(`${url}${API}/hosts/local/jails/sshd/bans`, { method: 'POST', cookie, body: { ips } })
}
