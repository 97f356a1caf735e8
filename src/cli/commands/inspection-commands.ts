import type { DoctorOptions } from '../../diagnosis/look-as-doctor.ts'
import type { StatusOptions } from '../../diagnosis/look-at-status.ts'
import type { MetricsOptions } from '../../diagnosis/metrics/run-metrics.ts'
import { defaultConfigFile } from '../../host/signet-config.ts'
import type { CommandWords, OptionWords } from '../command-words.ts'
import { jsonOption, requestedDirOption, sshConfigOption } from './shared-options.ts'

const hostPlaces: readonly OptionWords[] = [
  requestedDirOption,
  ['--sandbox <dir>', 'look at the sandbox in this directory as at a signer'],
  ['--config <file>', `a signer's configuration (default: ${defaultConfigFile})`],
  ['--signer-ip <ip>', 'ask this signer (default: the one that request was given)'],
  ['--port <port>', "port of that signer's SSH (default: 22)"],
  sshConfigOption,
]
const places: readonly OptionWords[] = [
  ...hostPlaces,
  ['--no-color', 'print no colours (nor where NO_COLOR is set, or the output is no terminal)'],
  jsonOption,
]

/** What `status` and `doctor` share: where they look, and what their status means. */
const inspection = {
  combinations: [
    { option: '--port', needs: '--signer-ip' },
    { option: '--ssh-config', needs: '--signer-ip' },
  ],
  note: 'Exit status: 0 well, 1 attention, 2 broken.',
  leaves: 'nothing was changed',
} as const

export const status: CommandWords = {
  ...inspection,
  name: 'status',
  description:
    'print the certificates of this host, the members, the signer and, on the signer itself, the masters seen',
  options: [
    ...places,
    ['--watch', 'look again every five seconds, until Ctrl-C'],
    ['--html <file>', 'write a page for a browser into this file, in place of the screen'],
    ['--forget <name>', 'on the signer: wait no more for this master, which is gone for good'],
  ],
  combinations: [
    ...inspection.combinations,
    ...['--dir', '--sandbox', '--config', '--signer-ip', '--watch', '--json', '--html'].map((option) => {
      return { option, excludes: '--forget' }
    }),
    ...['--watch', '--json'].map((option) => ({ option, excludes: '--html' })),
  ],
  examples: [
    'signet status',
    'signet status --watch',
    'signet status --json | jq .state',
    'signet status --html /root/signet.html',
    'signet status --forget kubemaster-7',
  ],
  run: async ({ forget, ...options }: StatusOptions & { readonly forget?: string }, world) =>
    forget === undefined
      ? (await import('../anywhere/status.ts')).runStatus(options, world)
      : (await import('../signer/status-forget.ts')).runForget(forget, world, await world.openHostBriefly()),
}

export const doctor: CommandWords = {
  ...inspection,
  name: 'doctor',
  description: 'look for everything that goes wrong: what, why it matters, what to type',
  options: [
    ...places,
    ['--all', 'show what is well, too'],
    ['--at <time>', 'judge what will be broken by then: +36h, or 2026-01-31T12:00:00Z'],
  ],
  examples: [
    'signet doctor',
    'signet doctor --at +36h',
    `signet doctor --json | jq '.findings[] | select(.level != "well")'`,
  ],
  run: async (options: DoctorOptions, world) =>
    (await import('../../diagnosis/look-at-host.ts')).lookAtHost(world, async (inspection) =>
      (await import('../anywhere/doctor.ts')).runDoctor(options, world, inspection),
    ),
}

export const metrics: CommandWords = {
  name: 'metrics',
  description: "print this host's metrics for Prometheus; signet-metrics.timer publishes them, and a page",
  options: [
    ...hostPlaces,
    ['--extract <dir>', "write them and what is kept from one time to the next there (root's half of the timer)"],
    ['--publish <dir>', 'put what --extract wrote into this directory (the other half, by an account of its own)'],
  ],
  combinations: [...inspection.combinations, { option: '--publish', excludes: '--extract' }],
  leaves: 'what was published before stays',
  examples: ['signet metrics', 'signet metrics --sandbox /tmp/signet | promtool check metrics'],
  run: async (options: MetricsOptions, world) =>
    (await import('../../diagnosis/look-at-host.ts')).lookAtHost(world, async (inspection) =>
      (await import('../../diagnosis/metrics/run-metrics.ts')).runMetrics(options, world, inspection),
    ),
}
