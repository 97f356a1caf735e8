import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../../core/byte-count.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readStoreRevision } from '../../etcd/snapshot/store-revision.ts'
import { withLargeFile } from '../../host/large-files/read-large-file.ts'
import { etcdService } from '../member/default-member.ts'
import { formatEtcdFlagsFile } from '../member/etcd-environment-file.ts'
import { waitUntilServing } from '../member/wait-until-serving.ts'
import type { Act } from '../run/apply-plan.ts'
import { askFormerMembers } from './former-members.ts'
import { freeUndone, moveAside, moveBack, renameSynced } from './move-aside.ts'
import { withFlags } from './own-etcd.ts'
import { bumpBy, mayServe, planRecover, type RecoverStepId } from './plan-recover.ts'
import { proveNewCluster } from './prove-new-cluster.ts'
import { databaseIn, formatSource } from './recover-facts.ts'
import type { RecoverRun } from './recover-run.ts'
import { slowestStartMs } from './stand-down/watch-own-member.ts'
import { formatMarker, otherMembers, removeMarker, type StandDownMarker, writeMarker } from './stand-down-marker.ts'

/** What each step of a recovery does, and how it is undone. */
export function recoverActs(run: RecoverRun): Readonly<Record<RecoverStepId, Act>> {
  return {
    'look-again': { run: () => lookAgain(run), undo: () => markAgain(run, 'stood-down') },
    'move-aside': { run: () => moveDataAside(run), undo: () => moveBack(run.facts.place) },
    restore: { run: () => restore(run), undo: () => takeStoreAway(run) },
    configure: { run: () => configure(run), undo: () => configureBack(run) },
    start: { run: () => start(run), undo: () => stopAgain(run) },
    prove: {
      run: async () => {
        run.created = await proveNewCluster(run)
      },
    },
  }
}

async function lookAgain(run: RecoverRun): Promise<void> {
  const { facts, host } = run
  if (mayServe(run.progress)) return
  await refuseAwakened(run)
  const { utc, token } = newNames(run)
  await run.noteOnce('marker', formatMarker(facts.marker))
  await run.noteOnce('source', formatSource(facts.source))
  await run.noteOnce('utc', utc)
  await run.noteOnce('token', token)
  await run.noteOnce('flags', (await host.files.read(host.layout.etcdFlags))?.text ?? '')
  await run.noteOnce('hadData', existsSync(facts.place.live) ? 'yes' : 'no')
  await markAgain(run, 'recovering')
  await host.systemd.reload()
  await host.systemd.stop(etcdService)
}

async function refuseAwakened({ facts, host }: RecoverRun): Promise<void> {
  planRecover({ ...facts, others: await askFormerMembers(otherMembers(facts.marker), host) })
}

// Of the moment of the plan, as the place that the plan has shown.
function newNames({ facts: { place, now } }: RecoverRun) {
  const utc = place.aside.slice(place.aside.lastIndexOf('-') + 1)
  return { utc, token: `signet-${Math.floor(now.getTime() / 1000)}` }
}

async function markAgain({ facts, host }: RecoverRun, state: StandDownMarker['state']): Promise<void> {
  await writeMarker({ ...facts.marker, state }, host)
}

async function moveDataAside(run: RecoverRun): Promise<void> {
  // Where there were none, what is there now is what this run has made.
  if (mayServe(run.progress) || run.noted('hadData') === 'no') return
  await moveAside(run.facts.place)
}

async function restore(run: RecoverRun): Promise<void> {
  const { facts, host, parts, listener } = run
  const { place, source, own, tool, answers } = facts
  if (run.noted('store') === 'whole' && existsSync(place.live)) return
  await clearPlace(run)
  const isRaised = tool.canBump && !answers.isWithoutBump
  await parts.restore({
    tool,
    file: source.kind === 'database' ? databaseIn(place, place.aside) : source.file,
    dataDirectory: place.making,
    memberName: own.name,
    peerUrls: own.peerUrls,
    initialCluster: { [own.name]: own.peerUrls },
    token: run.noted('token') ?? '',
    bump: isRaised ? { by: bumpBy, markCompacted: true } : undefined,
    skipHashCheck: source.kind === 'database',
    owner: await host.readOwner('etcd'),
    onProgress: (restored, total) => listener.waiting(`${formatBytes(restored)} of ${formatBytes(total)}`),
  })
  await run.note('revisionAfter', `${await readRestored(run, isRaised)}`)
  await takePlace(run)
  await run.noteWhole()
}

/** What a run that was cut off has left at the names that this one needs: never the member's own data, which are aside. */
async function clearPlace(run: RecoverRun): Promise<void> {
  const { place } = run.facts
  const { files } = run.host
  await files.removeTree(place.making)
  if (!existsSync(place.live)) return
  if (run.noted('hadData') !== 'no' && !existsSync(place.aside)) {
    throw new SignetError('internal', `${place.live} is there, and nothing is aside`)
  }
  await takeStoreAway(run)
}

/**
 * The restored store leaves its place in one step, so that etcd never sees half of it. One that etcd has run on is kept: somebody
 * may have written to it.
 */
async function takeStoreAway(run: RecoverRun): Promise<void> {
  const { place } = run.facts
  const { files } = run.host
  await run.note('store', '')
  await files.removeTree(place.making)
  const isOurs = run.noted('hadData') === 'no' || existsSync(place.aside)
  if (!isOurs || !existsSync(place.live)) return
  if (run.mayHaveBegun('start')) return renameSynced(place.live, freeUndone(place))
  await rename(place.live, place.making)
  await files.removeTree(place.making)
}

// The restored file itself: the store that etcd will open, before it does.
async function readRestored({ facts }: RecoverRun, isRaised: boolean): Promise<bigint> {
  const file = join(facts.place.making, 'member/snap/db')
  const read = await withLargeFile(file, ({ readAt }) => readStoreRevision(readAt))
  const wanted = facts.source.revision + (isRaised ? bumpBy : 0n)
  if (read?.revision === wanted) return wanted
  throw new SignetError(
    'bad-data',
    `what was restored is at revision ${read?.revision ?? 'none'}, and not at ${wanted}`,
    {
      hint: 'name another snapshot: signet recover --from=FILE; or recover on another survivor',
    },
  )
}

async function takePlace({ facts: { place }, host }: RecoverRun): Promise<void> {
  if (!place.live.endsWith('/member')) return renameSynced(place.making, place.live)
  await renameSynced(join(place.making, 'member'), place.live)
  await host.files.removeTree(place.making)
}

async function configure(run: RecoverRun): Promise<void> {
  const { own } = run.facts
  // Restoring takes minutes, in which another may have woken; what follows makes a second cluster of it.
  if (!mayServe(run.progress)) await refuseAwakened(run)
  const { layout, files } = run.host
  const flags = withFlags(own.flags, {
    'initial-cluster': own.peerUrls.map((url) => `${own.name}=${url}`).join(','),
    'initial-cluster-state': 'new',
    'initial-cluster-token': run.noted('token') ?? '',
  })
  await files.write(layout.etcdFlags, formatEtcdFlagsFile(flags), { mode: 0o644 })
}

async function configureBack(run: RecoverRun): Promise<void> {
  const { layout, files } = run.host
  const before = run.noted('flags')
  if (before !== undefined) await files.write(layout.etcdFlags, before, { mode: 0o644 })
}

async function start(run: RecoverRun): Promise<void> {
  const { own, place, source } = run.facts
  const { systemd } = run.host
  // Without data etcd would begin an empty cluster, and kube-apiserver would believe it.
  if (run.noted('store') !== 'whole' || !existsSync(place.live)) {
    throw new SignetError('internal', `the restored data are not at ${place.live}`)
  }
  await removeMarker(run.host)
  if (!(await systemd.isActive(etcdService))) await systemd.launch(etcdService)
  const slowestMs = slowestRenewalMs + slowestStartMs(source.bytes)
  await waitUntilServing(run.host, { ...own, slowestMs }, systemd.logOf(etcdService), run.listener)
}

/** etcd's unit renews its certificate first, which the signer may be too lost to answer. */
const slowestRenewalMs = 60_000

// The marker before all: an undoing that is cut off leaves an etcd that does not start.
async function stopAgain(run: RecoverRun): Promise<void> {
  await markAgain(run, 'recovering')
  await run.host.systemd.stop(etcdService)
}
