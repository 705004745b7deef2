import { readFileSync } from 'node:fs'

/**
 * What to tell somebody whose Node.js is too old for BanGUI; undefined where it is not. Everything here runs on old ones: it
 * is looked at before anything else is loaded.
 */
export function nodeComplaint(running: {
  readonly version: string
  readonly path: string
}): string | undefined {
  const needed = neededVersion()
  if (!isOlder(running.version, needed)) return undefined
  return [
    `BanGUI needs Node.js ${needed} or newer, and this is ${running.version} (${running.path}).`,
    'Install a newer one, for example from https://nodejs.org/en/download or with "nvm install 24", and start again.',
    'In a checkout of BanGUI, "npm ci" brings one along, which "npm start" uses.',
  ].join('\n')
}

/** The lowest version in package.json, which npm looks at too. */
function neededVersion(): string {
  const file = new URL('../../../package.json', import.meta.url)
  const { engines } = JSON.parse(readFileSync(file, 'utf8')) as { engines: { node: string } }
  return engines.node.replace(/^>=/, '')
}

/** Compares dotted numbers; a part that is missing is 0. */
function isOlder(version: string, needed: string): boolean {
  const [a, b] = [partsOf(version), partsOf(needed)]
  const differs = b.findIndex((part, i) => (a[i] ?? 0) !== part)
  return differs !== -1 && (a[differs] ?? 0) < (b[differs] ?? 0)
}

function partsOf(version: string): number[] {
  return version
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10))
}
