import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { traverse, types, type NodePath } from '@babel/core'
import { nameOf, syntaxOf, writtenIn } from './syntax.ts'

const PAGES = new URL('../../src/web/', import.meta.url).pathname

/** The kit is for developers; the others run before there is a page, or while it is built. */
const NOT_SHOWN = /^(?:dev\/|locales\/|(?:kit|main|macros|vite\.[\w.-]+|i18n)\.tsx?$)/
/** What is the same in every language: names, also those of languages, keys, units and commands. */
const WITHOUT_LANGUAGE = [
  /^(?:BanGUI|\{\} · BanGUI|BanGUI events|bangui\.signed-in \{\}|fail2ban \{\}|Redis|Shodan|GreyNoise)$/,
  /^(?:Edge|Opera|Firefox|Chrome|Safari|Android|Windows|Linux|Mac)$/,
  /^(?:English|Deutsch)$/,
  /^(?:Enter|Escape|Esc|Tab|Home|End|Ctrl K|Control\+K Meta\+K \/)$/,
  /^\{\} (?:ms|min|s|\(\{\}\)\n\{\} UTC)$/,
  /^(?:sudo|systemctl|redis-cli|chgrp|while) |^ExecStartPost=|^enabled = true$|^\[DEFAULT\]/,
]
/** Attributes that people see or hear. */
const SHOWN = new Set('alt aria-label description detail error hint label note placeholder title'.split(' '))

/** Texts of the pages that no catalogue has, each with its place. */
export function untranslatedTexts(): string[] {
  const all = readdirSync(PAGES, { recursive: true, encoding: 'utf8' }).toSorted()
  return all.filter((file) => /\.tsx?$/.test(file) && !NOT_SHOWN.test(file)).flatMap((file) => textsOf(file))
}

function textsOf(file: string): string[] {
  const found: string[] = []
  const macros = new Set<string>()
  const check = (path: NodePath, text: string, isShown: boolean) => {
    const isText = isShown ? /\p{L}{2}/u.test(text) : readsAsText(text)
    if (!isText || WITHOUT_LANGUAGE.some((pattern) => pattern.test(text)) || isIn(macros, path)) return
    found.push(`${file}:${path.node.loc?.start.line ?? 0}: ${text}`)
  }
  const checkLiteral = (path: NodePath<types.StringLiteral | types.TemplateLiteral>) => {
    if (!isForProgrammers(path)) check(path, writtenIn(path.node), isShownAsIs(path))
  }
  traverse(syntaxOf(join(PAGES, file)), {
    ImportDeclaration({ node }) {
      if (!/^@lingui\/(?:core|react)\/macro$/.test(node.source.value)) return
      for (const { local } of node.specifiers) macros.add(local.name === 'useLingui' ? 't' : local.name)
    },
    JSXText: (path) => check(path, path.node.value.trim(), true),
    StringLiteral: checkLiteral,
    TemplateLiteral: checkLiteral,
  })
  return found
}

/** Several words, a word with a capital, or the end of a sentence. */
function readsAsText(text: string): boolean {
  return /^\p{Lu}\p{Ll}+…?$|\p{L}{2,}[.?!…]$|\p{Ll}{2,} (?:\S+ )*\p{L}{2,}|\{\} \p{L}{2,}|\p{L}{2,} \{\}/u.test(
    text,
  )
}

function isIn(macros: ReadonlySet<string>, path: NodePath): boolean {
  return (
    path.findParent(({ node }) => {
      if (types.isJSXElement(node)) return macros.has(nameOf(node.openingElement.name))
      if (types.isCallExpression(node)) return macros.has(nameOf(node.callee))
      return types.isTaggedTemplateExpression(node) && macros.has(nameOf(node.tag))
    }) !== null
  )
}

/** In an attribute that people see or hear, or between two tags; also as one of two choices there. */
function isShownAsIs(path: NodePath): boolean {
  let holder = path.parentPath
  while (holder?.isConditionalExpression() || holder?.isLogicalExpression()) holder = holder.parentPath
  if (holder?.isJSXExpressionContainer()) holder = holder.parentPath
  return (
    holder?.isJSXElement() === true ||
    (holder?.isJSXAttribute() === true && SHOWN.has(nameOf(holder.node.name)))
  )
}

/** Modules, types, errors that the log of the browser has, and selectors of elements. */
function isForProgrammers(path: NodePath<types.StringLiteral | types.TemplateLiteral>): boolean {
  const { parentPath } = path
  if (!parentPath || parentPath.isModuleDeclaration() || parentPath.isTSLiteralType()) return true
  if (parentPath.isNewExpression() && nameOf(parentPath.node.callee) === 'Error') return true
  if (parentPath.isCallExpression() && types.isSuper(parentPath.node.callee)) return true
  return /^(?:[a-z]+|)\[[a-z-]+|^(?:input|button)[:,]/.test(writtenIn(path.node))
}
