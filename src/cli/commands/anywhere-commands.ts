import { Option } from 'commander'
import { version } from '../../core/version.ts'
import type { EtcdctlPlace } from '../anywhere/etcdctl.ts'
import { printJson } from '../command-streams.ts'
import type { CommandWords } from '../command-words.ts'
import { jsonOption, sandboxOption } from './shared-options.ts'

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

export const completion: CommandWords = {
  name: 'completion',
  description: 'print what makes a shell complete command lines of signet; the packages install it',
  argument: ['<shell>', 'bash, zsh or fish'],
  examples: [
    'signet completion bash > /etc/bash_completion.d/signet',
    'signet completion fish > /etc/fish/completions/signet.fish',
  ],
  run: async (_options, { stdout, untilStopped }, shell: string) => {
    const { formatCompletion } = await import('../../core/completion/format-completion.ts')
    stdout.write(formatCompletion(shell, (await import('../program.ts')).buildProgram(untilStopped)))
  },
}

export const versionWords: CommandWords = {
  name: 'version',
  description: 'print the version',
  options: [jsonOption],
  examples: ['signet version --json'],
  run: async ({ json }: { readonly json?: true }, world) =>
    json === true ? printJson(world, { version }) : void world.stdout.write(`${version}\n`),
}
