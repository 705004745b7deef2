import type { FeedChange } from '../../../shared/feed.ts'

/** Changes of single bans, of one kind and one jail and of different addresses: these go into the database together. */
export interface Run<K extends PerBan['kind'] = PerBan['kind']> {
  readonly kind: K
  readonly jail: string
  readonly changes: ReadonlyArray<Extract<FeedChange, { kind: K }>>
}

/** Changes that end whatever they find, which may be much. */
export type Sweep = Extract<FeedChange, { kind: 'snapshotEnd' | 'jailGone' | 'jails' }>

export type PerBan = Exclude<FeedChange, Sweep>
export type AnyRun = { [K in PerBan['kind']]: Run<K> }[PerBan['kind']]

/** A part of a batch that is applied in one transaction. */
export type Step = { readonly runs: readonly AnyRun[] } | { readonly sweep: Sweep }

/**
 * A batch as steps in its order, each of at most `size` changes, so that none blocks the process for long. An address that
 * occurs twice begins a new run: its second change must see the effect of the first.
 */
export function stepsOf(changes: readonly FeedChange[], size: number): Step[] {
  const steps: Step[] = []
  let runs: RunInMaking[] = []
  let counted = 0
  const close = (): void => {
    if (runs.length > 0) steps.push({ runs: runs.map(toRun) })
    runs = []
    counted = 0
  }
  for (const change of changes) {
    if (isSweep(change)) {
      close()
      steps.push({ sweep: change })
      continue
    }
    if (counted === size) close()
    counted += 1
    const last = runs.at(-1)
    if (last && last.kind === change.kind && last.jail === change.jail && !last.ips.has(change.ip)) {
      last.ips.add(change.ip)
      last.changes.push(change)
    } else {
      runs.push({ kind: change.kind, jail: change.jail, ips: new Set([change.ip]), changes: [change] })
    }
  }
  close()
  return steps
}

interface RunInMaking {
  readonly kind: PerBan['kind']
  readonly jail: string
  readonly ips: Set<string>
  readonly changes: PerBan[]
}

function toRun({ kind, jail, changes }: RunInMaking): AnyRun {
  // All changes of a run were compared with its kind.
  return { kind, jail, changes } as AnyRun
}

function isSweep(change: FeedChange): change is Sweep {
  return change.kind === 'snapshotEnd' || change.kind === 'jailGone' || change.kind === 'jails'
}
