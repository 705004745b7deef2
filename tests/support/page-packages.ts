import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'

const ROOT = resolve(import.meta.dirname, '../..')

const Manifest = z.object({
  dependencies: z.optional(z.record(z.string(), z.string())),
  peerDependencies: z.optional(z.record(z.string(), z.string())),
})

/**
 * Which packages the pages are made from, as their source tells, without asking the bundler: those that it imports by name, and
 * all that these may bring along.
 */
export function pagePackages(): { readonly imported: Set<string>; readonly possible: Set<string> } {
  const imported = new Set<string>()
  const files = new Set([join(ROOT, 'src/web/main.tsx')])
  for (const file of files) {
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) imported.add(packageOf(specifier))
      else if (existsSync(join(dirname(file), specifier))) files.add(join(dirname(file), specifier))
    }
  }
  for (const name of imported) if (!existsSync(folderOf(name))) imported.delete(name)
  const possible = new Set(imported)
  for (const name of possible) {
    if (!existsSync(folderOf(name))) continue
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8')))
    for (const more of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
      possible.add(more)
  }
  return { imported, possible }
}

/** What is imported when the page runs: neither types nor the macros, which are gone by then. */
function importsOf(file: string): string[] {
  if (!/\.(?:tsx?|css)$/.test(file)) return []
  const source = readFileSync(file, 'utf8')
  const imports =
    /^(?:import|export) (?!type )(?:[^;'"]*? from )?'([^']+)'|\bimport\(\s*'([^']+)'|@import '([^']+)'|url\('[./]*\/node_modules\/([^']+)'/gm
  const names = [...source.matchAll(imports)].map((match) => match.slice(1).find(Boolean) ?? '')
  return names.filter((name) => !/macro(?:s\.ts)?$/.test(name))
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function folderOf(name: string): string {
  return join(ROOT, 'node_modules', name)
}
