import { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { moveAway } from './foreign-file.ts'
import type { HostFacts } from './host-facts.ts'
import type { RunProgress } from './run-progress.ts'

const spareDiskBytes = 512 * 1024 ** 2

/** Refuses a host that cannot become the member that it is to be, whatever the cluster says. */
export function checkHost(facts: HostFacts): void {
  checkProgress(facts)
  checkData(facts)
  checkDisk(facts, 0)
  checkPorts(facts)
  checkSupported(facts.own.etcdVersion)
}

/** Refuses a disk that cannot hold the database twice (a snapshot is received beside the old one) and some more. */
export function checkDisk({ freeDiskBytes, dataDirectory }: HostFacts, databaseBytes: number): void {
  const neededBytes = databaseBytes * 2 + spareDiskBytes
  if (freeDiskBytes >= neededBytes) return
  const message = `${dataDirectory} has ${inMebibytes(freeDiskBytes)} free and needs ${inMebibytes(neededBytes)}`
  throw new SignetError('configuration', message, { hint: 'make room on that file system, then run it again' })
}

function checkProgress({ own, progress, arguments: given }: HostFacts): void {
  if (progress === undefined) return
  if (progress.isFinished) {
    throw new SignetError('refused', `${own.name} is already a member: this host was set up before`, {
      hint: 'see: signet member list',
    })
  }
  if (progress.arguments !== given) {
    throw new SignetError('refused', 'an interrupted run with other arguments is not finished', {
      hint: `run it again with the arguments of that run: signet ${progress.arguments}`,
    })
  }
}

function checkData({ dataDirectory, dataDirectoryState, progress, own }: HostFacts): void {
  if (dataDirectoryState === 'foreign') {
    throw new SignetError('configuration', `${dataDirectory} holds data that this run did not make`, {
      hint: `move it away if it is not needed: ${moveAway(dataDirectory)}`,
    })
  }
  if (dataDirectoryState === 'ours' && progress === undefined) {
    throw new SignetError('refused', `${own.name} is already a member: ${dataDirectory} holds its data`, {
      hint: 'see: signet member list',
    })
  }
}

function checkPorts({ busyPorts, progress }: HostFacts): void {
  // Who listens is then the etcd of the interrupted run.
  if (busyPorts.length === 0 || mayRunEtcd(progress)) return
  throw new SignetError('configuration', `in use on this host: port ${busyPorts.join(', ')}`, {
    hint: 'see who listens: ss -ltnp; stop it, then run it again',
  })
}

/** Whether an etcd of this run may have been started: by the run, or, once it is configured, by systemd at a boot. */
export function mayRunEtcd(progress: RunProgress | undefined): boolean {
  return progress?.started.includes('write-configuration') === true
}

function checkSupported({ major, minor }: EtcdVersion): void {
  if (major === 3 && minor >= 4) return
  throw new SignetError('configuration', `etcd ${major}.${minor} on this host is not supported`, {
    hint: 'install etcd 3.4, 3.5, 3.6 or 3.7',
  })
}

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)} MiB`
}
