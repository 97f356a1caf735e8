import type { FormerMember } from './stand-down-marker.ts'

/** A snapshot that was taken of this host's member, and proven whole. */
export interface TakenHere {
  readonly file: string
  readonly revision: string
  readonly time: string
}

/** A snapshot whose bytes are those that etcd sent, and what its sidecar says; null where it has none. */
export interface ProvenFile {
  readonly file: string
  readonly bytes: number
  readonly revision: string
  readonly sidecar: {
    readonly time: string
    readonly clusterId: string
    readonly etcdVersion: string
    readonly keys: number | null
    readonly members: readonly { readonly name: string; readonly id: string; readonly peerUrls: readonly string[] }[]
  } | null
  /** The member whose key signed it; null where nobody did. */
  readonly signedBy: { readonly member: string } | null
}

/** What restores: by its name and version, and whether it raises revisions. */
export interface FoundTool {
  readonly program: string
  readonly version: string
  readonly canBump: boolean
}

/** What is restored, and as whose data. */
export interface RestoreWanted<Tool extends FoundTool = FoundTool> {
  readonly tool: Tool
  readonly file: string
  /** Must not be there. */
  readonly dataDirectory: string
  readonly memberName: string
  readonly peerUrls: readonly string[]
  readonly initialCluster: Readonly<Record<string, readonly string[]>>
  readonly token: string
  readonly bump?: { readonly by: bigint; readonly markCompacted: true } | undefined
  readonly skipHashCheck?: boolean | undefined
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
  readonly onProgress?: ((restoredBytes: number, totalBytes: number) => void) | undefined
}

/** What `src/recovery`, a room beside this one, does for a recovery: handed in by whoever calls. */
export interface RecoveryParts<Tool extends FoundTool = FoundTool> {
  /** Takes one of this host's member, without a quorum too. */
  takeSnapshot(onProgress: (receivedBytes: number, totalBytes: number) => void): Promise<TakenHere>
  /** Throws `bad-data` where a byte is another than etcd sent. */
  verify(file: string): Promise<ProvenFile>
  /** This host's own snapshots that verify by their sidecars, the newest first, as far as is read cheaply. */
  listOwn(): Promise<
    readonly { readonly file: string; readonly revision: string; readonly time: string; readonly clusterId: string }[]
  >
  /** The members in the newest sidecar of this host; none where there is none. */
  membersLastSeen(): Promise<readonly FormerMember[]>
  findTool(mustBump: boolean): Promise<Tool>
  restore(wanted: RestoreWanted<Tool>): Promise<void>
}
