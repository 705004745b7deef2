import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandLineMarkdown } from '../../src/server/command-line/help.ts'
import { configurationMarkdown } from '../../src/server/config.ts'
import { troubleshootingMarkdown } from '../../src/server/doctor/catalogue.ts'
import { describeApi } from '../../src/server/http/openapi.ts'
import { problemsMarkdown } from '../../src/server/http/problem.ts'
import { accessMarkdown } from './access-table.ts'
import { allEndpoints } from './all-endpoints.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** The pages that are made from the program, by path; `npm run docs` writes them, a test compares them. */
export async function generatedDocs(): Promise<ReadonlyMap<string, string>> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const endpoints = await allEndpoints()
  const api = describeApi(endpoints, { version, basePath: '/', sessionCookie: 'bangui.sid' })
  return new Map([
    ['docs/openapi.json', `${JSON.stringify(api, null, 2)}\n`],
    ['docs/access.md', accessMarkdown(endpoints)],
    ['docs/problems.md', problemsMarkdown()],
    ['docs/configuration.md', configurationMarkdown()],
    ['docs/command-line.md', await commandLineMarkdown()],
    ['docs/troubleshooting.md', troubleshootingMarkdown()],
  ])
}

export function pathOfDoc(name: string): string {
  return join(ROOT, name)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, text] of await generatedDocs()) writeFileSync(pathOfDoc(name), text)
}
