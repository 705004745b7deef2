import { hash } from 'node:crypto'

/** What may be shown of secrets: the first eight digits of the SHA-256 of each, the one that signs first. */
export function fingerprintsOf(secrets: readonly string[]): readonly string[] {
  return secrets.map((secret) => hash('sha256', secret).slice(0, 8))
}

/** Whether each of two processes accepts what the other signs. */
export function acceptEachOther(a: readonly string[], b: readonly string[]): boolean {
  const [signsA, signsB] = [a[0], b[0]]
  return signsA !== undefined && signsB !== undefined && a.includes(signsB) && b.includes(signsA)
}
