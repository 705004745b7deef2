import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const LIST = readFileSync(resolve(import.meta.dirname, '../../src/web/pages.ts'), 'utf8')

/** A place on each page of the console, from the list of its pages: what a path leaves open is filled in. */
export const PLACES = [...LIST.matchAll(/page\('(.+?)'/g)]
  .map(([, path = '']) => (path === '*' ? '/no/such/page' : path))
  .map((path) => path.replace(':name', 'sshd').replace(':ip', '203.0.113.50'))
