import type { Rule, Verdict } from '../state-provider.ts'

/** What Redis gave of a budget. */
export interface Taken {
  /** 0: refused. */
  readonly given: number
  /** By all processes, this one's included. */
  readonly used: number
  /** When the window ends, in milliseconds of `performance.now()`; rather too early than too late. */
  readonly endsAt: number
}

/** Takes `cost` points at least and `wanted` at most, or none. */
export type Take = (rule: Rule, key: string, cost: number, wanted: number) => Promise<Taken>

interface Purse extends Taken {
  left: number
}

/** Beyond so many keys all purses are dropped, which costs each key the few points that were in its own. */
const MOST_PURSES = 10_000

/** Points that this process has taken at once (`Rule.takenAtOnce`) and spends by itself. */
export class Purses {
  readonly #take: Take
  readonly #purses = new Map<string, Purse>()
  readonly #filling = new Map<string, Promise<unknown>>()

  constructor(take: Take) {
    this.#take = take
  }

  async spend(rule: Rule, key: string, cost: number, atOnce: number): Promise<Verdict> {
    const id = idOf(rule, key)
    for (;;) {
      const purse = this.#purses.get(id)
      if (purse && purse.left >= cost && purse.endsAt > performance.now()) return spendFrom(purse, rule, cost)
      const filling = this.#filling.get(id)
      // The first to find it empty fills it. If the others did not wait for that, each would take as much.
      if (!filling) return this.#fillAndSpend(rule, key, cost, Math.max(cost, atOnce))
      await filling
    }
  }

  drop(rule: Rule, key: string): void {
    this.#purses.delete(idOf(rule, key))
  }

  async #fillAndSpend(rule: Rule, key: string, cost: number, wanted: number): Promise<Verdict> {
    const id = idOf(rule, key)
    const filling = this.#take(rule, key, cost, wanted)
    this.#filling.set(id, filling)
    try {
      const taken = await filling
      if (taken.given < cost) return verdictOn(rule, taken, cost)
      const purse = { ...taken, left: taken.given }
      if (this.#purses.size >= MOST_PURSES) this.#purses.clear()
      this.#purses.set(id, purse)
      return spendFrom(purse, rule, cost)
    } finally {
      this.#filling.delete(id)
    }
  }
}

/** On a hit that was to cost so much. */
export function verdictOn({ points }: Rule, { given, used, endsAt }: Taken, cost: number): Verdict {
  return { allowed: given >= cost, used, limit: points, resetMs: Math.max(0, endsAt - performance.now()) }
}

function spendFrom(purse: Purse, rule: Rule, cost: number): Verdict {
  purse.left -= cost
  const { endsAt, used, left } = purse
  return verdictOn(rule, { given: cost, used: used - left, endsAt }, cost)
}

function idOf(rule: Rule, key: string): string {
  return `${rule.name}\0${key}`
}
