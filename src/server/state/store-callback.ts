/** express-session's way to be answered. */
export type Done<T = void> = (error?: unknown, value?: T) => void

/** What a callback throws is its own fault: it must not come back to it as ours. */
export function answer<T>(done: Done<T> | undefined, ask: () => Promise<T>): void {
  const settled = (async () => ask())()
  settled.then(
    (value) => process.nextTick(() => done?.(undefined, value)),
    (error: unknown) => process.nextTick(() => done?.(error)),
  )
}
