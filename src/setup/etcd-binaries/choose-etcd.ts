import { SignetError } from '../../core/signet-error.ts'
import { compareEtcdVersions, type EtcdVersion } from '../../etcd/flags-by-version.ts'
import type { FoundEtcd, UsableEtcd } from './found-etcd.ts'

/** The etcd that this host is to run: the one that was named, else the newest of ours, else the distribution's. Pure. */
export function chooseEtcd(found: readonly FoundEtcd[]): UsableEtcd {
  const named = found.find(({ from }) => from === 'named')
  if (named !== undefined) return requireUsable(named)
  const usable = found.filter(isUsable)
  const ours = newest(usable.filter(({ from }) => from === 'signet-etcd'))
  const chosen = ours ?? usable.find(({ from }) => from === 'distribution')
  if (chosen !== undefined) return chosen
  throw noEtcd(found)
}

function newest(found: readonly UsableEtcd[]): UsableEtcd | undefined {
  return found.toSorted((one, other) => compareEtcdVersions(other.version, one.version))[0]
}

function isUsable(found: FoundEtcd): found is FoundEtcd & { readonly version: EtcdVersion } {
  return found.problem === undefined && found.version !== undefined
}

function requireUsable(found: FoundEtcd): UsableEtcd {
  if (isUsable(found)) return found
  throw found.problem ?? noEtcd([found])
}

function noEtcd(found: readonly FoundEtcd[]): SignetError {
  const broken = found.find(({ from, problem }) => from !== 'local' && problem !== undefined)?.problem
  if (broken !== undefined) return broken
  const others = found.map(({ directory }) => directory)
  return new SignetError('configuration', 'there is no etcd on this host', {
    hint:
      others.length > 0
        ? `to run the one in ${others[0]}: --etcd=${others[0]}`
        : 'apt install etcd-server etcd-client; or bring another: docs/OPERATIONS.md, "Which etcd a host runs"',
  })
}
