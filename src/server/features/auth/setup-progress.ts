import { z } from 'zod'
import {
  SETUP_STEPS,
  SetupOutcome,
  SetupStep,
  type SetupState,
  type SetupStepUpdate,
} from '../../../shared/setup.ts'
import type { Db } from '../../db/database.ts'
import { AppError } from '../../lib/errors.ts'

const KEY = 'setup-progress'
const Progress = z.partialRecord(SetupStep, SetupOutcome).catch({})
type Progress = z.infer<typeof Progress>

/** How far the first administrator has come. Begins with the account and is gone when the last step is settled. */
export interface SetupProgress {
  read(): Promise<Omit<SetupState, 'required'>>
  /** Throws `already-set-up` once the setup is finished, and where it never began. */
  settle(update: SetupStepUpdate): Promise<Omit<SetupState, 'required'>>
}

/** In the transaction that creates the first administrator. */
export async function beginSetupProgress(tx: Db): Promise<void> {
  const row = { key: KEY, value: '{}' }
  await tx
    .insertInto('settings')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
    .execute()
}

export function createSetupProgress(db: Db): SetupProgress {
  return {
    async read() {
      const progress = await progressOf(db)
      return progress === undefined ? {} : stateOf(progress)
    },

    settle: ({ step, outcome }) =>
      db.transaction().execute(async (tx) => {
        const progress = await progressOf(tx)
        if (progress === undefined) {
          throw new AppError('already-set-up', 'The setup of this console is finished.', {
            nextStep: 'Change on the pages of the console what is to be different.',
          })
        }
        if (step === SETUP_STEPS.at(-1)) {
          await tx.deleteFrom('settings').where('key', '=', KEY).execute()
          return {}
        }
        const next = { ...progress, [step]: outcome }
        const value = JSON.stringify(next)
        await tx.updateTable('settings').set({ value }).where('key', '=', KEY).execute()
        return stateOf(next)
      }),
  }
}

async function progressOf(db: Db): Promise<Progress | undefined> {
  const row = await db.selectFrom('settings').select('value').where('key', '=', KEY).executeTakeFirst()
  return row && Progress.parse(jsonOf(row.value))
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function stateOf(progress: Progress): Omit<SetupState, 'required'> {
  return {
    step: SETUP_STEPS.find((step) => progress[step] === undefined) ?? 'summary',
    skipped: SETUP_STEPS.filter((step) => progress[step] === 'skipped'),
  }
}
