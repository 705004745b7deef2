/** Steps people count in; below ten only whole ones make sense, since half a ban does not exist. */
const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** Four even steps from zero up to at least `max`, the smallest that are easy to read. */
export function stepsUpTo(max: number): number[] {
  const least = Math.max(1, max / 4)
  const unit = 10 ** Math.floor(Math.log10(least))
  const step =
    STEPS.map((each) => each * unit).find((each) => each >= least && Number.isInteger(each)) ?? least
  return [0, 1, 2, 3, 4].map((count) => count * step)
}

/** Which of `marks` (numbers of bars, `slot` wide each) get a label that needs `room` to the right, of `count` bars. */
export function labelledMarks(marks: readonly number[], count: number, slot: number, room: number): number[] {
  const gap = (marks[1] ?? 1) - (marks[0] ?? 0)
  const every = Math.max(1, Math.ceil(room / Math.max(1, gap * slot)))
  return marks.filter((mark, index) => index % every === 0 && (count - mark) * slot >= room)
}

/** How much has changed from one time to the next, in whole percent; undefined where there is nothing to compare with. */
export function changeInPercent(now: number, before: number | undefined): number | undefined {
  if (before === undefined || before === 0) return undefined
  return Math.round(((now - before) / before) * 100)
}
