/** A list of rows of one height, of which one may be open and then has something below it. Pixels. */
export interface RowMetrics {
  readonly total: number
  readonly rowHeight: number
  readonly open: { readonly index: number; readonly height: number } | undefined
}

/** Rows from `first` up to, but not with, `end`; what is left out above and below as space. */
export interface RowWindow {
  readonly first: number
  readonly end: number
  readonly above: number
  readonly below: number
}

/** Rows beyond the edges that are drawn as well, so that scrolling shows no gaps. */
const OVERSCAN = 6

export function topOf({ rowHeight, open }: RowMetrics, index: number): number {
  return index * rowHeight + (open && index > open.index ? open.height : 0)
}

export function heightOf(metrics: RowMetrics): number {
  return topOf(metrics, metrics.total) + (metrics.open?.index === metrics.total ? metrics.open.height : 0)
}

/** The row at `y` from the top of the list. */
export function rowAt(metrics: RowMetrics, y: number): number {
  const { open, rowHeight, total } = metrics
  const last = Math.max(0, total - 1)
  const below = open && y >= (open.index + 1) * rowHeight
  const row = below
    ? Math.max(open.index, Math.floor((y - open.height) / rowHeight))
    : Math.floor(y / rowHeight)
  return Math.min(last, Math.max(0, row))
}

/** What is to be drawn when the list is scrolled down by `scrollTop` in a window of `height`. */
export function windowOf(metrics: RowMetrics, scrollTop: number, height: number): RowWindow {
  const { total } = metrics
  if (total === 0) return { first: 0, end: 0, above: 0, below: 0 }
  const first = Math.max(0, rowAt(metrics, scrollTop) - OVERSCAN)
  const end = Math.min(total, rowAt(metrics, scrollTop + height) + 1 + OVERSCAN)
  return { first, end, above: topOf(metrics, first), below: heightOf(metrics) - topOf(metrics, end) }
}

/** Where to scroll so that a row is in sight; unchanged where it is. */
export function scrollTo(metrics: RowMetrics, index: number, scrollTop: number, height: number): number {
  const top = topOf(metrics, index)
  if (top < scrollTop) return top
  return Math.max(scrollTop, top + metrics.rowHeight - height)
}
