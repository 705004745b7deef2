/** Runs tasks of one key one after another in the order they came; tasks of other keys do not wait for them. */
export type InTurn = <T>(key: string, task: () => Promise<T>) => Promise<T>

export function createInTurn(): InTurn {
  const last = new Map<string, Promise<unknown>>()
  return (key, task) => {
    const before = last.get(key)
    const result = before === undefined ? task() : before.then(task)
    const done = result.then(
      () => undefined,
      () => undefined,
    )
    last.set(key, done)
    void done.then(() => last.get(key) === done && last.delete(key))
    return result
  }
}
