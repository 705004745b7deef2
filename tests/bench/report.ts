export interface Row {
  /** Number of the target, as in the table of `npm run bench`. */
  readonly target: string
  readonly what: string
  readonly wanted: string
  readonly value: string
  readonly met: boolean
  readonly detail: string
}

export function row(
  target: string,
  what: string,
  figures: { target: string; value: string; met: boolean; detail: string },
): Row {
  return {
    target,
    what,
    wanted: figures.target,
    value: figures.value,
    met: figures.met,
    detail: figures.detail,
  }
}

export function print(rows: readonly Row[]): void {
  for (const { target, what, wanted, value, met, detail } of rows) {
    console.log(
      `${met ? '  ok ' : 'MISS '} ${target.padEnd(4)} ${what}\n           ${value} (target ${wanted})  ${detail}`,
    )
  }
}
