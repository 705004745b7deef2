import { describe, expect, it } from '@jest/globals'
import { changeInPercent, labelledMarks, stepsUpTo } from '../../src/web/features/overview/chart-scale.ts'

describe('the steps of a chart', () => {
  it.each([
    [0, [0, 1, 2, 3, 4]],
    [3, [0, 1, 2, 3, 4]],
    [5, [0, 2, 4, 6, 8]],
    [65, [0, 20, 40, 60, 80]],
    [103, [0, 30, 60, 90, 120]],
    [1_284, [0, 400, 800, 1_200, 1_600]],
  ])('up to %d are whole, easy to read and four', (max, steps) => {
    expect(stepsUpTo(max)).toEqual(steps)
  })
})

describe('the labels below bars', () => {
  const all = (count: number): number[] => [...Array(count).keys()]

  it('have the room they need, and do not stick out at the right', () => {
    expect(labelledMarks(all(48), 48, 15, 56)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44])
    expect(labelledMarks(all(30), 30, 10, 64)).toEqual([0, 7, 14, 21])
  })

  it('stand where something begins, if only some bars may have one', () => {
    expect(labelledMarks([3, 9, 15, 21], 24, 16, 64)).toEqual([3, 9, 15])
    expect(labelledMarks([], 24, 16, 64)).toEqual([])
  })
})

describe('a change', () => {
  it('is in percent of what was before, where there was anything', () => {
    expect(changeInPercent(312, 264)).toBe(18)
    expect(changeInPercent(94, 100)).toBe(-6)
    expect(changeInPercent(5, 0)).toBeUndefined()
    expect(changeInPercent(5, undefined)).toBeUndefined()
  })
})
