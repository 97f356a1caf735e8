import { createSshAsker } from '../../../src/client/ask/ask-signer.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { RunProgram } from '../../../src/host/clock-sync.ts'
import { localFiles } from '../../../src/host/files/local-files.ts'
import { hostLayout } from '../../../src/host/host-layout.ts'
import { createSystemd } from '../../../src/host/programs/systemd-unit.ts'
import type { HostWorld } from '../../../src/setup/host-world.ts'
import { knowsRaftLeader } from '../../../src/setup/member/knows-raft-leader.ts'

/** Where a test host keeps its files and where its etcd listens; fit to be sent to another process. */
export interface TestPlace {
  readonly root: string
  readonly etcdPorts: HostWorld['etcdPorts']
}

/** A host below a directory, whose programs are run by `run`. */
export function testWorld({ root, etcdPorts }: TestPlace, run: RunProgram): HostWorld {
  return {
    layout: hostLayout(root),
    systemd: createSystemd(run),
    files: localFiles,
    clock: systemClock,
    run,
    hostName: 'one.example.org',
    isRoot: true,
    ownUid: process.geteuid?.() ?? 0,
    etcdPorts,
    readEtcdOwner: async () => undefined,
    readAuthorityUid: async () => process.geteuid?.() ?? 0,
    confirm: async () => undefined,
    findBarrier: async () => undefined,
    front: { ensure: async () => {} },
    ask: createSshAsker(),
    isServing: knowsRaftLeader,
    signal: new AbortController().signal,
  }
}
