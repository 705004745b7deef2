import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const CHECKOUT = resolve(import.meta.dirname, '../..')

/** $1: a folder of root's alone. $2: what in it is to be seen all the same, for the rest of the line alone. */
const SHOW = `
seen=$(mktemp -d)
mount --bind "$2" "$seen"
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir -p "$2"
mount --bind "$seen" "$2"
umount "$seen"
rmdir "$seen"
shift 2
exec "$@"`

/**
 * Words that make the program after them one of a user without privileges, who may read this checkout wherever it is: where
 * root has cloned it into a folder of its own, such as /root, only this process sees it there. Empty where nobody can become
 * somebody else. `more` goes to setpriv.
 */
export function asUser(uid: number, ...more: readonly string[]): readonly string[] {
  if (process.getuid?.() !== 0) return []
  const change = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...more]
  const closed = closedFolder(dirname(CHECKOUT))
  return closed === undefined
    ? change
    : ['unshare', '-m', '/bin/sh', '-ec', SHOW, 'sh', closed, CHECKOUT, ...change]
}

/** The outermost folder on the way that others may not pass. */
function closedFolder(folder: string): string | undefined {
  const parent = dirname(folder)
  const outer = parent === folder ? undefined : closedFolder(parent)
  return outer ?? ((statSync(folder).mode & 0o001) === 0 ? folder : undefined)
}
