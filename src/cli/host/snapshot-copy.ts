import { quoteUnlessPlain } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { localFiles } from '../../host/files/local-files.ts'
import { checkCopyIfDue } from '../../recovery/copy/check-copy.ts'
import { accountView } from '../../recovery/copy/copy-places.ts'
import { copySnapshots } from '../../recovery/copy/copy-snapshots.ts'
import type { CopyWorld } from '../../recovery/copy/copy-world.ts'
import { describeKept, formatCopied, formatFetched } from '../../recovery/copy/format-copy.ts'
import { fetchInto } from '../../recovery/copy/keep-fetched.ts'
import { runOrder } from '../../recovery/copy/run-order.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { type CommandStreams, printJson, printLines, sayOn } from '../command-streams.ts'
import type { CommandWorld } from '../command-words.ts'

export interface SnapshotCopyOptions {
  readonly ifDue?: true
  readonly json?: true
}

export interface SnapshotFetchOptions {
  readonly to?: string
  readonly identity?: string
  readonly json?: true
}

/** Has the operator's program copy what is due, or one snapshot; the names of what left are all that standard output gets. */
export async function runSnapshotCopy(
  name: string | undefined,
  { ifDue, json }: SnapshotCopyOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  const say = sayOn(streams)
  const own = copyWorld(world)
  const copied = await copySnapshots({ name, isIfDue: ifDue }, own, (each) => say(formatCopied(each)))
  const checked = ifDue === true ? await checkCopyIfDue(own) : undefined
  if (checked !== undefined) say(`fetched ${checked.name}, and it is the one that was copied`)
  if (json === true) printJson(streams, { copied })
  else
    printLines(
      streams,
      copied.map((each) => each.name),
    )
  if (copied.length === 0 && ifDue !== true) say('nothing to copy: what is recent is elsewhere already')
}

/** Has the operator's program bring a copy back; its path is all that standard output gets. */
export async function runSnapshotFetch(
  name: string,
  { to, identity, json }: SnapshotFetchOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  if (to === undefined) {
    const hint = `say where to: signet snapshot fetch ${quoteUnlessPlain(name)} --to=DIR`
    throw new SignetError('usage', 'signet snapshot fetch needs --to', { hint })
  }
  const kept = await fetchInto({ name, to, identity }, copyWorld(world))
  if (json === true) printJson(streams, describeKept(kept))
  else printLines(streams, [kept.file])
  for (const line of formatFetched(kept)) sayOn(streams)(line)
}

/** Runs the operator's program as its account, and ends with its status. */
export async function runSnapshotProgram({ view }: { readonly view?: string }, world: CommandWorld): Promise<number> {
  const stop = new AbortController()
  void world.untilStopped().then(() => stop.abort())
  return runOrder({ view: view ?? accountView, files: localFiles, say: sayOn(world), signal: stop.signal })
}

function copyWorld(world: HostWorld): CopyWorld {
  if (world.isRoot) return { ...world, searchPath: process.env['PATH'] }
  throw new SignetError('refused', 'only root can copy and fetch snapshots', { hint: 'run it with sudo' })
}
