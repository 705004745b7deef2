export interface StreamEvent {
  readonly name: string
  readonly id: string | undefined
  readonly data: string
}

/** Reads a text/event-stream. `onActivity` hears of every piece, also of the comments that only keep a connection alive. */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  onActivity: () => void,
): AsyncGenerator<StreamEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let name = ''
  let id: string | undefined
  let data: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onActivity()
      rest += decoder.decode(value, { stream: true })
      const lines = rest.split(/\r\n|\n|\r/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { name: name === '' ? 'message' : name, id, data: data.join('\n') }
          name = ''
          data = []
          continue
        }
        const colon = line.indexOf(':')
        const field = colon === -1 ? line : line.slice(0, colon)
        const content = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
        if (field === 'event') name = content
        else if (field === 'data') data.push(content)
        else if (field === 'id' && content !== '') id = content
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
