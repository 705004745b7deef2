import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** BanGUI's version, from the package.json beside `src` or `dist`. */
export function readVersion(): string {
  const file = new URL('../../../package.json', import.meta.url)
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version
}
