import { existsSync } from 'node:fs'
import type { ToldStatus } from '../../client/ask/ask-status.ts'
import type { SignerStatus } from '../../client/ask/signer-status.ts'
import { areJoinsOpen } from '../../core/joins-window.ts'
import { foldName } from '../../core/member-name.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { readFreeBytes } from '../../host/free-bytes.ts'
import type { HostWorld } from '../host-world.ts'
import { readMemberPorts } from '../member/member-ports.ts'
import { typedAddresses } from '../member/own-addresses.ts'
import { memberArguments, type OwnMember } from '../member/own-member.ts'
import { formatArguments, type TypedOptions } from '../run/format-arguments.ts'
import type { JoinFacts } from './plan-join.ts'

/** The member that this host is to be, whom it asks and what they say of themselves, and how far an earlier run came. */
export type JoinSubject = ToldStatus &
  Pick<JoinFacts, 'own' | 'etcds' | 'owner' | 'signer' | 'expectedPin' | 'progress'>

/** Reads what else decides whether this host may join; changes nothing. */
export async function readJoinFacts(
  subject: JoinSubject,
  world: Pick<HostWorld, 'layout' | 'clock' | 'etcdPorts'>,
): Promise<JoinFacts> {
  const { own, status, progress } = subject
  const { dataDirectory } = world.layout
  return {
    ...subject,
    ...readJoins(status, own, world.clock.now()),
    arguments: formatArguments('join', typedAnswers(subject), memberArguments(own)),
    dataDirectory,
    dataDirectoryState: readDataState(dataDirectory, progress),
    freeDiskBytes: readFreeBytes(dataDirectory),
    busyPorts: await readMemberPorts(own, world.etcdPorts),
  }
}

function readDataState(dataDirectory: string, progress: JoinFacts['progress']): JoinFacts['dataDirectoryState'] {
  if (!existsSync(dataDirectory)) return 'absent'
  return progress === undefined ? 'foreign' : 'ours'
}

function readJoins(
  { joins, policy }: SignerStatus,
  own: OwnMember,
  nowMs: number,
): Pick<JoinFacts, 'areJoinsOpen' | 'listsOwnPair'> {
  if (joins === undefined) return {}
  const isOwn = ([name, address]: readonly [string, string]): boolean =>
    foldName(name) === foldName(own.name) && address === own.address
  return {
    areJoinsOpen: areJoinsOpen(joins, nowMs),
    listsOwnPair: policy && Object.entries(policy.members).some(isOwn),
  }
}

function typedAnswers({ own, signer, expectedPin }: JoinSubject): TypedOptions {
  const { address, port, sshConfigFile } = signer
  return {
    'signer-ip': address,
    name: own.name,
    address: typedAddresses(own),
    port,
    'ssh-config': sshConfigFile && quoteShell(sshConfigFile),
    pin: expectedPin,
  }
}
