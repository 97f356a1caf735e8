import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificateAuthority } from '../../authority/signing-key.ts'
import type { ClientState } from '../../client/client-state.ts'
import { type KeptPolicy, readKeptPolicy } from '../../client/renew/kept-policy.ts'
import { readState } from '../../client/saved-state.ts'
import type { MemberPair } from '../../cluster/member-pair.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'
import { type ClosePlan, planClose } from '../joins/plan-close.ts'
import { readListedMembers } from '../joins/signer-host.ts'
import { fileProgress } from '../run/file-progress.ts'
import type { RunProgress } from '../run/run-progress.ts'
import { parseSignerSettings, type SignerOptions, type SignerSettings } from './signer-settings.ts'

/** The member that is to become the signer, as it is found before anything is asked or decided. */
export interface AdoptingMember {
  readonly name: string
  readonly address: string
  readonly caKeyPem: string
  readonly progress: RunProgress | undefined
  /** The signer that this member has renewed at, and whether it answers. */
  readonly signer: { readonly address: string; readonly answers: boolean }
  readonly kept: KeptPolicy | undefined
  /** What etcd lists. */
  readonly members: Pick<ClosePlan, 'rows' | 'added'>
  readonly warnings: readonly string[]
}

/** Reads the member that is to become the signer, the saved key, the kept policy, and etcd's list. */
export async function readAdoptingMember(caKey: string | undefined, world: HostWorld): Promise<AdoptingMember> {
  const { name, address, signer } = await readMember(world)
  const caKeyPem = await readKey(caKey, world)
  const warnings: string[] = []
  const onWarning = (text: string): void => void warnings.push(text)
  const [progress, kept, answers, members] = await Promise.all([
    fileProgress(adoptProgressFile(world), world.files).load(),
    readKeptPolicy(world.layout.renewal, { files: world.files, ownUid: world.ownUid, onWarning }),
    doesAnswer(signer, address, world),
    readVoters({ name, address }, world, onWarning),
  ])
  return { name, address, caKeyPem, progress, signer: { address: signer.address, answers }, kept, members, warnings }
}

/** How far an adoption came. */
export function adoptProgressFile({ layout }: HostWorld): string {
  return join(layout.setupDirectory, 'adopt.json')
}

/** The settings of the new signer, with the voters as its members and joins closed. */
export function adoptSettings(
  { memberLifetime, ...given }: SignerOptions & { readonly memberLifetime?: string },
  { address, members }: Pick<AdoptingMember, 'address' | 'members'>,
): SignerSettings {
  return { ...parseSignerSettings(given, address), members: members.added, memberLifetime }
}

async function readMember({ layout, files, ownUid }: HostWorld): Promise<ClientState & { readonly address: string }> {
  if (!existsSync(layout.memberCertificate) || !existsSync(layout.renewal)) throw noMember()
  const state = await readState(layout.renewal, { files, ownUid })
  if (state.kind !== 'member' || state.address === undefined) throw noMember()
  return { ...state, address: state.address }
}

// Another key would make a second CA, which no member and no master trusts: callers would be locked out one by one.
async function readKey(file: string | undefined, { layout, files }: HostWorld): Promise<string> {
  if (file === undefined) {
    throw new SignetError('usage', 'the saved CA key is not named', { hint: 'signet adopt --ca-key=FILE' })
  }
  const key = await files.read(file)
  if (key === undefined) {
    throw new SignetError('usage', `${quoteUntrusted(file)} does not exist`, { hint: 'bring the saved ca.key here' })
  }
  const ca = await files.read(layout.caCertificate)
  parseCertificateAuthority(ca?.text ?? '', key.text)
  return key.text
}

async function doesAnswer(signer: ClientState['signer'], ownAddress: string, { ask }: HostWorld): Promise<boolean> {
  if (signer.address === ownAddress) return false
  const asked = { ...signer, knownHostsFile: '/dev/null', hostKeyPolicy: 'remember' } as const
  return ask(asked, 'get-status').then(
    () => true,
    () => false,
  )
}

// A signer is needed most where etcd has no quorum either: then one member's own list, or this host alone.
async function readVoters(
  own: MemberPair,
  world: HostWorld,
  onWarning: (text: string) => void,
): Promise<AdoptingMember['members']> {
  try {
    return planClose(await readListedMembers(world, { needsQuorum: false }), { configured: [], holders: [] })
  } catch (error) {
    const reason = asSignetError(error).message
    onWarning(`etcd does not tell its members (${reason}): once it does, add them on this host: signet joins close`)
    return { rows: [{ ...own, since: null, isTaken: true }], added: [own] }
  }
}

function noMember(): SignetError {
  return new SignetError('configuration', 'this host is no member of the cluster', {
    hint: 'run it on a member; a new host joins first, once there is a signer: signet join --signer-ip=IP',
  })
}
