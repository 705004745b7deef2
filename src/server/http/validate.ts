import { z } from 'zod'
import { safeParseAsync, type $ZodIssue, type $ZodType } from 'zod/v4/core'
import type { FieldError } from '../../shared/problem.ts'
import { AppError } from '../lib/errors.ts'

// The shared schemas are built with zod/mini, which brings no messages of its own.
z.config(z.locales.en())

type Place = FieldError['in']

/** Parses the parts of a request; throws one `validation-failed` with every mistake in all of them. */
export async function validate(
  parts: ReadonlyArray<readonly [place: Place, schema: $ZodType | undefined, value: unknown]>,
): Promise<unknown[]> {
  const errors: FieldError[] = []
  const values: unknown[] = []
  for (const [place, schema, value] of parts) {
    const parsed = schema === undefined ? undefined : await safeParseAsync(schema, value)
    values.push(parsed?.data)
    if (parsed?.success === false) {
      errors.push(...parsed.error.issues.flatMap((issue) => fieldErrors(place, issue)))
    }
  }
  const [first] = errors
  if (first === undefined) return values
  throw new AppError('validation-failed', inOneSentence(first, errors.length - 1), { errors })
}

function fieldErrors(place: Place, issue: $ZodIssue): FieldError[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      in: place,
      pointer: pointerTo([...path, key]),
      detail: 'There is no such field.',
    }))
  }
  return [{ in: place, pointer: pointerTo(path), detail: issue.message }]
}

/** A JSON pointer (RFC 6901). */
function pointerTo(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function inOneSentence(first: FieldError, others: number): string {
  const where = first.pointer === '' ? `The ${first.in}` : `${first.in} ${first.pointer}`
  const rest = others === 0 ? '' : ` And ${others} more.`
  return `${where}: ${first.detail}${/[.!?]$/.test(first.detail) ? '' : '.'}${rest}`
}
