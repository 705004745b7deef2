import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { UserInfo } from '../../src/shared/user.ts'
import { createTestApp, PASSWORD, type Agent, type TestApp } from '../support/test-app.ts'

const V1 = '/api/v1'
const NEW_PASSWORD = 'a different battery staple'
let test: TestApp
let admin: Agent

beforeEach(async () => {
  test = await createTestApp()
  admin = await test.signedIn('admin')
})
afterEach(() => test.close())

async function listed(): Promise<UserInfo[]> {
  return (await admin.get(`${V1}/users`).expect(200)).body.items as UserInfo[]
}

async function userCalled(name: string): Promise<UserInfo> {
  const user = (await listed()).find(({ username }) => username === name)
  if (!user) throw new Error(`There is no user ${name}.`)
  return user
}

const signIn = (username: string, password: string) =>
  test.browser().post(`${V1}/session`).send({ username, password })

describe('GET /users', () => {
  it('tells of everybody who they are, what they may do and when they were last there', async () => {
    await test.signedIn('viewer', 'Zoe')
    await test.signedIn('viewer', 'Zoe')
    await test.addUser('operator', 'ben')
    expect((await admin.get(`${V1}/users`).expect(200)).body).toEqual({
      items: [
        expect.objectContaining({ id: 'id-of-admin', username: 'admin', role: 'admin', sessions: 1 }),
        {
          id: 'id-of-ben',
          username: 'ben',
          role: 'operator',
          disabled: false,
          createdAt: expect.any(String),
          sessions: 0,
        },
        {
          id: 'id-of-Zoe',
          username: 'Zoe',
          role: 'viewer',
          disabled: false,
          createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
          lastSignInAt: expect.stringMatching(/^\d{4}-.*Z$/),
          lastSeenAt: expect.stringMatching(/^\d{4}-.*Z$/),
          sessions: 2,
        },
      ],
      total: 3,
    })
  })

  it('is read a page at a time', async () => {
    for (const name of ['b', 'C', 'd', 'E']) await test.addUser('viewer', name)
    const names: string[] = []
    let cursor: string | undefined
    do {
      const path = `${V1}/users?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`
      const { body } = await admin.get(path).expect(200)
      expect(body.items.length).toBeLessThanOrEqual(2)
      expect(body.total).toBe(5)
      names.push(...(body.items as UserInfo[]).map(({ username }) => username))
      cursor = body.nextCursor as string | undefined
    } while (cursor !== undefined)
    expect(names).toEqual(['admin', 'b', 'C', 'd', 'E'])
  })

  it('answers 400 to a limit or a cursor that is none, 403 below admin and 401 without a session', async () => {
    await admin.get(`${V1}/users?limit=501`).expect(400)
    await admin.get(`${V1}/users?cursor=!`).expect(400)
    const operator = await test.signedIn('operator')
    await operator.get(`${V1}/users`).expect(403)
    await test.browser().get(`${V1}/users`).expect(401)
  })
})

describe('POST /users', () => {
  const create = (agent: Agent, more: object = {}) =>
    agent.post(`${V1}/users`).send({ username: 'maria', role: 'operator', password: NEW_PASSWORD, ...more })

  it('creates a user who can sign in with the first password', async () => {
    const { body } = await create(admin).expect(201)
    expect(body).toEqual({
      id: expect.any(String),
      username: 'maria',
      role: 'operator',
      disabled: false,
      createdAt: expect.any(String),
      sessions: 0,
    })
    const answer = await signIn('Maria', NEW_PASSWORD).expect(200)
    expect(answer.body.user).toEqual({ id: body.id, username: 'maria', role: 'operator' })
  })

  it('refuses a name that is taken, however it is spelt', async () => {
    await create(admin).expect(201)
    const { body } = await create(admin, { username: 'MARIA' }).expect(409)
    expect(body).toMatchObject({
      code: 'username-taken',
      nextStep: 'Choose another name.',
      errors: [{ in: 'body', pointer: '/username' }],
    })
  })

  it('lets one of two creations of the same name at once win', async () => {
    const statuses = (await Promise.all([create(admin), create(admin)])).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409])
  })

  it('answers 400 to a short password, an odd name and an unknown role', async () => {
    const { body } = await create(admin, { username: 'a b', role: 'root', password: 'short' }).expect(400)
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
      '/password',
      '/role',
      '/username',
    ])
  })

  it('refuses a password that is easily guessed', async () => {
    const { body } = await create(admin, { password: 'maria-maria-maria' }).expect(400)
    expect(body.errors).toEqual([expect.objectContaining({ in: 'body', pointer: '/password' })])
  })

  it('answers 403 below admin and 401 without a session', async () => {
    await create(await test.signedIn('operator')).expect(403)
    await create(test.browser()).expect(401)
  })
})

describe('PATCH /users/{id}', () => {
  const change = (agent: Agent, id: string, body: object) => agent.patch(`${V1}/users/${id}`).send(body)

  it('U3 gives a role that counts from the next request on, without signing the user out', async () => {
    const maria = await test.signedIn('viewer', 'maria')
    await maria.get(`${V1}/users`).expect(403)
    const { body } = await change(admin, 'id-of-maria', { role: 'admin' }).expect(200)
    expect(body).toMatchObject({ username: 'maria', role: 'admin', sessions: 1 })
    await maria.get(`${V1}/users`).expect(200)
    await change(admin, 'id-of-maria', { role: 'operator' }).expect(200)
    await maria.get(`${V1}/users`).expect(403)
    expect((await maria.get(`${V1}/session`).expect(200)).body.user.role).toBe('operator')
  })

  it('disables a user, who is signed out for good, and enables one', async () => {
    const maria = await test.signedIn('viewer', 'maria')
    const { body } = await change(admin, 'id-of-maria', { disabled: true }).expect(200)
    expect(body).toMatchObject({ disabled: true, sessions: 0 })
    await maria.get(`${V1}/session`).expect(401)
    await signIn('maria', PASSWORD).expect(401)
    await change(admin, 'id-of-maria', { disabled: false }).expect(200)
    await maria.get(`${V1}/session`).expect(401)
    await signIn('maria', PASSWORD).expect(200)
  })

  it.each([{ role: 'viewer' }, { role: 'operator' }, { role: 'viewer', disabled: false }])(
    'leaves the last administrator as they are: %j',
    async (body) => {
      await test.addUser('operator', 'maria')
      const answer = await change(admin, 'id-of-admin', body).expect(409)
      expect(answer.body).toMatchObject({ code: 'last-administrator', nextStep: expect.any(String) })
      expect(await userCalled('admin')).toMatchObject({ role: 'admin', disabled: false })
    },
  )

  it('does not count a disabled administrator', async () => {
    await test.addUser('admin', 'maria')
    await change(admin, 'id-of-maria', { disabled: true }).expect(200)
    await change(admin, 'id-of-admin', { role: 'viewer' }).expect(409)
    await change(admin, 'id-of-maria', { role: 'viewer' }).expect(200)
  })

  it('lets an administrator step back where another one stays', async () => {
    await test.addUser('admin', 'maria')
    await change(admin, 'id-of-admin', { role: 'viewer' }).expect(200)
    await admin.get(`${V1}/users`).expect(403)
  })

  it('disables nobody who asks for it themselves', async () => {
    await test.addUser('admin', 'maria')
    const { body } = await change(admin, 'id-of-admin', { disabled: true }).expect(409)
    expect(body).toMatchObject({ code: 'own-account' })
    await admin.get(`${V1}/session`).expect(200)
  })

  it('answers 400 to no change, 404 to an unknown user, 403 below admin and 401 without a session', async () => {
    await change(admin, 'id-of-admin', {}).expect(400)
    await change(admin, 'nobody', { role: 'viewer' }).expect(404)
    await change(await test.signedIn('operator'), 'id-of-admin', { role: 'viewer' }).expect(403)
    await change(test.browser(), 'id-of-admin', { role: 'viewer' }).expect(401)
  })
})

describe('DELETE /users/{id}', () => {
  const remove = (agent: Agent, id: string) => agent.delete(`${V1}/users/${id}`)

  it('deletes a user, who is signed out, and whose name is free again', async () => {
    const maria = await test.signedIn('viewer', 'maria')
    await remove(admin, 'id-of-maria').expect(204)
    await maria.get(`${V1}/session`).expect(401)
    await signIn('maria', PASSWORD).expect(401)
    expect((await listed()).map(({ username }) => username)).toEqual(['admin'])
    await remove(admin, 'id-of-maria').expect(404)
    const again = { username: 'maria', role: 'viewer', password: NEW_PASSWORD }
    await admin.post(`${V1}/users`).send(again).expect(201)
    await maria.get(`${V1}/session`).expect(401)
  })

  it('deletes nobody who asks for it themselves', async () => {
    await test.addUser('admin', 'maria')
    expect((await remove(admin, 'id-of-admin').expect(409)).body).toMatchObject({ code: 'own-account' })
  })

  it('leaves the last administrator, also to one who has just stopped being one', async () => {
    const maria = await test.signedIn('admin', 'maria')
    const answers = await Promise.all([
      remove(admin, 'id-of-maria'),
      remove(maria, 'id-of-admin'),
      maria.patch(`${V1}/users/id-of-admin`).send({ disabled: true }),
    ])
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1)
    const left = await test.db
      .selectFrom('users')
      .select('id')
      .where('role', '=', 'admin')
      .where('disabled', '=', 0)
      .execute()
    expect(left).toHaveLength(1)
  })

  it('answers 404 to an unknown user, 403 below admin and 401 without a session', async () => {
    await remove(admin, 'nobody').expect(404)
    await remove(await test.signedIn('operator'), 'id-of-admin').expect(403)
    await remove(test.browser(), 'id-of-admin').expect(401)
  })
})

describe('POST /users/{id}/password', () => {
  const reset = (agent: Agent, id: string, password = NEW_PASSWORD) =>
    agent.post(`${V1}/users/${id}/password`).send({ password })

  it('gives the user a new password and signs them out everywhere', async () => {
    const maria = await test.signedIn('viewer', 'maria')
    await reset(admin, 'id-of-maria').expect(204)
    await maria.get(`${V1}/session`).expect(401)
    await signIn('maria', PASSWORD).expect(401)
    await signIn('maria', NEW_PASSWORD).expect(200)
    expect(await userCalled('maria')).toMatchObject({ sessions: 1 })
  })

  it('is no way around the current password of one’s own account', async () => {
    const { body } = await reset(admin, 'id-of-admin').expect(409)
    expect(body).toMatchObject({ code: 'own-account', nextStep: expect.stringContaining('current one') })
    await admin.get(`${V1}/session`).expect(200)
  })

  it('answers 400 to a short one, 404 to an unknown user, 403 below admin and 401 without a session', async () => {
    await test.addUser('viewer', 'maria')
    await reset(admin, 'id-of-maria', 'short').expect(400)
    await reset(admin, 'id-of-maria', 'passwordpassword').expect(400)
    await reset(admin, 'nobody').expect(404)
    await reset(await test.signedIn('operator'), 'id-of-maria').expect(403)
    await reset(test.browser(), 'id-of-maria').expect(401)
  })
})

describe('the log', () => {
  it('has one line for each change, with who did what to whom and what came of it, and no secret', async () => {
    const user = { username: 'maria', role: 'viewer', password: NEW_PASSWORD }
    const { body } = await admin.post(`${V1}/users`).send(user).expect(201)
    const path = `${V1}/users/${body.id}`
    await admin.patch(path).send({ role: 'operator' }).expect(200)
    await admin.post(`${path}/password`).send({ password: NEW_PASSWORD }).expect(204)
    await admin.delete(path).expect(204)
    await admin.patch(`${V1}/users/id-of-admin`).send({ role: 'viewer' }).expect(409)

    const deeds = test.logged.filter(({ action }) => String(action).startsWith('user.'))
    const byAdmin = { actor: 'admin', object: 'maria', result: 'done' }
    expect(deeds).toEqual([
      expect.objectContaining({ ...byAdmin, action: 'user.create', change: { role: 'viewer' } }),
      expect.objectContaining({ ...byAdmin, action: 'user.change', change: { role: 'operator' } }),
      expect.objectContaining({ ...byAdmin, action: 'user.reset-password' }),
      expect.objectContaining({ ...byAdmin, action: 'user.delete' }),
      expect.objectContaining({
        action: 'user.change',
        object: 'admin',
        result: 'refused',
        problem: 'last-administrator',
      }),
    ])
    expect(JSON.stringify(test.logged)).not.toContain(NEW_PASSWORD)
  })
})
