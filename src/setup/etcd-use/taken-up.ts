import { isHealthy, isServingMember, memberLabel } from '../../cluster/cluster-view.ts'
import { readClusterVersion } from '../../cluster/read-cluster-version.ts'
import { SignetError } from '../../core/signet-error.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import { formatMinor, type MinorVersion, minorOf } from '../../etcd/versions/upgrade-rules.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { raisesCluster, votersBesides } from './plan-use.ts'
import type { UseRun } from './use-run.ts'

const unknownLimitMs = 10_000
const pollMs = 500

/** The version that the cluster has taken up, by whichever members tell it. */
export async function readTakenUp(run: UseRun): Promise<MinorVersion | undefined> {
  const view = await run.cluster.readView().catch(() => undefined)
  const urls = view?.members.filter(isServingMember).flatMap(({ member }) => member.clientUrls.slice(0, 1)) ?? []
  const told = await Promise.all(
    urls.map((url) => readClusterVersion(url, memberPaths(run.host.layout)).catch(() => [])),
  )
  const known = told.flat()
  return known.toSorted((one, other) => minorOf(other) - minorOf(one))[0]
}

/** Forbids going back where no older etcd would start, or where the cluster needs this member as it is. */
export async function refuseNoWayBack(run: UseRun): Promise<void> {
  if (!run.mayHaveBegun('restart')) return
  await refuseTakenUp(run)
  // It may be another member's fault that this one is not back: with both away the quorum would be gone, too.
  const { name } = run.facts
  const view = await run.cluster.readView().catch(() => undefined)
  const isUp = view?.members.some((member) => member.member.name === name && isServingMember(member)) === true
  const sick = view === undefined ? undefined : votersBesides({ view, name }).find((voter) => !isHealthy(voter))
  if (!isUp || sick === undefined) return
  throw new SignetError('unavailable', `${memberLabel(sick.member)} is not healthy, so that ${name} is not stopped now`)
}

/** Forbids going back where no older etcd would start. */
export async function refuseTakenUp(run: UseRun): Promise<void> {
  const { previous } = run.facts
  if (previous.version === undefined) return
  const cluster = await readPatiently(run)
  if (cluster === undefined || minorOf(cluster) <= minorOf(previous.version)) return
  const [taken, old] = [formatMinor(minorOf(cluster)), formatVersion(previous.version)]
  throw new SignetError(
    'unavailable',
    `the cluster has taken up ${taken}, and etcd ${old} does not start on its data any more`,
  )
}

// Where the answer decides, and a quorum of others can give it, it is waited for; an interruption must not end that.
async function readPatiently(run: UseRun): Promise<MinorVersion | undefined> {
  const decides = raisesCluster(run.facts) && votersBesides(run.facts).length > 1
  const deadlineMs = run.time.now() + (decides ? unknownLimitMs : 0)
  for (;;) {
    const cluster = await readTakenUp(run)
    if (cluster !== undefined || run.time.now() >= deadlineMs) return cluster
    await run.time.delay(pollMs)
  }
}
