/** Where to go after signing in: a page of this console, never anywhere else. */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/')) return '/'
  // Browsers read a backslash as a slash, and drop tabs and line breaks: `/\t/evil.example` is another site.
  const origin = 'http://console.invalid'
  if (!URL.canParse(next, origin)) return '/'
  const url = new URL(next, origin)
  if (url.origin !== origin) return '/'
  const path = url.pathname + url.search
  return path.startsWith('//') || url.pathname === '/login' || url.pathname === '/setup' ? '/' : path
}

export function loginPath(from: string): string {
  const next = safeNext(from)
  return next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`
}
