/**
 * Whether it is worth asking who is signed in. The session cookie is hidden from scripts, so the server says in the page
 * whether the browser brought one; without it the answer is known to be a 401, which the browser's console would report.
 */
export const sessionHint = {
  mayExist: document.querySelector<HTMLMetaElement>('meta[name=session]')?.content !== 'none',
  /** The browser brought a session that does not count any more. */
  hasEnded: false,
}
