import { describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { allEndpoints } from '../support/all-endpoints.ts'

const endpoints = await allEndpoints()
const API_TESTS = resolve(import.meta.dirname, '../api')
const apiTests = readdirSync(API_TESTS)
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(API_TESTS, file), 'utf8'))
  .join('\n')

describe('every endpoint', () => {
  for (const endpoint of endpoints) {
    const name = `${endpoint.method.toUpperCase()} ${endpoint.path}`
    it(`${name} says what it does, for whom, and is asked in a test`, () => {
      expect(endpoint.summary).toMatch(/^[A-Z].{5,}[^.]$/)
      expect(endpoint.tag).toMatch(/^[a-z-]+$/)
      expect(['public', 'viewer', 'operator', 'admin']).toContain(endpoint.access)
      const words = endpoint.path.split('/').filter((part) => part !== '' && !part.startsWith('{'))
      expect(apiTests).toMatch(new RegExp(`['"\`/]${words.at(-1)}\\b`))
      expect(apiTests).toContain(`.${endpoint.method}(`)
    })
  }

  it('is there once', () => {
    const names = endpoints.map(({ method, path }) => `${method} ${path}`)
    expect(names).toEqual([...new Set(names)])
  })

  it('changes something only with a method that says so', () => {
    for (const { method, body } of endpoints) if (method === 'get') expect(body).toBeUndefined()
  })

  it('is public only where nobody can be signed in yet', () => {
    const open = endpoints.filter(({ access }) => access === 'public')
    expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'get /setup',
      'post /session',
      'post /setup',
    ])
  })
})
