import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../src/core/clock.ts'
import { localFiles } from '../../../src/host/files/local-files.ts'
import { hostLayout } from '../../../src/host/host-layout.ts'
import type { RecoveryWorld } from '../../../src/recovery/recovery-world.ts'
import type { EtcdCluster, RunningEtcd } from './etcd-server.ts'

/** A host, in a directory, whose own member is the one that runs. */
export class RecoveryHost {
  readonly root = mkdtempSync(join(tmpdir(), 'signet-recovery-'))
  readonly world: RecoveryWorld
  /** Ends what the world is used for, as Ctrl-C does. */
  readonly interrupt: AbortController

  /** With the pair of a client, or that which is given. */
  constructor(
    cluster: EtcdCluster,
    member: Pick<RunningEtcd, 'clientUrl' | 'metricsUrl'>,
    files = cluster.clientFiles,
  ) {
    const { keyFile, certFile, caFile } = files
    this.interrupt = new AbortController()
    const own = { memberKey: keyFile, memberCertificate: certFile, caCertificate: caFile }
    this.world = {
      layout: { ...hostLayout(this.root), ...own, dataDirectory: this.root },
      files: localFiles,
      ownUid: process.geteuid?.() ?? 0,
      etcdPorts: { client: portOf(member.clientUrl), metrics: portOf(member.metricsUrl) },
      clock: systemClock,
      signal: this.interrupt.signal,
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}
