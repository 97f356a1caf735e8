import { findingsStatus } from '../../core/finding.ts'
import { describeHost } from '../../diagnosis/describe-host.ts'
import { formatStatus } from '../../diagnosis/format-status.ts'
import type { HostOptions } from '../../diagnosis/inspect/host-places.ts'
import { type InspectionPorts, inspectHost } from '../../diagnosis/inspect-host.ts'
import { judgeHost } from '../../diagnosis/judge-host.ts'
import type { CommandStreams } from '../command-streams.ts'

/** What an operator may say to `status`, as typed. */
export interface StatusOptions extends HostOptions {
  readonly json?: boolean
}

/** Prints what this host has and sees; returns 0 for well, 1 for attention, 2 for broken. */
export async function runStatus(
  options: StatusOptions,
  { stdout }: CommandStreams,
  ports: InspectionPorts,
): Promise<number> {
  const host = await inspectHost(options, ports)
  const findings = judgeHost(host)
  const description = describeHost(host)
  const status = findingsStatus(findings)
  const state = (['well', 'attention', 'broken'] as const)[status]
  if (options.json === true) stdout.write(`${JSON.stringify({ state, ...description, findings })}\n`)
  else stdout.write(formatStatus(description, findings) || 'nothing to show\n')
  return status
}
