/** The console may live below any path; the server writes that path into the page's <base>. */
export function apiUrl(path: string): string {
  return new URL(`api/v1/${path}`, document.baseURI).href
}

/** The same path as react-router wants it: no slash at its end. */
export function basename(): string {
  return new URL(document.baseURI).pathname.replace(/\/+$/, '') || '/'
}
