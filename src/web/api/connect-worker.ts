// oxlint-disable-next-line import/default -- the bundler makes it
import workerUrl from './events-worker.ts?sharedworker&url'

/** Of the browser's Trusted Types, what is needed here. */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: () => string },
  ): { createScriptURL(input: string): string }
}

let trusted: string | undefined

/** The content security policy lets this one policy be made, and it knows this one script. */
function trustedWorkerUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  const policy = trustedTypes?.createPolicy('bangui-worker', { createScriptURL: () => workerUrl })
  return policy?.createScriptURL('') ?? workerUrl
}

/**
 * The worker that reads events for all tabs of this browser; undefined where browsers have none. Its address changes with its
 * content, so tabs from before and after an update have one each and understand theirs.
 */
export function connectWorker(onFailure: () => void): MessagePort | undefined {
  if (typeof SharedWorker === 'undefined') return undefined
  try {
    trusted ??= trustedWorkerUrl()
    const worker = new SharedWorker(trusted, { type: 'module', name: 'BanGUI events' })
    worker.addEventListener('error', onFailure)
    return worker.port
  } catch {
    return undefined
  }
}
