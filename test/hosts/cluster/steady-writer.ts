import type { Host } from '../lab/host.ts'
import { etcdctl } from './follow-runbook.ts'

export interface Written {
  readonly writes: number
  readonly failures: readonly string[]
  /** The longest time between the ends of two writes that succeeded. */
  readonly longestPauseMs: number
}

/** One etcdctl after the other, as a script of an operator would do it: with a new connection for each write. */
const script = (command: string, key: string): string => `
rm -f /run/stop-writing
until [ -e /run/stop-writing ]; do
  if said=$(timeout 30 ${command} put ${key} "$(date +%s%3N)" 2>&1); then echo "ok $(date +%s%3N)"
  else echo "failed $(date +%s%3N) $(echo "$said" | tr '\\n' ' ' | cut -c 1-300)"; fi
  sleep 0.1
done`

export interface SteadyWriter {
  /** What it writes to, and nobody else. */
  readonly key: string
  readonly stop: () => Promise<Written>
}

let writers = 0

/** Writes from a master, that followed the runbook, until it is told to stop. */
export async function startWriting(
  master: Host,
  members: readonly Host[],
  command = etcdctl(...members.map(({ address }) => address)),
): Promise<SteadyWriter> {
  writers += 1
  const key = `steady-${writers}`
  const writing = master.tryRun(script(command, key), { timeoutSeconds: 900 })
  // Not before the first write has come back.
  await master.until(`${command} get ${key} | grep -q .`, 20, 'the first write')
  return {
    key,
    stop: async () => {
      await master.run('touch /run/stop-writing')
      return countWrites((await writing).stdout)
    },
  }
}

function countWrites(output: string): Written {
  const lines = output.trim().split('\n')
  const times = lines.filter((line) => line.startsWith('ok ')).map((line) => Number(line.slice(3)))
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? time))
  return {
    writes: times.length,
    failures: lines.filter((line) => line.startsWith('failed')),
    longestPauseMs: Math.max(0, ...pauses),
  }
}
