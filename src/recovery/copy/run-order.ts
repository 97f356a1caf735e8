import { join } from 'node:path'
import type { LocalFiles } from '../../host/files/local-files.ts'
import { runRelayed } from '../../host/programs/run-relayed.ts'
import { type CopyOrder, markStarted, readOrder, sidecarNameOf } from './copy-order.ts'

/** How the account of the programs carries out an order. */
export interface OrderRun {
  /** Where it sees what goes out and what comes in. */
  readonly view: string
  readonly files: Pick<LocalFiles, 'read' | 'write'>
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** Runs the operator's program, as whoever runs this, and returns its exit status. */
export async function runOrder({ view, files, say, signal }: OrderRun): Promise<number> {
  const order = await readOrder(join(view, 'out'), files)
  await markStarted(join(view, 'in'), files)
  const command = order.program
  return runRelayed({ command, args: argumentsOf(order, view), say: (line) => say(`it says: ${line}`), signal })
}

function argumentsOf({ kind, name }: CopyOrder, view: string): readonly string[] {
  if (kind === 'fetch') return [name, join(view, 'in')]
  return [name, sidecarNameOf(name)].map((each) => join(view, 'out', each))
}
