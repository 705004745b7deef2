/** Sends at once when it has been quiet for `batchMs`, else collects for as long. */
export function createOutbox(send: (frames: string) => void, batchMs: number) {
  let frames = ''
  let sentAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (frames === '') return
    sentAt = performance.now()
    const batch = frames
    frames = ''
    send(batch)
  }

  return {
    flush,
    put(more: string): void {
      frames += more
      const waitMs = sentAt + batchMs - performance.now()
      if (waitMs <= 0) flush()
      else timer ??= setTimeout(flush, waitMs).unref()
    },
  }
}
