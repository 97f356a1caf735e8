import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import type { ToldEtcd } from './choose-etcd.ts'

/** Every etcd of this host line by line, and why it was taken or was not. */
export function formatEtcds(found: readonly ToldEtcd[]): readonly string[] {
  return found.map((one) => `etcd ${describe(one)}: ${one.reason}`)
}

/** The same for programs. */
export function etcdsJson(found: readonly ToldEtcd[]): readonly object[] {
  return found.map(({ directory, from, version, isChosen, reason }) => {
    return { directory, from, version: version === undefined ? null : formatVersion(version), isChosen, reason }
  })
}

function describe({ version, directory, from }: ToldEtcd): string {
  return `${version === undefined ? '' : `${formatVersion(version)} `}in ${directory} (${from})`
}
