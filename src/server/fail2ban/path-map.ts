/** One folder or file of fail2ban's, and where the same one is for this process. */
export interface PathMapping {
  /** Absolute, without a slash at the end. */
  readonly theirs: string
  readonly here: string
}

/** Where the paths that fail2ban names are here; empty where both see the same files. */
export type PathMap = readonly PathMapping[]

/** What is wrong with the text of a map, ready to stand after the setting's name. */
export class PathMapMistake extends Error {
  override readonly name = 'PathMapMistake'
}

const EXAMPLE = 'such as /config/fail2ban=/mnt/f2b/config,/config/log=/mnt/f2b/log'

/** Reads `THEIRS=HERE,…`. Throws PathMapMistake. */
export function parsePathMap(text: string): PathMap {
  const map = text.split(',').map(parseMapping)
  const twice = map.find(({ theirs }, index) => map.findIndex((other) => other.theirs === theirs) !== index)
  if (twice) throw new PathMapMistake(`must name ${twice.theirs || '/'} once: remove one of the two`)
  return map
}

function parseMapping(part: string): PathMapping {
  const [theirs = '', here, ...rest] = part.split('=').map((side) => side.trim())
  if (here === undefined || rest.length > 0) {
    throw new PathMapMistake(`must be pairs of fail2ban’s path = path here, ${EXAMPLE}`)
  }
  const wrong = [theirs, here].find((side) => !isPlain(side))
  if (wrong !== undefined) {
    throw new PathMapMistake(
      `must have absolute paths without . and .. on both sides, ${EXAMPLE}; ${JSON.stringify(wrong)} is none`,
    )
  }
  return { theirs: withoutSlash(theirs), here: withoutSlash(here) }
}

function isPlain(path: string): boolean {
  return path.startsWith('/') && !path.split('/').some((segment) => segment === '.' || segment === '..')
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '')
}

/** The mapping that a path of fail2ban's falls under: of several the longest, and only by whole segments. */
export function mappingOf(map: PathMap, path: string): PathMapping | undefined {
  return map
    .filter(({ theirs }) => path === theirs || path.startsWith(`${theirs}/`))
    .toSorted((a, b) => b.theirs.length - a.theirs.length)[0]
}

/** Where a path that fail2ban names is for this process. */
export function pathHere(map: PathMap, path: string): string {
  const mapping = mappingOf(map, path)
  return mapping ? `${mapping.here}${path.slice(mapping.theirs.length)}` || '/' : path
}
