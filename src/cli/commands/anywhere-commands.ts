import { Option } from 'commander'
import { version } from '../../core/version.ts'
import { defaultConfigFile } from '../../host/signet-config.ts'
import type { DoctorOptions } from '../anywhere/doctor.ts'
import type { EtcdctlPlace } from '../anywhere/etcdctl.ts'
import type { StatusOptions } from '../anywhere/status.ts'
import { printJson, warnOn } from '../command-streams.ts'
import type { CommandWords, CommandWorld, OptionWords } from '../command-words.ts'
import { jsonOption, requestedDirOption, sandboxOption, sshConfigOption } from './shared-options.ts'

const loopback = ['127.0.0.0/8', '::1/128']

export const sandbox: CommandWords = {
  name: 'sandbox',
  description: 'run a throw-away cluster on this machine until Ctrl-C: real etcd, both daemons, embedded SSH',
  options: [
    ['--dir <dir>', 'where everything goes (default: a new directory, removed at the end)'],
    new Option('--members <n>', 'etcd members, 1 to 9').default('1', '1'),
    new Option('--client-lifetime <duration>', 'lifetime of client certificates').default('24h', '24h'),
    ['--etcd <dir>', 'run the etcd of this directory (default: the first on PATH)'],
    ['--ipv6', 'listen on ::1 instead of 127.0.0.x'],
    new Option('--network <cidr...>', 'control-plane networks').default(loopback, loopback.join(', ')),
  ],
  examples: ['signet sandbox --dir /tmp/signet --members 3 --client-lifetime 1h'],
  run: async (options, { stderr, untilStopped }) =>
    (await import('../anywhere/sandbox.ts')).runSandbox(options, { stopped: untilStopped(), stderr }),
}

export const etcdctl: CommandWords = {
  name: 'etcdctl',
  description: "run etcdctl with this host's certificate and the endpoints of all members",
  argument: ['[args...]', "etcdctl's own arguments, behind --"],
  options: [
    sandboxOption,
    ['--dir <dir>', 'the directory that request was given, on a master (default: what request has left)'],
  ],
  passesOn: true,
  hint: "what is etcdctl's own stands behind --: signet etcdctl -- ARGS",
  note: 'Exported ETCDCTL_* variables have no effect: give options behind --.',
  examples: [
    'signet etcdctl -- endpoint status -w table',
    'signet etcdctl -- get --prefix signet/',
    'signet etcdctl --dir /root/backup -- endpoint health',
  ],
  run: async (options: EtcdctlPlace, world, args: readonly string[]) =>
    (await import('../anywhere/etcdctl.ts')).runEtcdctl(args, options, world),
}

const places: readonly OptionWords[] = [
  requestedDirOption,
  ['--sandbox <dir>', 'look at the sandbox in this directory as at a signer'],
  ['--config <file>', `a signer's configuration (default: ${defaultConfigFile})`],
  ['--signer-ip <ip>', 'ask this signer (default: the one that request was given)'],
  ['--port <port>', "port of that signer's SSH (default: 22)"],
  sshConfigOption,
  jsonOption,
]

/** What `status` and `doctor` share: where they look, and what their status means. */
const inspection = {
  combinations: [
    { option: '--port', needs: '--signer-ip' },
    { option: '--ssh-config', needs: '--signer-ip' },
  ],
  note: 'Exit status: 0 well, 1 attention, 2 broken.',
} as const

export const status: CommandWords = {
  ...inspection,
  name: 'status',
  description:
    'print the certificates of this host, the members, the signer and, on the signer itself, the masters seen',
  options: places,
  examples: ['signet status', 'signet status --json | jq .state', 'signet status --sandbox /tmp/signet'],
  run: async (options: StatusOptions, world) =>
    (await import('../anywhere/status.ts')).runStatus(options, world, await openInspection(world)),
}

export const doctor: CommandWords = {
  ...inspection,
  name: 'doctor',
  description: 'look for everything that goes wrong: what, why it matters, what to type',
  options: [...places, ['--at <time>', 'judge what will be broken by then: +36h, or 2026-01-31T12:00:00Z']],
  examples: [
    'signet doctor',
    'signet doctor --at +36h',
    `signet doctor --json | jq '.findings[] | select(.level != "well")'`,
  ],
  run: async (options: DoctorOptions, world) =>
    (await import('../anywhere/doctor.ts')).runDoctor(options, world, await openInspection(world)),
}

async function openInspection(world: CommandWorld) {
  const { systemInspection } = await import('../../diagnosis/inspect/inspection-world.ts')
  return systemInspection(warnOn(world))
}

export const versionWords: CommandWords = {
  name: 'version',
  description: 'print the version',
  options: [jsonOption],
  examples: ['signet version --json'],
  run: async ({ json }: { readonly json?: true }, world) =>
    json === true ? printJson(world, { version }) : void world.stdout.write(`${version}\n`),
}
