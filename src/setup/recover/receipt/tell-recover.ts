import type { ToldPlan } from '../../run/format-plan.ts'
import { formatSeen, type RecoverPlan } from '../plan-recover.ts'
import type { StandDownPlan } from '../stand-down/plan-stand-down.ts'
import { otherMembers, type StandDownMarker } from '../stand-down-marker.ts'

/** What is said before a recovery begins: what is lost, and whom to stop first. Pure. */
export function tellRecover({ facts, steps, warnings, lostRevisions, goneMembers }: RecoverPlan): ToldPlan {
  const { own, source, apiservers, marker } = facts
  const fields = {
    name: own.name,
    source: {
      kind: source.kind,
      file: source.file,
      revision: `${source.revision}`,
      takenAt: source.takenAt ?? null,
      signedBy: source.signedBy ?? null,
    },
    oldClusterId: marker.clusterId,
    logWrites: marker.logWrites ?? null,
    lostRevisions: `${lostRevisions}`,
    gone: goneMembers.map(({ name }) => name),
    apiservers,
  }
  return {
    lines: [...warnings.map((warning) => `warning: ${warning}`), ...stopFirst(apiservers)],
    fields,
    steps,
    warnings,
  }
}

function stopFirst(apiservers: readonly string[]): readonly string[] {
  const who = apiservers.length === 0 ? 'this host knows of none' : apiservers.join(', ')
  return [
    `stop every kube-apiserver first: ${who}; the list may be incomplete, since it comes from connections to this member, from the database, and on the signer from its journal`,
  ]
}

/** What a dry run of `recover --stand-down` tells. Pure. */
export function tellStandDown({ facts, steps, isDone }: StandDownPlan): ToldPlan {
  const { own, clusterId } = facts
  const fields = { name: own.name, clusterId: clusterId ?? null, isDone }
  return { lines: isDone ? [`${own.name} has stood down already`] : [], fields, steps }
}

/** What a member that has stood down prints: how far its data go, and what to type where. Pure. */
export function formatStoodDown(marker: StandDownMarker): readonly string[] {
  const { name, kept, logWrites } = marker
  const others = otherMembers(marker).map((member) => member.name)
  const options = others.map((other) => `--gone=${other}`).join(' ')
  return [
    `${name} has stood down: etcd is stopped, and starts neither at a boot nor by hand`,
    kept === null ? 'nothing of its data can be read' : `revision ${kept.revision}, of ${kept.file}, ${kept.takenAt}`,
    ...logLines(logWrites),
    'do the same on each other host of the cluster that lives, and compare the revisions: the highest goes on, of equal ones the one with more in its log alone (the number after the +)',
    ...(kept === null
      ? []
      : [
          `to go on here: signet recover ${options}; for each other survivor, instead of --gone, the --seen that it printed`,
        ]),
    `to go on elsewhere, say there of this member: --seen=${formatSeen(name, kept?.revision ?? '0', logWrites)}`,
    'where the quorum came back by itself: signet recover --stand-up',
  ]
}

function logLines(writes: number | null | undefined): readonly string[] {
  if (writes === undefined || writes === null) return ['nothing tells how many writes stand in its log alone']
  if (writes === 0) return []
  return [
    `up to ${writes} writes stand in its log alone, and are not gone on from`,
    'where etcd has not run here since it was cut off, it brings what a quorum had agreed to into its data: signet recover --stand-up, then signet recover --stand-down again',
  ]
}
