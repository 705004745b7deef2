/** Where the page about an address or a network is. */
export function ipPath(ip: string): string {
  return `/ip/${encodeURIComponent(ip).replaceAll('%3A', ':')}`
}

/** Jails may ban other things too, such as user names, of which there is no page. */
export function isAddress(text: string): boolean {
  return /^[\d.]+\.\d+(?:\/\d{1,2})?$|^[0-9a-f]*:[0-9a-f:.]*(?:\/\d{1,3})?$/i.test(text)
}
