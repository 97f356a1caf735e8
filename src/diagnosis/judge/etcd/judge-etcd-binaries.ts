import { dirname } from 'node:path'
import { type Finding, well } from '../../../core/finding.ts'
import { quoteShell } from '../../../core/quote-shell.ts'
import { hostLayout } from '../../../host/host-layout.ts'
import type { InspectedEtcdBinaries } from '../../inspect/etcd/inspect-etcd-binaries.ts'

const check = 'etcd-binaries'
const deletedMark = ' (deleted)'

/** Whether the etcd that starts next on this host has a unit, is root's alone, and is the one that runs. Pure. */
export function judgeEtcdBinaries(found: InspectedEtcdBinaries): Finding {
  return judgeMove(found) ?? judgeLink(found) ?? judgeUnit(found) ?? judgeOwner(found) ?? judgeRunning(found)
}

function judgeMove({ move }: InspectedEtcdBinaries): Finding | undefined {
  if (move === undefined) return undefined
  const why = 'one that was cut off may have left this member without etcd, and keeps others from moving'
  const fix = `unless it is under way, type it again: ${move}`
  return { check, level: 'attention', what: 'a move to another etcd has not ended', why, fix }
}

function judgeLink({ link, target, next }: InspectedEtcdBinaries): Finding | undefined {
  if (next !== undefined) return undefined
  const what = target === undefined ? `${link} is not there` : `${link} leads to ${target}, where there is no etcd`
  const why = 'the etcd that runs goes on, and none starts after it'
  const fix = `make it lead to the directory of this member's etcd, such as /usr/bin: ln -sfT DIR ${quoteShell(link)}`
  return { check, level: 'broken', what, why, fix }
}

// etcd-server brought it and was removed since; or it was a link to ours, and systemctl disable takes links away (systemctl(1)).
function judgeUnit({ hasUnit }: InspectedEtcdBinaries): Finding | undefined {
  if (hasUnit !== false) return undefined
  const { etcdUnit, etcdUnitSource } = hostLayout()
  const link = `ln -sfT ${etcdUnitSource} ${etcdUnit} && systemctl daemon-reload`
  const why = 'this member does not start at the next boot, nor once its etcd has ended'
  const fix = `bring Signet's own: ${link} && systemctl enable --now etcd`
  return { check, level: 'broken', what: 'there is no etcd.service on this host', why, fix }
}

// Whoever can exchange the file has root run theirs, and etcd's key in their hands.
function judgeOwner({ problem }: InspectedEtcdBinaries): Finding | undefined {
  if (problem === undefined) return undefined
  const isTheirs = problem.code === 'refused'
  const why = isTheirs
    ? 'root runs these programs, and etcd with the key of this member'
    : 'this member cannot be looked after, or cannot start'
  const fix = problem.hint === undefined ? {} : { fix: problem.hint }
  return { check, level: isTheirs ? 'broken' : 'attention', what: problem.message, why, ...fix }
}

function judgeRunning({ next = '', running }: InspectedEtcdBinaries): Finding {
  const fix = 'with the other members healthy: systemctl restart etcd'
  if (running === `${next}${deletedMark}`) {
    return { check, level: 'note', what: `etcd runs a file that was replaced: ${next}`, fix }
  }
  if (running !== undefined && running !== next) {
    const what = `etcd runs from ${running}, and its next start takes ${next}`
    const why = 'whenever it ends, another version may come up than the one that runs'
    return { check, level: 'attention', what, why, fix }
  }
  return well(check, `etcd starts from ${dirname(next)}`)
}
