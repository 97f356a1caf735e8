import { readdir, readFile } from 'node:fs/promises'

const rounds = 20

/**
 * The processes that run as a user, by their real or effective number (proc_pid_status(5)).
 * @internal
 */
export async function listProcessesOf(uid: number): Promise<readonly number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const uids = names.map(async (name) => {
    // Gone meanwhile.
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '')
    const [, real, effective] = /^Uid:\t(\d+)\t(\d+)\t/m.exec(status) ?? []
    return real === `${uid}` || effective === `${uid}` ? [Number(name)] : []
  })
  return (await Promise.all(uids)).flat()
}

/** Ends all processes of a user, those included that it starts meanwhile. Never root's. */
export async function endProcessesOf(uid: number): Promise<void> {
  if (!Number.isSafeInteger(uid) || uid <= 0) return
  for (let round = 0; round < rounds; round += 1) {
    const found = await listProcessesOf(uid)
    if (found.length === 0) return
    for (const pid of found) end(pid)
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
