/** A snapshot that a cluster is to be founded from: what was proven of it, and what its sidecar tells. */
export interface FoundingSnapshot {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly revision: string
  /** Null where none stands beside it. */
  readonly sidecar: {
    readonly time: string
    readonly clusterId: string
    readonly etcdVersion: string
    readonly alarms: readonly string[]
    readonly caPin: string
    readonly members: readonly { readonly name: string; readonly peerUrls: readonly string[] }[]
  } | null
  /** The member whose key has signed the sidecar, by a certificate of this CA; null where nobody vouches for it. */
  readonly signedBy: { readonly member: string } | null
}

/** A program that makes a data directory of a snapshot. */
export interface RestoreProgram {
  readonly program: string
  readonly name: 'etcdutl' | 'etcdctl'
  readonly version: string
  readonly canBump: boolean
}

/** What is restored, where to, and as which member of a cluster of one. */
export interface RestoreRequest {
  readonly tool: RestoreProgram
  readonly file: string
  /** Not there yet; it gets its name once everything is in it. */
  readonly dataDirectory: string
  readonly memberName: string
  readonly peerUrls: readonly string[]
  readonly initialCluster: Readonly<Record<string, readonly string[]>>
  readonly token: string
  readonly bump: { readonly by: bigint; readonly markCompacted: true }
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  readonly onProgress: (restoredBytes: number, totalBytes: number) => void
}

/** What of snapshots is handed in: this room and the one that keeps snapshots are of one floor. */
export interface SnapshotMeans {
  /** Proves a snapshot's bytes, and its sidecar's signature by the CAs of a file, where one is given. */
  readonly verify: (file: string, caFile: string | undefined) => Promise<FoundingSnapshot>
  /** The program that restores and raises revisions, beside the etcd in this directory or elsewhere on this host. */
  readonly findTool: (etcdDirectory: string) => Promise<RestoreProgram>
  readonly restore: (request: RestoreRequest) => Promise<void>
}
