import { readFile, realpath } from 'node:fs/promises'

/**
 * Whether exactly this file is mounted, as a container does with a single file of its host's. Such a file stays what it was
 * when its owner makes it anew. False where it cannot be known.
 */
export async function isMountedFile(path: string, mountinfo = '/proc/self/mountinfo'): Promise<boolean> {
  try {
    const [table, real] = await Promise.all([readFile(mountinfo, 'utf8'), realpath(path)])
    return table.split('\n').some((line) => unescaped(line.split(' ')[4] ?? '') === real)
  } catch {
    return false
  }
}

/**
 * Whether the folder of this file is mounted, and was removed where it comes from: what is made there anew is not seen here.
 * Judged by what the kernel tells of the mount that the folder itself is.
 */
export async function isRemovedFolder(folder: string, mountinfo = '/proc/self/mountinfo'): Promise<boolean> {
  try {
    const [table, real] = await Promise.all([readFile(mountinfo, 'utf8'), realpath(folder)])
    const mounts = table.split('\n').map((line) => line.split(' '))
    const own = mounts.findLast((fields) => unescaped(fields[4] ?? '') === real)
    return own?.[3]?.endsWith('//deleted') ?? false
  } catch {
    return false
  }
}

/** The kernel writes blanks and backslashes in octal: `\040`. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}
