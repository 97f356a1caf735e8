import { isServingMember } from '../../cluster/cluster-view.ts'
import { readClusterVersion } from '../../cluster/read-cluster-version.ts'
import { SignetError } from '../../core/signet-error.ts'
import { formatVersion } from '../../etcd/kubeadm-minimum.ts'
import { formatMinor, type MinorVersion, minorOf } from '../../etcd/upgrade-rules.ts'
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

/** Forbids going back where no older etcd would start. */
export async function refuseNoWayBack(run: UseRun): Promise<void> {
  const { previous } = run.facts
  if (!run.mayHaveBegun('restart') || previous.version === undefined) return
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
