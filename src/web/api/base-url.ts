/** The console may live below any path; the server writes that path into the page's <base>. */
export function apiUrl(path: string): string {
  return new URL(`api/v1/${path}`, document.baseURI).href
}

/** The same path. It ends with a slash, also for react-router: without, its first page would lie outside of what a proxy passes on. */
export function basename(): string {
  return new URL(document.baseURI).pathname
}
