/** Runs at most `width` tasks at a time; at most `queue` more wait. A further one is refused by `busy()`'s error. */
export interface Limit {
  run<T>(task: () => Promise<T>): Promise<T>
}

export function createLimit(options: { width: number; queue: number; busy: () => Error }): Limit {
  let running = 0
  const waiting: Array<() => void> = []
  return {
    async run(task) {
      if (running >= options.width) {
        if (waiting.length >= options.queue) throw options.busy()
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else {
        running += 1
      }
      try {
        return await task()
      } finally {
        const next = waiting.shift()
        // The place is handed on, so `running` does not change.
        if (next) next()
        else running -= 1
      }
    },
  }
}
