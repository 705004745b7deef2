import type { Json } from '../lib/json.ts'

/** What another process would receive: a copy without anything that JSON does not carry. Throws where JSON cannot. */
export function copyJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

/** A copy that nobody can change. */
export function frozenJson<T>(value: T): T {
  return freezeJson(copyJson(value) as Json) as T
}

/** The value itself, which nobody can change from now on. */
export function freezeJson(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) if (part !== undefined) freezeJson(part)
  return Object.freeze(value)
}
