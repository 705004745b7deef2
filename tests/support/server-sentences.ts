import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { traverse, types, type NodePath } from '@babel/core'
import { calleeOf, nameOf, syntaxOf, writtenIn } from './syntax.ts'

const SOURCE = new URL('../../src/', import.meta.url).pathname

/** Speaks to whoever starts the server, or to programs, and never to a page. */
const NOT_FOR_PAGES =
  /^server\/(?:config|settings|main|command-line\/.+|doctor\/.+|http\/openapi|startup\/.+|features\/metrics\/.+|db\/.+|state\/redis\/redis-(?:target|faults))\.ts$/
/** All that it says is for people. */
const WORDS = /-words\.ts$/
/** Properties that describe the API. */
const DESCRIBING = new Set(['summary', 'description', 'help'])
/** Properties whose texts are shown, sentences or not. */
const SHOWN = new Set(['detail', 'nextStep', 'remedy'])
/** What ends the start, or is caught and said otherwise. */
const NOT_SHOWN = new Set([
  'Error',
  'RangeError',
  'TypeError',
  'StateMisconfigured',
  'NobodyServes',
  'RequestFailed',
  'RequestLost',
  'RequestTimeout',
])
/** Checks of zod whose last argument is a message. */
const CHECKS = new Set(['minLength', 'maxLength', 'min', 'max', 'regex', 'refine', 'literal', 'union'])

/** A text of the server, with `{}` where its values stand, and where it is. */
export interface ServerText {
  readonly text: string
  readonly at: string
  /** Whether it is shown to people, as far as its form tells. */
  readonly isForPeople: boolean
}

/** All texts in what server and pages share and in the server itself, split into sentences as the pages do it. */
export function serverTexts(): ServerText[] {
  return filesOf(SOURCE).flatMap((file) => textsOf(file))
}

/** The form in which two templates are the same, however their values are called. */
export function formOf(template: string): string {
  return template.replaceAll(/(?:\{\w*\})+/g, '{}')
}

function filesOf(folder: string): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return all.filter((file) => /^(?:server|shared)\/.+\.ts$/.test(file)).toSorted()
}

function textsOf(file: string): ServerText[] {
  const texts: ServerText[] = []
  const visit = (path: NodePath<types.StringLiteral | types.TemplateLiteral>) => {
    const whole = formOf(writtenIn(path.node))
    if (path.parentPath?.isTaggedTemplateExpression() || path.parentPath?.isImportDeclaration()) return
    const at = `${file}:${path.node.loc?.start.line ?? 0}`
    const isOpen = !NOT_FOR_PAGES.test(file) && !isForOthers(path) && !whole.includes('\n')
    const isMessage = WORDS.test(file) ? whole.includes(' ') : isMessageOfCheck(path) || isShownProperty(path)
    for (const text of sentencesIn(whole)) {
      texts.push({ text, at, isForPeople: isOpen && (isMessage || isSentence(text)) })
    }
  }
  traverse(syntaxOf(join(SOURCE, file)), { StringLiteral: visit, TemplateLiteral: visit })
  return texts
}

/** A value beside sentences is one itself: `{what} Nothing was changed.` */
function sentencesIn(text: string): string[] {
  const sentences = text.trim().replace(/(?<=[.?!])\{\}$/, '')
  const parts = sentences.split(/(?<=[.?!]|(?:^|[.?!] )\{\}) (?=(?:\{\} )?(?:\p{Lu}|fail2ban|“))/u)
  return parts.filter((part) => part !== '{}')
}

function isSentence(text: string): boolean {
  return /^(?:\p{Lu}|“|\{\}|fail2ban)/u.test(text) && /\p{Ll}.* .*(?:\S[.?!]|: \{\})$/u.test(text)
}

function isForOthers(path: NodePath): boolean {
  return (
    path.findParent(
      (parent) =>
        (parent.isObjectProperty() && DESCRIBING.has(nameOf(parent.node.key))) ||
        (parent.isNewExpression() && NOT_SHOWN.has(nameOf(parent.node.callee))) ||
        (parent.isCallExpression() && /\b(?:log|faults|describe)\b/.test(calleeOf(parent.node.callee))) ||
        // The lines of a document.
        (parent.isCallExpression() && /^\.join$/.test(calleeOf(parent.node.callee))),
    ) !== null
  )
}

function isShownProperty({ parent }: NodePath): boolean {
  return types.isObjectProperty(parent) && SHOWN.has(nameOf(parent.key))
}

function isMessageOfCheck({ node, parent }: NodePath): boolean {
  return (
    types.isCallExpression(parent) &&
    parent.arguments.length > 1 &&
    parent.arguments.at(-1) === node &&
    CHECKS.has(calleeOf(parent.callee).split('.').at(-1) ?? '')
  )
}
