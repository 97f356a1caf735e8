import type { HostWorld } from '../../setup/host-world.ts'
import { forgetMaster } from '../../setup/joins/forget-master.ts'
import { requireSigner } from '../../setup/joins/signer-host.ts'
import { type CommandStreams, sayOn } from '../command-streams.ts'

/** Has the signer forget a master that is gone for good. */
export async function runForget(name: string, streams: CommandStreams, world: HostWorld): Promise<void> {
  await requireSigner(world)
  await forgetMaster(world, name)
  sayOn(streams)(`${name} is forgotten; it is counted again once it has renewed twice`)
}
