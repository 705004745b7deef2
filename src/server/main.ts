#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { nodeComplaint } from './command-line/node-version.ts'
import type { Invocation } from './command-line/command.ts'
import { EXIT } from './startup/exit-status.ts'

/** Whatever a Node.js that is too old cannot load is loaded after that has been said. */
async function main(invocation: Invocation): Promise<number> {
  const complaint = nodeComplaint({ version: process.version, path: process.execPath })
  if (complaint !== undefined) {
    process.stderr.write(`${complaint}\n`)
    return EXIT.misconfigured
  }
  const { dispatch } = await import('./command-line/dispatch.ts')
  return dispatch(invocation)
}

process.exit(
  await main({ args: process.argv.slice(2), env: process.env, script: fileURLToPath(import.meta.url) }),
)
