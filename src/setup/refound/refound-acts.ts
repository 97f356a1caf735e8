import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { formatBytes } from '../../core/byte-count.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'
import { etcdService } from '../member/default-member.ts'
import { systemdMember } from '../member/systemd-member.ts'
import { waitUntilServing } from '../member/wait-until-serving.ts'
import { renameSynced } from '../recover/move-aside.ts'
import type { Act } from '../run/apply-plan.ts'
import { recordNote } from '../run/run-progress.ts'
import type { RunningPlan } from '../run/running-plan.ts'
import { initActs } from '../signer/init-acts.ts'
import type { SnapshotMeans } from './founding-snapshot.ts'
import { type RefoundFacts, type RefoundStepId, restoredNote, tokenNote } from './plan-refound.ts'
import { proveWrites, type StoreProof } from './prove-writes.ts'

/** How far revisions are raised: what the lost cluster wrote since the snapshot, at 1000 writes a second for eleven days. */
const revisionBump = 1_000_000_000n

/** What the acts of a founding have to do with. */
export interface Refounding {
  readonly run: RunningPlan<RefoundStepId>
  readonly facts: RefoundFacts
  readonly world: HostWorld
  readonly means: SnapshotMeans
  readonly proven: (proof: StoreProof) => void
}

/** What each step does, and how it is undone: `init`'s own acts, but for the CA, the data, and what is proven of them. */
export function refoundActs(refounding: Refounding): Readonly<Record<RefoundStepId, Act>> {
  const { facts, world, run } = refounding
  // Not `new`: where its data were lost again, etcd would found an empty cluster and serve that.
  const member = systemdMember(world, { own: facts.own, state: 'existing' })
  return {
    ...initActs(facts, world, run.listener),
    'install-ca': installCa(refounding),
    'restore-snapshot': { run: () => restore(refounding), undo: () => discardData(world) },
    'write-configuration': {
      run: () => member.writeConfiguration(`${facts.own.name}=${facts.own.peerUrl}`),
      undo: () => member.removeConfiguration(),
    },
    'start-etcd': { run: () => member.start() },
    verify: { run: () => verify(refounding, member.logHint) },
  }
}

/** Refuses to undo a cluster that serves: clients may have written to it. Stops etcd where it does not. */
export async function refuseServed({ run, facts, world }: Refounding): Promise<void> {
  if (!run.mayHaveBegun('start-etcd')) return
  const { layout, isServing, systemd } = world
  const pair = { ca: layout.caCertificate, certificate: layout.memberCertificate, key: layout.memberKey }
  if (!(await isServing(facts.own.clientUrl, pair))) return systemd.stop(etcdService)
  throw new SignetError('refused', 'the restored cluster serves, and clients may have written to it')
}

function installCa({ facts: { ca }, world }: Refounding): Act {
  const { layout, files, readOwner } = world
  return {
    run: async () => {
      await files.makeDirectory(layout.pki, { mode: 0o755 })
      // For root alone: the authority gets it as a credential of systemd, and no other account ever.
      await files.write(layout.caKey, ca.keyPem, { mode: 0o400 })
      const owner = await readOwner('etcd')
      await files.write(layout.caCertificate, ca.certificatePem, { mode: 0o644, owner })
    },
    undo: async () => {
      for (const path of [layout.caCertificate, layout.caKey]) await files.remove(path)
    },
  }
}

// The data get their name once all of them are there: whatever stands under it was restored by this run.
async function restore({ run, facts, world, means }: Refounding): Promise<void> {
  const { own, snapshot, tool } = facts
  const { layout, files, clock, readOwner } = world
  if (existsSync(layout.dataDirectory)) return
  // Another cluster than the lost one: a member of that which wakes must not take this one for its own.
  const token = `signet-${Math.floor(clock.now() / 1000)}`
  await run.record((progress) => recordNote(recordNote(progress, restoredNote, snapshot.sha256), tokenNote, token))
  const owner = await readOwner('etcd')
  await files.makeDirectory(
    dirname(layout.dataDirectory),
    owner === undefined ? { mode: 0o700 } : { mode: 0o700, owner },
  )
  await means.restore({
    tool,
    file: snapshot.file,
    dataDirectory: layout.dataDirectory,
    memberName: own.name,
    peerUrls: [own.peerUrl],
    initialCluster: { [own.name]: [own.peerUrl] },
    token,
    bump: { by: revisionBump, markCompacted: true },
    owner,
    onProgress: (restored, total) => run.listener.waiting(`${formatBytes(restored)} of ${formatBytes(total)}`),
  })
}

// In one step out of etcd's sight: half a store must never be found under the name of a whole one.
async function discardData({ layout, files }: HostWorld): Promise<void> {
  const doomed = `${layout.dataDirectory}.undone`
  if (existsSync(layout.dataDirectory)) {
    await files.removeTree(doomed)
    await renameSynced(layout.dataDirectory, doomed)
  }
  await files.removeTree(doomed)
}

async function verify({ run, facts, world, proven }: Refounding, logHint: string): Promise<void> {
  await waitUntilServing(world, facts.own, logHint, run.listener)
  const least = BigInt(facts.snapshot.revision) + revisionBump
  proven(await proveWrites(world, { clientUrl: facts.own.clientUrl, leastRevision: least, former: facts.snapshot }))
}
