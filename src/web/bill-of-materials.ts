import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { z } from 'zod'

const Lock = z.object({
  version: z.string(),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
    }),
  ),
})
type Lock = z.infer<typeof Lock>

/** The path of a package in package-lock.json: `node_modules/express`, or deeper where another one has its own. */
type PackagePath = string

/**
 * Writes `sbom.cdx.json` beside the built pages' folder: a CycloneDX bill of all that comes from others and is delivered. That
 * is what the server loads, its production dependencies as far as they are installed here, and what is in the pages: the packages
 * of which the bundler has put something into a script, a style or a file. The few lines by which the bundler holds its
 * chunks together are not listed. `root` holds package-lock.json and node_modules.
 */
export function billOfMaterials(root: string): Plugin {
  return {
    name: 'bangui:bill-of-materials',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      const lock = Lock.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
      const modules = Object.values(bundle).flatMap((output) =>
        output.type === 'chunk' ? output.moduleIds : output.originalFileNames,
      )
      const styles = [...this.getModuleIds()].filter((id) => /\.css(?:$|\?)/.test(id))
      const web = new Set([...modules, ...styles].flatMap(packageOf))
      const server = new Set(Object.keys(lock.packages).filter((path) => isDelivered(lock, root, path)))
      writeFileSync(join(dir, '../sbom.cdx.json'), `${JSON.stringify(billOf(lock, server, web), null, 2)}\n`)
    },
  }
}

/** Nothing for what is our own. */
function packageOf(moduleId: string): PackagePath[] {
  const path = /(?:^|\/)(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/?]+)\//.exec(moduleId)?.[1]
  return path === undefined ? [] : [path]
}

/** Optional ones are for one kind of machine each, and installed on that alone. */
function isDelivered(lock: Lock, root: string, path: PackagePath): boolean {
  const entry = lock.packages[path]
  if (path === '' || !entry || entry.dev) return false
  return existsSync(join(root, path, 'package.json'))
}

function billOf(lock: Lock, server: ReadonlySet<PackagePath>, web: ReadonlySet<PackagePath>): object {
  const components = new Map<string, ReturnType<typeof componentOf>>()
  for (const path of [...server, ...web].toSorted()) {
    const parts = [...(server.has(path) ? ['server'] : []), ...(web.has(path) ? ['web'] : [])]
    const component = componentOf(lock, path, parts)
    components.set(component.purl, component)
  }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': `pkg:npm/bangui@${lock.version}`,
        name: 'bangui',
        version: lock.version,
        purl: `pkg:npm/bangui@${lock.version}`,
        licenses: [{ license: { id: 'MIT' } }],
      },
    },
    components: [...components.values()],
  }
}

/** `parts`: where it is delivered, with the server or in the pages. */
function componentOf(lock: Lock, path: PackagePath, parts: readonly string[]) {
  const entry = lock.packages[path]
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const version = entry?.version ?? ''
  const [, group, bare = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? []
  const purl = `pkg:npm/${group === undefined ? '' : `%40${group.slice(1)}/`}${bare}@${version}`
  const [algorithm, digest] = entry?.integrity?.split('-') ?? []
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group !== undefined && { group }),
    name: bare,
    version,
    purl,
    ...(entry?.license !== undefined && { licenses: [licenceOf(entry.license)] }),
    ...(algorithm === 'sha512' && {
      hashes: [{ alg: 'SHA-512', content: Buffer.from(digest ?? '', 'base64').toString('hex') }],
    }),
    properties: parts.map((value) => ({ name: 'bangui:part', value })),
  }
}

function licenceOf(text: string): object {
  return /^[\w.+-]+$/.test(text)
    ? { license: { id: text } }
    : { expression: text.replace(/^\((.*)\)$/, '$1') }
}
