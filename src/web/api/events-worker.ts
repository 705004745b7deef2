import './zod-setup.ts'
import { createLiveEvents } from './events.ts'
import { createEventsHub } from './events-hub.ts'

/** Runs once per browser: browsers allow six connections to a console over HTTP/1.1, and every tab of its own would take one. */
const hub = createEventsHub({
  open: (url, onRefused) => {
    if (new URL(url).origin !== location.origin) throw new Error('This stream is of another site.')
    return createLiveEvents({ url, fetch: (input, init) => fetch(input, init), onRefused })
  },
})

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  if (port) hub.connect(port)
})
