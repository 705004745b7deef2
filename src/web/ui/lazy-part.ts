import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

const RETRY_MS = 2_000

const loads = new Set<() => Promise<unknown>>()

/**
 * A part of a page that is loaded when it is first shown. While the server is away it cannot be, and shows nothing until it
 * can: an error would take away the page around it, with what was typed there.
 */
export function lazyPart<P>(load: () => Promise<ComponentType<P>>): LazyExoticComponent<ComponentType<P>> {
  loads.add(load)
  return lazy(async () => ({ default: await untilLoaded(load) }))
}

async function untilLoaded<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

/** Fetches ahead all parts of the pages that are loaded, those of parts too: they then open while the server is away. */
export async function loadParts(): Promise<void> {
  // The set grows meanwhile, with the parts of parts.
  for (const load of loads) await load().catch(() => undefined)
}
