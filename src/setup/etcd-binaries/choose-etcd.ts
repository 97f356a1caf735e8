import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { compareEtcdVersions, type EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import type { EtcdOrigin, FoundEtcd, UsableEtcd } from './found-etcd.ts'

/** What else than the binaries themselves decides. */
export interface EtcdWish {
  /** The minor version that the cluster runs, `3.6`; undefined where there is no cluster yet, or it is not known. */
  readonly clusterVersion?: string | undefined
  /** Where the etcd is with which an interrupted run began: what it has started goes on with it. */
  readonly begunWith?: string | undefined
}

/** An etcd that was found, and why it was taken or was not. */
export interface ToldEtcd extends FoundEtcd {
  readonly isChosen: boolean
  readonly reason: string
}

export interface EtcdChoice {
  readonly etcd: UsableEtcd
  readonly found: readonly ToldEtcd[]
}

/**
 * The etcd that this host is to run: the one that was named; else, of the minor version that the cluster runs, the newest of
 * ours and the distribution's; else the newest of ours, else the distribution's. Pure. Throws `configuration`.
 */
export function chooseEtcd(found: readonly FoundEtcd[], wish: EtcdWish = {}): EtcdChoice {
  const named = found.find(({ from }) => from === 'named')
  const etcd = named === undefined ? chooseUnnamed(found, wish) : requireUsable(named)
  const told = found.map((one) => ({ ...one, isChosen: isSame(one, etcd), reason: explain(one, etcd, wish) }))
  return { etcd, found: told }
}

function chooseUnnamed(found: readonly FoundEtcd[], wish: EtcdWish): UsableEtcd {
  const usable = found.filter(isUsable).filter(({ from }) => from !== 'local')
  const begun = usable.find(({ directory }) => directory === wish.begunWith)
  const [best] = usable.filter((one) => fitsCluster(one, wish)).toSorted((one, other) => rank(one, other, wish))
  if (begun !== undefined) return begun
  if (best !== undefined) return best
  throw usable.length === 0 ? noEtcd(found) : noFitting(usable, wish.clusterVersion ?? '')
}

// Where the cluster decides about the minor version the newest patch counts, whoever brings it; of one version ours.
function rank(one: UsableEtcd, other: UsableEtcd, { clusterVersion }: EtcdWish): number {
  const byVersion = compareEtcdVersions(other.version, one.version)
  const byOrigin = order.indexOf(one.from) - order.indexOf(other.from)
  return clusterVersion === undefined ? byOrigin || byVersion : byVersion || byOrigin
}

const order: readonly EtcdOrigin[] = ['signet-etcd', 'distribution']

function fitsCluster({ version: { major, minor } }: UsableEtcd, { clusterVersion }: EtcdWish): boolean {
  return clusterVersion === undefined || clusterVersion === `${major}.${minor}`
}

function isUsable(found: FoundEtcd): found is FoundEtcd & { readonly version: EtcdVersion } {
  return found.problem === undefined && found.version !== undefined
}

function isSame(one: FoundEtcd, other: UsableEtcd): boolean {
  return one.directory === other.directory && one.from === other.from
}

function requireUsable(found: FoundEtcd): UsableEtcd {
  if (isUsable(found)) return found
  throw found.problem ?? noEtcd([found])
}

function explain(one: FoundEtcd, etcd: UsableEtcd, wish: EtcdWish): string {
  const { clusterVersion } = wish
  if (isSame(one, etcd)) return explainChoice(one, wish)
  if (!isUsable(one)) return `cannot be taken: ${one.problem?.message ?? 'it does not tell its version'}`
  if (etcd.from === 'named') return 'not taken: another one was named'
  if (one.from === 'local') return `taken only where it is named: ${optionOf(one)}`
  if (etcd.directory === wish.begunWith) return 'not taken: the interrupted run began with another one'
  if (!fitsCluster(one, wish)) return `not taken: the cluster runs ${clusterVersion}`
  if (compareEtcdVersions(one.version, etcd.version) < 0) return `not taken: the one in ${etcd.directory} is newer`
  return `not taken: that of the package signet-etcd in ${etcd.directory} goes first`
}

function explainChoice({ from, directory }: FoundEtcd, { clusterVersion, begunWith }: EtcdWish): string {
  if (from === 'named') return 'taken: it was named'
  if (directory === begunWith) return 'taken: the interrupted run began with it'
  if (clusterVersion !== undefined) return `taken: the newest here of ${clusterVersion}, which the cluster runs`
  return from === 'signet-etcd' ? 'taken: the newest of the package signet-etcd' : "taken: the distribution's"
}

function optionOf({ directory }: FoundEtcd): string {
  return `--etcd=${quoteShell(directory)}`
}

function noEtcd(found: readonly FoundEtcd[]): SignetError {
  const broken = found.find(({ from, problem }) => from !== 'local' && problem !== undefined)?.problem
  if (broken !== undefined) return broken
  const [local] = found.filter(isUsable)
  return new SignetError('configuration', 'there is no etcd on this host', {
    hint:
      local === undefined
        ? 'apt install etcd-server etcd-client; or bring another: docs/OPERATIONS.md, "Which etcd a host runs"'
        : `to run the ${formatVersion(local.version)} in ${local.directory}, name it: ${optionOf(local)}`,
  })
}

function noFitting(usable: readonly UsableEtcd[], clusterVersion: string): SignetError {
  const here = usable.map(({ version, directory }) => `${formatVersion(version)} in ${directory}`).join(', ')
  const message = `the cluster runs etcd ${clusterVersion}, and this host has none of that: ${here}`
  return new SignetError('configuration', message, {
    hint: `install the package signet-etcd of ${clusterVersion}, or name another: --etcd=DIR; see docs/OPERATIONS.md, "Which etcd a host runs"`,
  })
}
