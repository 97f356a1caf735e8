import { parseFields, type WireField } from './wire-fields.ts'

/** An entry of the v2 API: `foreign` where 3.6 does not read it either. */
export type V2Kind = 'membership' | 'foreign'

// What 3.6 lets pass: a PUT of a member's attributes or of the cluster's version (server/etcdserver/apply_v2.go of 3.6).
const passing = /^\/0\/(?:members\/[0-9a-fA-F]{1,16}\/attributes|version)$/

/**
 * What the data of a log's normal entry have of the v2 API; undefined where they have nothing. 3.5 and older write its request bare
 * (`Request`: ID 1, Method 2, Path 3) or in field 2 of `InternalRaftRequest` (etcdserver.proto, raft_internal.proto); what is of the
 * v3 API has no field 2.
 */
export function v2KindOf(data: Uint8Array): V2Kind | undefined {
  if (data.length === 0) return undefined
  const fields = parseFields(data)
  // Neither of them: no etcd could read it.
  if (fields === undefined) return 'foreign'
  const second = bytesOf(fields, 2)
  if (second === undefined) return undefined
  const inner = parseFields(second)
  const request = inner !== undefined && bytesOf(inner, 2) !== undefined ? inner : fields
  const isPassing = textOf(request, 2) === 'PUT' && passing.test(textOf(request, 3))
  return isPassing ? 'membership' : 'foreign'
}

function bytesOf(fields: readonly WireField[], number: number): Uint8Array | undefined {
  return fields.findLast((field) => field.number === number)?.bytes
}

function textOf(fields: readonly WireField[], number: number): string {
  return Buffer.from(bytesOf(fields, number) ?? []).toString('latin1')
}
