/** Whose a log is, as etcd wrote it at the member's birth; ids in sixteen hexadecimal digits. */
export interface LogIdentity {
  readonly memberId: string
  readonly clusterId: string
}

/**
 * The identity in the data of a log's metadata record (`Metadata` of etcdserverpb: NodeID 1, ClusterID 2, both varints of 64
 * bits, which are beyond what a number holds); undefined where it is none.
 */
export function parseLogIdentity(data: Uint8Array): LogIdentity | undefined {
  const node = readId(data, 0, 0x08)
  const cluster = node === undefined ? undefined : readId(data, node.end, 0x10)
  if (node === undefined || cluster === undefined) return undefined
  return { memberId: format(node.id), clusterId: format(cluster.id) }
}

function readId(data: Uint8Array, at: number, tag: number): { readonly id: bigint; readonly end: number } | undefined {
  if (data[at] !== tag) return undefined
  let id = 0n
  for (let length = 0; length < 10; length += 1) {
    const byte = data[at + 1 + length]
    if (byte === undefined) return undefined
    id |= BigInt(byte & 0x7f) << BigInt(7 * length)
    if (byte < 0x80) return { id: BigInt.asUintN(64, id), end: at + 2 + length }
  }
  return undefined
}

function format(id: bigint): string {
  return id.toString(16).padStart(16, '0')
}
