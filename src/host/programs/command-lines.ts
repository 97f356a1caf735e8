import { open, readdir, readFile } from 'node:fs/promises'

/** A process and what it was started with. */
export interface CommandLine {
  readonly pid: number
  readonly words: readonly string[]
}

/** Longest command line that is read; a kube-apiserver's is about 3 KiB. */
const maxBytes = 64 * 1024

/**
 * The processes of these accounts, by their real and effective number, with their arguments (proc_pid_cmdline(5)). A process
 * can call itself anything, so those of other accounts are left out: they say nothing that root should act on.
 */
export async function listCommandLines(uids: readonly number[]): Promise<readonly CommandLine[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found: CommandLine[] = []
  for (const pid of pids) {
    const words = (await isOfAny(pid, uids)) ? await readWords(pid) : []
    if (words.length > 0) found.push({ pid, words })
  }
  return found
}

async function isOfAny(pid: number, uids: readonly number[]): Promise<boolean> {
  // Gone meanwhile.
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, real, effective] = /^Uid:\t(\d+)\t(\d+)\t/m.exec(status) ?? []
  return [real, effective].every((uid) => uid !== undefined && uids.includes(Number(uid)))
}

// Empty for the kernel's own, and for what is longer than we read: half of it may say the opposite.
async function readWords(pid: number): Promise<readonly string[]> {
  try {
    const file = await open(`/proc/${pid}/cmdline`)
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0).finally(() => file.close())
    const text = buffer.toString('utf8', 0, bytesRead)
    return bytesRead === maxBytes || !text.endsWith('\0') ? [] : text.slice(0, -1).split('\0')
  } catch {
    return []
  }
}
