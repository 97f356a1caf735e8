import type { DoctorOptions } from '../../diagnosis/look-as-doctor.ts'
import { defaultConfigFile } from '../../host/signet-config.ts'
import type { StatusOptions } from '../anywhere/status.ts'
import type { CommandWords, OptionWords } from '../command-words.ts'
import { jsonOption, requestedDirOption, sshConfigOption } from './shared-options.ts'

const places: readonly OptionWords[] = [
  requestedDirOption,
  ['--sandbox <dir>', 'look at the sandbox in this directory as at a signer'],
  ['--config <file>', `a signer's configuration (default: ${defaultConfigFile})`],
  ['--signer-ip <ip>', 'ask this signer (default: the one that request was given)'],
  ['--port <port>', "port of that signer's SSH (default: 22)"],
  sshConfigOption,
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
  options: [...places, ['--watch', 'look again every five seconds, until Ctrl-C']],
  examples: [
    'signet status',
    'signet status --watch',
    'signet status --json | jq .state',
    'signet status --sandbox /tmp/signet',
  ],
  run: async (options: StatusOptions, world) => (await import('../anywhere/status.ts')).runStatus(options, world),
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
