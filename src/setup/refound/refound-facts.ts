import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { asSignetError } from '../../core/signet-error.ts'
import { requireGuarded } from '../../host/files/guarded-path.ts'
import type { HostWorld } from '../host-world.ts'
import { formatArguments } from '../run/format-arguments.ts'
import type { RunProgress } from '../run/run-progress.ts'
import { readInitFacts } from '../signer/init-facts.ts'
import type { InitFacts } from '../signer/plan-init.ts'
import { readSavedCa } from '../signer/saved-ca.ts'
import { listFormerMembers } from './former-members.ts'
import type { FoundingSnapshot, SnapshotMeans } from './founding-snapshot.ts'
import type { RefoundFacts } from './plan-refound.ts'

/** What is left of a cluster, as typed. */
export interface SavedParts {
  /** The file with the CA key that was saved when the cluster was founded. */
  readonly caKey: string
  readonly caCert: string
  /** The snapshot. */
  readonly from: string
  /** Whether a snapshot that nobody vouches for is taken. */
  readonly unsigned?: boolean
}

/** Reads everything that decides whether this host may found the cluster anew; changes nothing. */
export async function readRefoundFacts(
  parts: SavedParts,
  subject: Pick<InitFacts, 'own' | 'etcds' | 'settings' | 'progress'>,
  { world, means }: { readonly world: HostWorld; readonly means: SnapshotMeans },
): Promise<RefoundFacts> {
  const { layout, clock } = world
  const { own, progress } = subject
  const facts = await readInitFacts(world, subject)
  const ca = await readSavedCa({ key: parts.caKey, certificate: parts.caCert }, world)
  const file = resolve(parts.from)
  // What another account could exchange between the proof and the restoring would be another snapshot.
  await requireGuarded(file, { look: world.files.look, ownUid: world.ownUid, option: '--from' })
  const snapshot = await verify(file, parts, means)
  return {
    ...facts,
    settings: { ...facts.settings, members: listFormerMembers(own, snapshot) },
    arguments: typedAgain(parts, facts.arguments),
    dataDirectoryState: dataState(layout.dataDirectory, progress),
    snapshot,
    mayBeUnsigned: parts.unsigned === true,
    ca,
    tool: await means.findTool(own.etcd.directory),
    nowMs: clock.now(),
  }
}

// Whoever takes one that nobody vouches for also takes one that somebody else's CA vouches for; never one that was changed.
async function verify(
  file: string,
  { caCert, unsigned }: SavedParts,
  means: Pick<SnapshotMeans, 'verify'>,
): Promise<FoundingSnapshot> {
  try {
    return await means.verify(file, resolve(caCert))
  } catch (error) {
    if (unsigned !== true || asSignetError(error).code !== 'refused') throw error
    return means.verify(file, undefined)
  }
}

function typedAgain({ caKey, caCert, from, unsigned }: SavedParts, ofInit: string): string {
  const files = { 'ca-key': caKey, 'ca-cert': caCert, from }
  const typed = Object.entries(files).map(([name, file]) => [name, quoteShell(resolve(file))] as const)
  const rest = [...(unsigned === true ? ['--unsigned'] : []), ofInit.slice('init '.length)]
  return formatArguments('init', Object.fromEntries(typed), rest)
}

// Restored before etcd is configured, so that no boot meanwhile starts it without data.
function dataState(directory: string, progress: RunProgress | undefined): InitFacts['dataDirectoryState'] {
  if (!existsSync(directory)) return 'absent'
  return progress?.started.includes('restore-snapshot') === true ? 'ours' : 'foreign'
}
