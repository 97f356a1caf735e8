import type { Signer } from '../../client/ask/signer.ts'
import type { ClientState } from '../../client/client-state.ts'
import { createClientKey, formatClientKey, parseClientKey } from '../../client/pair/client-key.ts'
import { installPair } from '../../client/pair/install-pair.ts'
import { parseInstalledTrust } from '../../client/pair/installed-trust.ts'
import { verifyIssued } from '../../client/pair/verify-issued.ts'
import { readState, saveState } from '../../client/saved-state.ts'
import { SignetError } from '../../core/signet-error.ts'
import { askAuthority } from '../../endpoint/upstream/ask-authority.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { writeCsr } from '../../x509/write/write-csr.ts'
import type { HostWorld } from '../host-world.ts'
import { ownSigner, readSignetYaml } from '../signer-configuration.ts'
import type { OwnMember } from './own-member.ts'

/** Makes the member's key, or keeps the one that is there. */
export async function ensureMemberKey({ layout, files, readOwner }: HostWorld): Promise<void> {
  if ((await files.read(layout.memberKey)) !== undefined) return
  const owner = await readOwner('etcd')
  await files.write(layout.memberKey, formatClientKey(await createClientKey('p256')), { mode: 0o600, owner })
}

/**
 * The first member's certificate, straight from the authority beside it: nobody answers by SSH yet. It is listed at its
 * own address, since there is no cluster that could say otherwise, and so gets the full lifetime at once.
 */
export async function obtainOwnCertificate(world: HostWorld, { name, address }: OwnMember): Promise<void> {
  const { layout, files, clock, ownUid, readOwner } = world
  const key = parseClientKey(await readPresent(world, layout.memberKey), layout.memberKey)
  const csr = writeCsr(name, key.privateKey).toString('base64')
  const certificatePem = await askAuthority({ socketPath: layout.authoritySocket }, (authority) =>
    authority.sign({ ask: 'member', name, address, csr, listedAddresses: [address] }),
  )
  const caFile = await readPresent(world, layout.caCertificate)
  const trusted = parseInstalledTrust(caFile, layout.caCertificate)
  const question = { certificatePem, trusted, publicKeySpki: key.spki, name, kind: 'member', address } as const
  const { pem } = verifyIssued({ ...question, nowMs: clock.now() })
  const pair = { keyPem: undefined, certificatePem: pem, caPem: caFile.text }
  await installPair(memberPaths(layout), pair, { files, ownUid, owner: await readOwner('etcd') })
}

/** What `signet renew` needs to renew this member's certificate at its own host, the signer. */
export async function leaveRenewalState(world: HostWorld, { name, address, clientUrl }: OwnMember): Promise<void> {
  const { layout, files, clock, ownUid, readOwner } = world
  const { hostKeyPolicy: _, ...signer }: Signer = ownSigner(world, await readSignetYaml(world), address)
  const state: ClientState = {
    version: 1,
    signer,
    name,
    kind: 'member',
    address,
    paths: memberPaths(layout),
    endpoints: [clientUrl],
    attempts: { lastAttemptMs: clock.now(), failures: 0 },
    owner: await readOwner('etcd'),
  }
  await saveState(layout.renewal, state, { files, ownUid })
}

/** Makes this host the signer that its member renews at first. */
export async function renewHere(world: HostWorld, address: string): Promise<void> {
  const { layout, files, ownUid } = world
  const { hostKeyPolicy: _, ...signer }: Signer = ownSigner(world, await readSignetYaml(world), address)
  const disk = { files, ownUid }
  await saveState(layout.renewal, { ...(await readState(layout.renewal, disk)), signer }, disk)
}

async function readPresent({ files }: HostWorld, path: string) {
  const file = await files.read(path)
  if (file !== undefined) return file
  throw new SignetError('configuration', `${path} is gone`, { hint: 'run it again with the same arguments' })
}
