import { dirname } from 'node:path'
import * as v from 'valibot'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { syncDirectory } from '../../host/files/sync-directory.ts'
import type { HostWorld } from '../host-world.ts'

const hexadecimal = v.pipe(v.string(), v.regex(/^[0-9a-f]{1,64}$/))
const decimal = v.pipe(v.string(), v.regex(/^[0-9]{1,20}$/))
const shortText = v.pipe(v.string(), v.maxLength(512))
const peerSchema = v.object({
  name: shortText,
  id: v.nullable(hexadecimal),
  peerUrls: v.array(shortText),
  clientUrls: v.array(shortText),
})

/** What of the member's data may be gone on from. */
const keptSchema = v.object({
  /** `snapshot`: etcd sent it, and its digest was verified. `database`: the file that etcd left, whose bytes nothing proves. */
  kind: v.picklist(['snapshot', 'database']),
  file: shortText,
  revision: decimal,
  takenAt: v.pipe(v.string(), v.isoTimestamp()),
})

const markerSchema = v.object({
  version: v.literal(1),
  /** `stood-down`: nothing but etcd was stopped. `recovering`, `rejoining`: a run moves the data, and etcd must not start before it ends. */
  state: v.picklist(['stood-down', 'recovering', 'rejoining']),
  time: v.pipe(v.string(), v.isoTimestamp()),
  name: shortText,
  /** The cluster that has lost its quorum; null where this host could not tell. */
  clusterId: v.nullable(hexadecimal),
  memberId: v.nullable(hexadecimal),
  /** Null where nothing of this member's data can be read. */
  kept: v.nullable(keptSchema),
  /** At most so many writes are in its log and not in its data; null where the log does not tell, missing in what is older. */
  logWrites: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))),
  /** All of that cluster, this one too. */
  members: v.array(peerSchema),
  /** Who had a connection to this member's client port: kube-apiservers, as a rule. */
  clients: v.array(shortText),
  /** What the database names under `/registry/masterleases`. */
  masterLeases: v.array(shortText),
})

/** Why etcd does not start on this host, and what a recovery needs to know of the member that it was. */
export type StandDownMarker = Readonly<v.InferOutput<typeof markerSchema>>

/** A member of the cluster that has lost its quorum. */
export type FormerMember = StandDownMarker['members'][number]

/** All but this one: by their ids where they are known, since a name can be given anew. Pure. */
export function otherMembers({
  name,
  memberId,
  members,
}: Pick<StandDownMarker, 'name' | 'memberId' | 'members'>): readonly FormerMember[] {
  return members.filter((one) => (one.id === null || memberId === null ? one.name !== name : one.id !== memberId))
}

/** The marker's text: first what a person reads who finds it, then what our commands read. */
export function formatMarker(marker: StandDownMarker): string {
  const { time, name, state } = marker
  const why = {
    'stood-down': 'stood down, since its cluster has lost the quorum',
    recovering: 'is being recovered: run the same command again, which goes on',
    rejoining: 'is being brought into the recovered cluster: run the same command again, which goes on',
  }[state]
  return [
    `# While this file is here etcd does not start. ${name} ${why} (${time}).`,
    '# What ends it: signet recover, on the most advanced of the survivors; signet recover --rejoin --cluster=ID on the others;',
    '# or signet recover --stand-up, where the old quorum is back by itself. Do not remove it by hand.',
    JSON.stringify(marker),
    '',
  ].join('\n')
}

/** A marker from the text of its file. Throws `configuration`. */
export function parseMarker(text: string, file: string): StandDownMarker {
  const line = text.split('\n').find((one) => one.startsWith('{')) ?? ''
  const parsed = v.safeParse(markerSchema, parseJson(line))
  if (parsed.success) return parsed.output
  throw new SignetError('configuration', `${file} is there, and Signet did not write what is in it`, {
    hint: `see it: cat ${quoteShell(file)}; etcd does not start while it is there; write it anew: rm ${quoteShell(file)}; signet recover --stand-down`,
  })
}

type MarkerWorld = Pick<HostWorld, 'layout' | 'files'>

/** The marker of this host; undefined where its member has not stood down. */
export async function readMarker({ layout, files }: MarkerWorld): Promise<StandDownMarker | undefined> {
  const found = await files.read(layout.standDown)
  return found === undefined ? undefined : parseMarker(found.text, layout.standDown)
}

/** Keeps etcd from starting on this host, from when this resolves. */
export async function writeMarker(marker: StandDownMarker, { layout, files }: MarkerWorld): Promise<void> {
  await files.write(layout.standDown, formatMarker(marker), { mode: 0o644 })
}

/** Lets etcd start again: its data must be whole by then. */
export async function removeMarker({ layout, files }: MarkerWorld): Promise<void> {
  await files.remove(layout.standDown)
  // After a power cut it would be back, beside a cluster that has served.
  await syncDirectory(dirname(layout.standDown))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
