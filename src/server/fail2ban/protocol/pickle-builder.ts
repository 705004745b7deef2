import { PickleError } from './opcodes.ts'
import { textOf, type PickleValue } from './pickle-values.ts'

export interface PickleLimits {
  readonly maxDepth: number
  /** Values in all, each counted as often as it is referred to: a small message must not unfold into a huge one. */
  readonly maxElements: number
}

/** Something on the stack: a plain value, or a container that may still be growing. */
export type Item = null | boolean | number | bigint | string | Uint8Array | Node

/** How many of the topmost values an opcode takes: a number, or all above the last mark. */
type Count = number | 'mark'

type Kind = 'list' | 'tuple' | 'dict' | 'set' | 'class' | 'object'

interface Node {
  readonly kind: Kind
  /** Members; keys and values in turn for a dict; the arguments for an object. */
  readonly items: Item[]
  /** Name of a class, or of an object's class. */
  readonly name: string
  state: Item | undefined
  depth: number
  elements: number
  /** It has become part of something else, and may not change any more: so nothing can contain itself. */
  sealed: boolean
  value: PickleValue | undefined
}

/** What a text is called: by Python 3, by Python 2, and by Python 3 for Python 2. */
const TEXT_CLASSES = new Set(['builtins.str', '__builtin__.str', '__builtin__.unicode'])

/** The machine that a pickle's opcodes drive: a stack, marks in it, and a memo. Its methods throw PickleError only. */
export class PickleBuilder {
  readonly #limits: PickleLimits
  readonly #stack: Item[] = []
  readonly #marks: number[] = []
  readonly #memo: Item[] = []
  #pushed = 0

  constructor(limits: PickleLimits) {
    this.#limits = limits
  }

  push(item: Item): void {
    this.#pushed += 1
    if (this.#pushed > this.#limits.maxElements) throw new PickleError('the message has too many elements')
    this.#stack.push(item)
  }

  mark(): void {
    if (this.#marks.length > this.#limits.maxDepth) throw new PickleError('the message is nested too deeply')
    this.#marks.push(this.#stack.length)
  }

  /** Makes a container of the topmost values. */
  make(kind: 'list' | 'tuple' | 'dict' | 'set', count: Count): void {
    this.push(this.#nodeOf(kind, this.#popMany(count)))
  }

  /** Adds the topmost values to the container below them. */
  extend(kind: 'list' | 'dict' | 'set', count: Count): void {
    const items = this.#popMany(count)
    const parent = this.#popNode(kind)
    if (parent.sealed) throw new PickleError('a value changes after it was used')
    if (kind === 'dict' && items.length % 2 === 1) throw new PickleError('a key has no value')
    for (const item of items) {
      this.#adopt(parent, item)
      parent.items.push(item)
    }
    this.#stack.push(parent)
  }

  memoize(index = this.#memo.length): void {
    const item = this.#pop()
    if (index > this.#limits.maxElements) throw new PickleError('the memo is too large')
    this.#memo[index] = item
    this.#stack.push(item)
  }

  recall(index: number): void {
    const item = this.#memo[index]
    if (item === undefined) throw new PickleError('the memo does not hold that')
    this.push(item)
  }

  global(module: string, name: string): void {
    this.push(this.#nodeOf('class', [], `${module}.${name}`))
  }

  stackGlobal(): void {
    const name = this.#pop()
    const module = this.#pop()
    if (typeof name !== 'string' || typeof module !== 'string' || name.length + module.length > 512) {
      throw new PickleError('a class is not named by text')
    }
    this.global(module, name)
  }

  /**
   * An object from a class and its arguments. Addresses arrive as `str(text)` and sets of Python 2 as `set([…])`; any other
   * class stays a name with arguments.
   */
  reduce(): void {
    const args = this.#popNode('tuple')
    const { name } = this.#popNode('class')
    const [only, second] = args.items
    if (TEXT_CLASSES.has(name)) {
      if (only === undefined || second !== undefined) throw new PickleError('a text is made of one value')
      this.push(textOf(valueOf(only)))
    } else if (name === 'builtins.set' || name === '__builtin__.set') {
      if (!isNode(only) || only.kind !== 'list') throw new PickleError('a set is made of a list')
      this.push(this.#nodeOf('set', only.items.slice()))
    } else {
      this.push(this.#nodeOf('object', args.items.slice(), name))
    }
  }

  build(): void {
    const state = this.#pop()
    const object = this.#popNode('object')
    if (object.sealed || object.state !== undefined) {
      throw new PickleError('a value changes after it was used')
    }
    this.#adopt(object, state)
    object.state = state
    this.#stack.push(object)
  }

  result(): PickleValue {
    const item = this.#pop()
    if (this.#stack.length > 0 || this.#marks.length > 0) {
      throw new PickleError('the message has more than one value')
    }
    return valueOf(item)
  }

  #pop(): Item {
    const item = this.#stack.length > (this.#marks.at(-1) ?? 0) ? this.#stack.pop() : undefined
    if (item === undefined) throw new PickleError('a value is missing')
    return item
  }

  #popNode(kind: Kind): Node {
    const item = this.#pop()
    if (!isNode(item) || item.kind !== kind) throw new PickleError(`a ${kind} is missing`)
    return item
  }

  #popMany(count: Count): Item[] {
    if (count === 0) return []
    if (count === 1) return [this.#pop()]
    const from = count === 'mark' ? this.#marks.pop() : this.#stack.length - count
    if (from === undefined || from < (this.#marks.at(-1) ?? 0)) throw new PickleError('a value is missing')
    return this.#stack.splice(from)
  }

  #nodeOf(kind: Kind, items: Item[], name = ''): Node {
    const node: Node = {
      kind,
      items,
      name,
      state: undefined,
      depth: 1,
      elements: 1,
      sealed: false,
      value: undefined,
    }
    for (const item of items) this.#adopt(node, item)
    return node
  }

  #adopt(parent: Node, item: Item): void {
    if (isNode(item)) {
      if (item === parent) throw new PickleError('a value contains itself')
      item.sealed = true
      parent.depth = Math.max(parent.depth, item.depth + 1)
      parent.elements += item.elements
    } else {
      parent.elements += 1
    }
    if (parent.depth > this.#limits.maxDepth) throw new PickleError('the message is nested too deeply')
    if (parent.elements > this.#limits.maxElements) {
      throw new PickleError('the message has too many elements')
    }
  }
}

function isNode(item: Item | undefined): item is Node {
  return typeof item === 'object' && item !== null && !(item instanceof Uint8Array)
}

/** The finished value. Limits were kept while it grew, so its depth and size are bounded. */
function valueOf(item: Item): PickleValue {
  if (!isNode(item)) return item
  item.sealed = true
  item.value ??= unfold(item)
  return item.value
}

function unfold(node: Node): PickleValue {
  if (node.kind === 'class') return { class: node.name, args: [] }
  const items = node.items.map(valueOf)
  if (node.kind === 'set') return new Set(items)
  if (node.kind === 'dict') {
    return new Map(Array.from({ length: items.length / 2 }, (_, index) => pairAt(items, index * 2)))
  }
  if (node.kind !== 'object') return items
  const state = node.state === undefined ? {} : { state: valueOf(node.state) }
  return { class: node.name, args: items, ...state }
}

function pairAt(items: readonly PickleValue[], at: number): [PickleValue, PickleValue] {
  return [items[at] ?? null, items[at + 1] ?? null]
}
