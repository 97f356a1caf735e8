import { readlink } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { listCommandLines } from './command-lines.ts'

const rounds = 100
const pauseMs = 50

/**
 * Ends the processes of these accounts that were started in a directory with this argument, those that somebody else started there
 * never: an operator's shell may stand in it. Resolves once they are gone.
 */
export async function endProcessesIn(directory: string, argument: string, uids: readonly number[]): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const found = await findIn(directory, argument, uids)
    if (found.length === 0) return
    for (const pid of found) end(pid)
    await delay(pauseMs)
  }
}

async function findIn(directory: string, argument: string, uids: readonly number[]): Promise<readonly number[]> {
  const named = (await listCommandLines(uids)).filter(({ words }) => words.includes(argument))
  const places = await Promise.all(named.map(({ pid }) => readlink(`/proc/${pid}/cwd`).catch(() => '')))
  return named.filter((_, index) => `${places[index]}/`.startsWith(`${directory}/`)).map(({ pid }) => pid)
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
