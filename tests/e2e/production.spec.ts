import { Cluster } from '../../src/shared/cluster.ts'
import { expect, openOverview, test, UNREACHABLE, type Machine } from './console.ts'
import { banRow, openBans } from './pages.ts'
import type { Page } from '@playwright/test'

async function clusterOf(page: Page, machine: Machine): Promise<Cluster> {
  return Cluster.parse(await (await page.request.get(`${machine.url}/api/v1/cluster`)).json())
}

test('the health page lists three replicas and the agent, which alone talks to fail2ban', async ({
  page,
  machine,
}) => {
  await openOverview(page, machine)
  await page.goto(`${machine.url}/health`)
  const instances = page.getByRole('table', { name: 'Instances and workers' })
  await expect(instances.getByRole('rowheader')).toHaveCount(4)
  const cluster = await clusterOf(page, machine)
  const roles = cluster.instances.map((instance) => instance.roles.join(' ')).toSorted()
  expect(roles).toEqual(['agent', 'web jobs', 'web jobs', 'web jobs'])
  const agent = cluster.instances.find((instance) => instance.roles.includes('agent'))
  expect(cluster.leases).toMatchObject([{ name: 'agent/local', holder: agent?.id }])
})

test('replicas are killed until one is left: whoever looks at the bans sees the next one, still signed in', async ({
  page,
  machine,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  await openBans(page, machine)
  const { instances } = await clusterOf(page, machine)
  const [one, other] = instances.filter((instance) => instance.roles.includes('web'))
  for (const [index, killed] of [one, other].entries()) {
    process.kill(killed?.pid ?? 0, 'SIGKILL')
    const ip = `203.0.113.${index + 70}`
    await machine.fail2ban.client('set', 'sshd', 'banip', ip)
    await expect(banRow(page, ip)).toBeVisible({ timeout: 20_000 })
  }
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Active bans', level: 1 })).toBeVisible()
})
