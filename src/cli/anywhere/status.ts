import { lookAtHost } from '../../diagnosis/look-at-host.ts'
import { lookAtStatus, type StatusOptions } from '../../diagnosis/look-at-status.ts'
import { watch } from '../../diagnosis/screen/watch.ts'
import type { CommandStreams } from '../command-streams.ts'

/** Prints what this host has and sees, or shows it again and again; returns 0 for well, 1 for attention, 2 for broken. */
export async function runStatus(options: StatusOptions, streams: CommandStreams): Promise<number> {
  const look = () => lookAtHost(streams, (world) => lookAtStatus(options, streams, world))
  if (options.watch === true) return watch(look, { stdout: streams.stdout, intervalMs: 5000 })
  const { text, status } = await look()
  streams.stdout.write(text)
  return status
}
