import { existsSync } from 'node:fs'
import { createClockSync } from '../../host/clock-sync.ts'
import { readFreeBytes } from '../../host/free-bytes.ts'
import { readBusyPorts } from '../../host/net/busy-ports.ts'
import type { HostWorld } from '../host-world.ts'
import { memberPassages, requirePassage, signerPassages } from '../member/ensure-passage.ts'
import { readMemberPorts } from '../member/member-ports.ts'
import { typedAddresses } from '../member/own-addresses.ts'
import { memberArguments, type OwnMember } from '../member/own-member.ts'
import { refuseInTheWay } from '../refuse-in-the-way.ts'
import { mayRunEtcd } from '../run/check-host.ts'
import { formatArguments } from '../run/format-arguments.ts'
import type { RunProgress } from '../run/run-progress.ts'
import type { InitFacts } from './plan-init.ts'
import { type SignerSettings, typedSettings } from './signer-settings.ts'

/** Reads everything that decides whether this host may found a cluster; changes nothing. */
export async function readInitFacts(
  world: HostWorld,
  { own, etcds, settings, progress }: Pick<InitFacts, 'own' | 'etcds' | 'settings' | 'progress'>,
): Promise<InitFacts> {
  const { layout, clock, run } = world
  await refuseInTheWay(world, progress, [layout.configuration])
  await requirePassage(world, initPassages(world))
  return {
    own,
    etcds,
    arguments: formatArguments(
      'init',
      { name: own.name, address: typedAddresses(own), ...typedSettings(settings) },
      memberArguments(own),
    ),
    progress,
    caState: caState(world, progress),
    // Of a CA the key counts; without it the certificate is in the way.
    caFile: existsSync(layout.caKey) ? layout.caKey : layout.caCertificate,
    settings,
    dataDirectory: layout.dataDirectory,
    dataDirectoryState: dataState(world, progress),
    freeDiskBytes: readFreeBytes(layout.dataDirectory),
    busyPorts: await readPorts(world, own, settings),
    clockIsSynchronized: (await createClockSync(clock, run)()) ?? undefined,
  }
}

/** Where the accounts of a first member must get to. */
export function initPassages(world: Pick<HostWorld, 'layout'>) {
  return { ...memberPassages(world), ...signerPassages(world) }
}

function caState({ layout }: HostWorld, progress: RunProgress | undefined): InitFacts['caState'] {
  if (!existsSync(layout.caKey) && !existsSync(layout.caCertificate)) return 'absent'
  const isOurs = progress?.started.some((id) => id === 'make-ca' || id === 'install-ca') === true
  return isOurs ? 'ours' : 'foreign'
}

function dataState({ layout }: HostWorld, progress: RunProgress | undefined): InitFacts['dataDirectoryState'] {
  if (!existsSync(layout.dataDirectory)) return 'absent'
  return mayRunEtcd(progress) ? 'ours' : 'foreign'
}

async function readPorts(
  { etcdPorts }: HostWorld,
  own: OwnMember,
  { embeddedPort }: SignerSettings,
): Promise<readonly number[]> {
  const front = embeddedPort === undefined ? [] : await readBusyPorts(own.address, [embeddedPort])
  return [...(await readMemberPorts(own, etcdPorts)), ...front]
}
