import { chownSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { AppError } from '../lib/errors.ts'

/** Root acts for the server's user, who must be able to use what it makes. */
export function giveToOwnerOf(reference: string, path: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(reference)
  chownSync(path, uid, gid)
}

/** Gives a finished file its name. Throws where that is taken, unless it may be overwritten. */
export function moveInto(from: string, to: string, mayOverwrite: boolean): void {
  if (mayOverwrite) return renameSync(from, to)
  try {
    linkSync(from, to)
    rmSync(from)
  } catch {
    // The name is taken, or the file system knows no links.
    if (existsSync(to)) throw taken(to)
    renameSync(from, to)
  }
}

export function taken(path: string): AppError {
  return new AppError('conflict', `${path} exists already.`, {
    nextStep: 'Name another file, or overwrite it with --force.',
  })
}

/** In units of a thousand, as disks are sold. */
export function readableSize(bytes: number): string {
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(0)} kB`
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}
