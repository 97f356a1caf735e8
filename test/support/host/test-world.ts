import { createSshAsker } from '../../../src/client/ask/ask-signer.ts'
import type { RunProgram } from '../../../src/host/clock-sync.ts'
import { hostLayout } from '../../../src/host/host-layout.ts'
import { createSystemd } from '../../../src/host/programs/systemd-unit.ts'
import { sandboxWorld } from '../../../src/sandbox/sandbox-host.ts'
import type { HostWorld } from '../../../src/setup/host-world.ts'

/** Where a test host keeps its files and where its etcd listens; fit to be sent to another process. */
export interface TestPlace {
  readonly root: string
  readonly etcdPorts: HostWorld['etcdPorts']
  /** The directory of its etcd. */
  readonly etcd: string
}

/** A sandbox's host whose programs, systemctl too, are run by `run`. */
export function testWorld({ root, etcdPorts, etcd }: TestPlace, run: RunProgram): HostWorld {
  const { signal } = new AbortController()
  const layout = { ...hostLayout(root), distributionEtcd: etcd }
  const host = { name: 'one.example.org', layout, signal, leaveOut: () => {} }
  return { ...sandboxWorld(host, createSystemd(run), etcdPorts), run, ask: createSshAsker() }
}
