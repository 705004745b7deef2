/** What people paste: addresses between spaces, commas, semicolons and line breaks, each once. */
export function splitAddresses(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((word) => word !== ''))]
}
