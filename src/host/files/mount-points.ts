import { readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Whether a name is itself a mount point, as of `mount --bind` of one file: nothing can be renamed over it (rename(2),
 * EBUSY). False where the kernel does not tell.
 */
export async function isMountPoint(path: string): Promise<boolean> {
  try {
    const canonical = join(await realpath(dirname(path)), basename(path))
    return parseMountPoints(await readFile('/proc/self/mountinfo', 'utf8')).includes(canonical)
  } catch {
    return false
  }
}

/**
 * The mount points in a text of the kernel (proc_pid_mountinfo(5)): the fifth word of each line, with octal escapes.
 */
export function parseMountPoints(mountinfo: string): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const point = line.split(' ')[4]
    return point === undefined
      ? []
      : [point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))]
  })
}
