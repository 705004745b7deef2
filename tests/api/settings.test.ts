import { afterEach, describe, expect, it } from '@jest/globals'
import { loadConfig } from '../../src/server/config.ts'
import { createConsoleApp, type ConsoleApp, type ConsoleAppOptions } from '../support/console-app.ts'

const SETTINGS = '/api/v1/settings'
let app: ConsoleApp | undefined

async function open(options: ConsoleAppOptions = {}): Promise<ConsoleApp> {
  app = await createConsoleApp(options)
  return app
}
afterEach(() => app?.close())

describe('GET /settings', () => {
  it('says of each setting what holds, who said so, and which variable would fix it', async () => {
    const { body } = await (await (await open()).signedIn('viewer')).get(SETTINGS).expect(200)
    expect(body).toEqual({
      timeZone: expect.objectContaining({ source: 'default', variable: 'BANGUI_TIME_ZONE' }),
      historyDays: { value: 365, default: 365, source: 'default', variable: 'BANGUI_HISTORY_DAYS' },
      lookupLinks: { value: true, default: true, source: 'default', variable: 'BANGUI_LOOKUP_LINKS' },
    })
    expect(body.timeZone.value).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone)
  })

  it('is refused without a session', async () => {
    await (await open()).browser().get(SETTINGS).expect(401)
  })

  it('lets the environment win over what an administrator had set', async () => {
    const first = await open()
    const admin = await first.signedIn('admin')
    await admin.patch(SETTINGS).send({ historyDays: 30, timeZone: 'Europe/Vienna' }).expect(200)
    const restarted = await createConsoleApp({ shared: first, fixedSettings: { historyDays: 90 } })
    const agent = restarted.browser()
    await agent.post('/api/v1/session').send({ username: 'admin', password: 'correct horse battery staple' })
    const { body } = await agent.get(SETTINGS).expect(200)
    expect(body.historyDays).toMatchObject({ value: 90, default: 365, source: 'environment' })
    expect(body.timeZone).toMatchObject({ value: 'Europe/Vienna', source: 'database' })
    await restarted.close()
  })

  it('takes what it cannot read in the database for not said', async () => {
    const opened = await open()
    const { db } = opened
    await db.insertInto('settings').values({ key: 'console/historyDays', value: '"soon"' }).execute()
    await db.insertInto('settings').values({ key: 'console/timeZone', value: '{' }).execute()
    const { body } = await (await opened.signedIn('viewer')).get(SETTINGS).expect(200)
    expect(body.historyDays).toMatchObject({ value: 365, source: 'default' })
  })
})

describe('PATCH /settings', () => {
  it('changes what is named and keeps the rest; null returns to the default', async () => {
    const admin = await (await open()).signedIn('admin')
    const { body: first } = await admin.patch(SETTINGS).send({ lookupLinks: false }).expect(200)
    expect(first.lookupLinks).toMatchObject({ value: false, source: 'database' })
    const { body: second } = await admin.patch(SETTINGS).send({ historyDays: 30 }).expect(200)
    expect(second).toMatchObject({ lookupLinks: { value: false }, historyDays: { value: 30 } })
    const { body: third } = await admin.patch(SETTINGS).send({ lookupLinks: null }).expect(200)
    expect(third).toMatchObject({
      lookupLinks: { value: true, source: 'default' },
      historyDays: { value: 30 },
    })
  })

  it('spells a time zone as the time zone database does', async () => {
    const admin = await (await open()).signedIn('admin')
    const { body } = await admin.patch(SETTINGS).send({ timeZone: 'europe/vienna' }).expect(200)
    expect(body.timeZone.value).toBe('Europe/Vienna')
  })

  it('changes nothing where one value is invalid, and points at it (T3)', async () => {
    const admin = await (await open()).signedIn('admin')
    for (const [wrong, pointer] of [
      [{ historyDays: 0 }, '/historyDays'],
      [{ historyDays: 1.5 }, '/historyDays'],
      [{ historyDays: '30' }, '/historyDays'],
      [{ timeZone: 'Middle/Earth' }, '/timeZone'],
      [{ timeZone: '+01:00' }, '/timeZone'],
    ] as const) {
      const { body } = await admin
        .patch(SETTINGS)
        .send({ lookupLinks: false, ...wrong })
        .expect(400)
      expect(body.errors).toEqual([expect.objectContaining({ in: 'body', pointer })])
    }
    await admin.patch(SETTINGS).send({ colour: 'blue' }).expect(400)
    const { body } = await admin.get(SETTINGS).expect(200)
    expect(body.lookupLinks).toMatchObject({ value: true, source: 'default' })
  })

  it('refuses what the environment fixes, and then changes nothing at all (T1)', async () => {
    const opened = await open({ fixedSettings: { historyDays: 90 } })
    const admin = await opened.signedIn('admin')
    const { body } = await admin.patch(SETTINGS).send({ historyDays: 30, lookupLinks: false }).expect(409)
    expect(body).toMatchObject({
      code: 'setting-locked',
      errors: [{ in: 'body', pointer: '/historyDays', detail: 'is fixed by BANGUI_HISTORY_DAYS' }],
    })
    const { body: after } = await admin.get(SETTINGS).expect(200)
    expect(after).toMatchObject({ historyDays: { value: 90 }, lookupLinks: { value: true } })
  })

  it('is for administrators', async () => {
    const opened = await open()
    await opened.browser().patch(SETTINGS).send({}).expect(401)
    await (await opened.signedIn('operator')).patch(SETTINGS).send({ historyDays: 30 }).expect(403)
  })
})

describe('GET /settings/environment', () => {
  const { environment } = loadConfig(
    {
      PUBLIC_URL: 'https://console.example.org/',
      SESSION_SECRET: 'the secret of these tests long enough for one',
      REDIS_URL: 'redis://bangui:hunter2@redis:6379/1',
      REDIS_CA_FILE: '',
    },
    false,
  )

  it('tells what was set, and of secrets only that they are', async () => {
    const admin = await (await open({ environment })).signedIn('admin')
    const { body, text } = await admin.get(`${SETTINGS}/environment`).expect(200)
    const item = (name: string) => body.items.find((found: { name: string }) => found.name === name)
    expect(item('PUBLIC_URL')).toMatchObject({
      source: 'environment',
      secret: false,
      value: 'https://console.example.org/',
    })
    expect(item('SESSION_SECRET')).not.toHaveProperty('value')
    expect(item('SESSION_SECRET')).toMatchObject({ source: 'environment', secret: true })
    expect(item('REDIS_URL')).toMatchObject({ source: 'environment', secret: true })
    expect(item('PORT')).toMatchObject({ source: 'default', value: '8080' })
    expect(item('BANGUI_METRICS_TOKEN')).toMatchObject({ source: 'default', secret: true })
    expect(item('REDIS_CA_FILE')).not.toHaveProperty('value')
    expect(text).not.toMatch(/hunter2|the secret of these tests/)
  })

  it('is for administrators', async () => {
    const opened = await open()
    await opened.browser().get(`${SETTINGS}/environment`).expect(401)
    await (await opened.signedIn('operator')).get(`${SETTINGS}/environment`).expect(403)
  })
})

describe('the job that forgets old entries of the archive', () => {
  it('goes by what holds when it runs', async () => {
    const opened = await open()
    const { console: console_, db } = opened
    const admin = await opened.signedIn('admin')
    const [prune] = console_.jobs.filter((job) => job.name === 'bans.prune-history')
    const at = Date.now() - 40 * 86_400_000
    await db.insertInto('ban_events').values(oldEvent(at)).execute()
    const run = async () =>
      prune?.run({ slot: 0, attempt: 1, fence: 1, signal: AbortSignal.timeout(10_000), payload: null })
    const count = async () => (await db.selectFrom('ban_events').selectAll().execute()).length
    await run()
    expect(await count()).toBe(1)
    await admin.patch(SETTINGS).send({ historyDays: 30 }).expect(200)
    await run()
    expect(await count()).toBe(0)
  })
})

function oldEvent(at: number) {
  return {
    kind: 'ban' as const,
    host: 'local',
    jail: 'sshd',
    ip: '203.0.113.9',
    ip_key: '00000000000000000000ffffcb007109/128',
    at,
    imported: 0 as const,
    expires_at: null,
    ban_count: 1,
    failures: null,
    cause: null,
    matches: null,
  }
}
