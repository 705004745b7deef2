import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

const RETRY_MS = 2_000
const LONGEST_WAIT_MS = 1_000
const PAUSE_MS = 50

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
  await loadInIdleTime(loads)
}

/**
 * One after the other, each when the page has nothing else to do: nobody waits for them, but somebody may press a key. Where
 * one cannot be had, the rest is left to whoever opens it.
 */
export async function loadInIdleTime(parts: Iterable<() => Promise<unknown>>): Promise<void> {
  try {
    for (const load of parts) {
      await idle()
      await load()
    }
  } catch {
    // The server is away, or another version by now.
  }
}

function idle(): Promise<unknown> {
  return new Promise((resolve) => {
    // Safari has learnt it only lately.
    if ('requestIdleCallback' in window) requestIdleCallback(resolve, { timeout: LONGEST_WAIT_MS })
    else setTimeout(resolve, PAUSE_MS)
  })
}
