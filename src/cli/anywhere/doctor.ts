import type { InspectionWorld } from '../../diagnosis/inspect/inspection-world.ts'
import { type DoctorOptions, lookAsDoctor } from '../../diagnosis/look-as-doctor.ts'
import type { CommandStreams } from '../command-streams.ts'

/** Looks for everything that goes wrong in practice; returns 0 for well, 1 for attention, 2 for broken. */
export async function runDoctor(
  options: DoctorOptions,
  streams: CommandStreams,
  world: InspectionWorld,
): Promise<number> {
  const { text, status } = await lookAsDoctor(options, streams, world)
  streams.stdout.write(text)
  return status
}
