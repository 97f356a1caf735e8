import type { RestoreTool } from './find-restore-tool.ts'

/** A snapshot that is to become the data of the first member of a new cluster. */
export interface RestoreOrder {
  readonly tool: RestoreTool
  /** The snapshot, which this account can read. */
  readonly file: string
  /** The version of etcd that it was saved from, where its sidecar tells. */
  readonly savedBy?: string | undefined
  /** Must not be there yet; what is above it must be. */
  readonly dataDirectory: string
  readonly memberName: string
  readonly peerUrls: readonly string[]
  /** Every member of the new cluster by its name, this one too. */
  readonly initialCluster: Readonly<Record<string, readonly string[]>>
  /** Of the new cluster, never the old one's: members of that must not take it for theirs. */
  readonly token: string
  /** How far the revision is raised, so that whoever watched the old cluster notices. */
  readonly bump?: { readonly by: bigint; readonly markCompacted: true } | undefined
  /** For a database file of etcd's own, which has no digest. */
  readonly skipHashCheck?: boolean | undefined
  /** Whose the data will be; whoever runs this keeps them where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
  /** Leaves processor and disk to everybody else. */
  readonly isIdle?: boolean | undefined
  /** Bytes that are restored, of about so many. */
  readonly onProgress?: ((restoredBytes: number, totalBytes: number) => void) | undefined
}

/** What the tool is called with; it makes `directory`, below where it is started. Pure. */
export function planRestoreArguments(order: RestoreOrder, directory: string): readonly string[] {
  const { file, memberName, peerUrls, initialCluster, token, bump, skipHashCheck = false } = order
  const members = Object.entries(initialCluster).flatMap(([name, urls]) => urls.map((url) => `${name}=${url}`))
  return [
    ...['snapshot', 'restore', file, `--data-dir=${directory}`, `--name=${memberName}`],
    `--initial-advertise-peer-urls=${peerUrls.join(',')}`,
    `--initial-cluster=${members.join(',')}`,
    `--initial-cluster-token=${token}`,
    ...(skipHashCheck ? ['--skip-hash-check=true'] : []),
    ...(bump === undefined ? [] : [`--bump-revision=${bump.by}`, '--mark-compacted=true']),
  ]
}
