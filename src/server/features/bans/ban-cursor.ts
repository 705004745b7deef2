import { z } from 'zod'
import { BanSort } from '../../../shared/ban.ts'
import { AppError } from '../../lib/errors.ts'
import { ORDERS, orderOf } from './ban-order.ts'

/** The place behind one ban of a list: what the columns of its order hold there. */
export type BanPlace = ReadonlyArray<string | number>

const Cursor = z.strictObject({ sort: BanSort, place: z.array(z.union([z.string(), z.int()])) })

export function encodeCursor(sort: BanSort, place: BanPlace): string {
  return Buffer.from(JSON.stringify({ sort, place })).toString('base64url')
}

/** Throws `validation-failed` for anything but a cursor of a list in this order. */
export function decodeCursor(text: string, sort: BanSort): BanPlace {
  const parsed = Cursor.safeParse(jsonOf(text))
  if (!parsed.success) throw badCursor('This is not a cursor of this list.')
  if (parsed.data.sort !== sort) {
    throw badCursor('The cursor belongs to another sort: begin again without it.')
  }
  const { place } = parsed.data
  const { columns } = ORDERS[orderOf(sort).by]
  const fits = columns.every((column, index) => typeof place[index] === column.type)
  if (!fits || place.length !== columns.length) throw badCursor('This is not a cursor of this list.')
  return place
}

function badCursor(detail: string): AppError {
  return new AppError('validation-failed', detail, { errors: [{ in: 'query', pointer: '/cursor', detail }] })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
