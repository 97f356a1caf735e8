import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Signer } from '../../client/ask/signer.ts'
import type { PairPaths } from '../../host/pair-paths.ts'
import type { OwnMember } from '../member/own-member.ts'
import type { MemberPorts } from './join-ports.ts'

/** A host that is to become a member: where its things are, and how its etcd is run. */
export interface JoiningHost {
  readonly own: OwnMember
  readonly paths: PairPaths
  /** Who key and certificates belong to; whoever runs this where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** What renewing needs, left by the first certificate. */
  readonly renewalFile: string
  /** How far the run came. */
  readonly progressFile: string
  /** Directories that go again with a run that is undone, where it made them and they are empty. */
  readonly runDirectories?: readonly string[]
  readonly dataDirectory: string
  readonly member: MemberPorts
}

/** Whom to ask, and what the operator knows of it. */
export interface JoinRequest {
  readonly signer: Signer
  readonly pin?: string
}

/** Bytes that are free for a directory, which need not exist yet. */
export function readFreeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch (error) {
    const parent = dirname(directory)
    if (parent === directory) throw error
    return readFreeBytes(parent)
  }
}
