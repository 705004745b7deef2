import { readFileSync } from 'node:fs'
import { parseSync, types, type ParseResult } from '@babel/core'

/** The syntax tree of a TypeScript file. */
export function syntaxOf(path: string): ParseResult {
  const parsed = parseSync(readFileSync(path, 'utf8'), {
    filename: path,
    configFile: false,
    babelrc: false,
    parserOpts: { plugins: path.endsWith('.tsx') ? ['typescript', 'jsx'] : ['typescript'] },
  })
  if (!parsed) throw new Error(`${path} cannot be parsed.`)
  return parsed
}

/** What stands in a literal, with `{}` where its values are. */
export function writtenIn(node: types.StringLiteral | types.TemplateLiteral): string {
  return types.isStringLiteral(node)
    ? node.value
    : node.quasis.map((part) => part.value.cooked ?? '').join('{}')
}

/** Of an identifier or a key; empty for what has no name. */
export function nameOf(node: types.Node): string {
  if (types.isIdentifier(node) || types.isJSXIdentifier(node)) return node.name
  if (types.isStringLiteral(node)) return node.value
  return types.isPrivateName(node) ? node.id.name : ''
}

/** `this.#deps.log.warn` as `.deps.log.warn` */
export function calleeOf(node: types.Node): string {
  if (!types.isMemberExpression(node)) return nameOf(node)
  return `${calleeOf(node.object)}.${nameOf(node.property)}`
}
