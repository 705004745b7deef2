/** Where the page of a jail is. `several`: the console serves more than one host, so that the name alone does not tell. */
export function jailPath(host: string, name: string, several: boolean): string {
  const path = `/jails/${encodeURIComponent(name)}`
  return several ? `${path}?host=${encodeURIComponent(host)}` : path
}
