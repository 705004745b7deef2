/** Columns of text under their titles, each as wide as its widest cell; ends with a line break. */
export function table(titles: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const all = [titles, ...rows]
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
