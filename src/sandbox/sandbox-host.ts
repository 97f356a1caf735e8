import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createSshAsker } from '../client/ask/ask-signer.ts'
import { systemClock } from '../core/clock.ts'
import { SignetError } from '../core/signet-error.ts'
import type { RunProgram } from '../host/clock-sync.ts'
import { localFiles } from '../host/files/local-files.ts'
import { findFreePorts } from '../host/net/free-port.ts'
import { runProgram } from '../host/programs/run-program.ts'
import type { Systemd } from '../host/programs/systemd-unit.ts'
import type { HostWorld } from '../setup/host-world.ts'
import { knowsRaftLeader } from '../setup/member/knows-raft-leader.ts'
import { ChildUnits, type UnitSettings } from './child-units.ts'

/** Where a host of a directory is, and what runs on it. */
export interface SandboxHostSettings extends UnitSettings {
  /** A loopback address. */
  readonly address: string
}

/** A host below a directory, on a loopback address and ports of its own: what `setup` sees of it, and its processes. */
export class SandboxHost {
  readonly name: string
  readonly address: string
  readonly units: ChildUnits
  readonly world: HostWorld
  /** For an SSH server of its own. */
  readonly sshPort: number

  private constructor(settings: SandboxHostSettings, [client = 0, peer = 0, metrics = 0, ssh = 0]: readonly number[]) {
    this.name = settings.name
    this.address = settings.address
    this.units = new ChildUnits(settings)
    this.sshPort = ssh
    this.world = sandboxWorld(settings, this.units, { client, peer, metrics })
  }

  /** Makes what packages make on a host, and finds ports. */
  static async create(settings: SandboxHostSettings): Promise<SandboxHost> {
    const { layout, logs, address } = settings
    const made = [layout.authoritySocket, layout.journal, layout.hostKey, layout.setupLog, layout.firstBoot]
    for (const directory of [...made.map(dirname), logs, join(layout.root, 'etc')]) {
      mkdirSync(directory, { recursive: true })
    }
    // Together: one that is found later could be one of these, which nobody listens on yet.
    return new SandboxHost(settings, await findFreePorts([address, '127.0.0.1'], 4))
  }
}

/**
 * What `setup` sees of such a host.
 * @internal
 */
export function sandboxWorld(
  { name, layout, signal, leaveOut }: Pick<UnitSettings, 'name' | 'layout' | 'signal' | 'leaveOut'>,
  systemd: Systemd,
  etcdPorts: HostWorld['etcdPorts'],
): HostWorld {
  const ownUid = process.geteuid?.() ?? 0
  const run: RunProgram = async (command, args, timeoutMs) => {
    if (basename(command) === 'etcd') return runProgram(command, args, timeoutMs)
    leaveOut(command)
    throw new SignetError('configuration', `${command} is not in a sandbox`)
  }
  return {
    layout,
    systemd,
    front: { ensure: async () => leaveOut("sshd's drop-in, the account signer") },
    readOwner: async () => undefined,
    findBarrier: async () => undefined,
    // It runs what whoever started it runs, as that account.
    guardProgram: async () => {},
    etcdPrograms: ['etcd'],
    ownUid,
    isRoot: true,
    hostName: name,
    etcdPorts,
    isServing: knowsRaftLeader,
    run,
    ask: createSshAsker({ ownUid }),
    confirm: async () => undefined,
    files: localFiles,
    clock: systemClock,
    signal,
  }
}
