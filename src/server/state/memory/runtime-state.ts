import type { Change, RuntimeShape, RuntimeState, SetResult, Versioned } from '../state-provider.ts'
import { frozenJson } from '../json-copy.ts'
import type { Listeners } from '../listeners.ts'
import type { NodeLife } from '../node-life.ts'

/** The values all nodes read. */
export interface RuntimeValues<S extends RuntimeShape> {
  readonly entries: Map<keyof S, Versioned<S[keyof S]>>
  readonly listeners: Listeners<Change<S>>
  rev: number
}

export function createMemoryRuntimeState<S extends RuntimeShape>(
  values: RuntimeValues<S>,
  node: NodeLife & { now: () => number },
): RuntimeState<S> {
  const { entries, listeners } = values

  function get<K extends keyof S>(key: K): Versioned<S[K]> | undefined {
    // The map holds under each key what `write` put there.
    return entries.get(key) as Versioned<S[K]> | undefined
  }

  function write<K extends keyof S>(key: K, value: S[K]): Versioned<S[K]> {
    const frozen = frozenJson(value)
    values.rev += 1
    const entry = Object.freeze({ rev: values.rev, value: frozen, at: node.now() })
    entries.set(key, entry)
    listeners.tell({ key, entry })
    return entry
  }

  async function set<K extends keyof S>(
    key: K,
    value: S[K],
    expect?: number | 'absent',
  ): Promise<SetResult<S[K]>> {
    node.assertRunning()
    const current = get(key)
    if (expect !== undefined && expect !== (current?.rev ?? 'absent')) {
      return current ? { ok: false, current } : { ok: false }
    }
    return { ok: true, rev: write(key, value).rev }
  }

  return {
    get,
    keys: () => [...entries.keys()],
    staleMs: () => 0,
    set,
    async update(key, change) {
      node.assertRunning()
      return write(key, change(get(key)?.value))
    },
    async remove(key) {
      node.assertRunning()
      if (!entries.delete(key)) return
      values.rev += 1
      listeners.tell({ key, entry: undefined })
    },
    subscribe(listener) {
      return node.owns(listeners.add(listener))
    },
  }
}
