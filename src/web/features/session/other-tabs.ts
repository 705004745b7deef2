import { basename } from '../../api/base-url.ts'

const channel = () => new BroadcastChannel(`bangui.signed-in ${basename()}`)

/** The tabs of a browser share the cookie: what one signs in, all are. */
export function tellSignIn(): void {
  const told = channel()
  told.postMessage(null)
  told.close()
}

export function onSignIn(listener: () => void): () => void {
  const heard = channel()
  heard.addEventListener('message', listener)
  return () => heard.close()
}
