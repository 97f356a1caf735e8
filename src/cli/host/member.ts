import { lookAtHost } from '../../diagnosis/look-at-host.ts'
import { lookAtMembers } from '../../diagnosis/look-at-members.ts'
import type { CommandStreams } from '../command-streams.ts'

export interface MemberOptions {
  readonly sandbox?: string
  readonly json?: true
  readonly dryRun?: true
}

/** Prints the members and how each sees itself. */
export async function runMemberList(options: MemberOptions, streams: CommandStreams): Promise<void> {
  streams.stdout.write(await lookAtHost(streams, (world) => lookAtMembers(options, streams, world)))
}
