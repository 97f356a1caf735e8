import { hostLayout } from '../../host/host-layout.ts'
import { defaultConfigFile } from '../../host/signet-config.ts'
import type { CommandWords } from '../command-words.ts'
import type { SignerAccountOptions } from '../daemon/signer-account-command.ts'
import type { SshdDropInOptions } from '../daemon/sshd-drop-in-command.ts'

const configOption = ['--config <file>', 'configuration', defaultConfigFile] as const

// The first three are here for their help, and for what is wrong with their arguments.
const authority: CommandWords = {
  name: 'authority',
  description: 'daemon: hold the CA key, sign, keep the journal (started by systemd)',
  options: [configOption],
  examples: ['systemctl status signet-authority'],
}

const endpoint: CommandWords = {
  name: 'endpoint',
  description: 'daemon: answer callers over SSH (started by systemd)',
  options: [configOption, ['--ready-file <file>', 'write {"host","port"} there once callers are answered']],
  examples: ['signet endpoint --config /etc/signet/signet.yaml --ready-file /run/signet/ready.json'],
}

const relay: CommandWords = {
  name: 'relay',
  description: 'hand one call from sshd on to the endpoint (the login shell of the account signer)',
  options: [['--socket <path>', "the endpoint's socket", hostLayout().relaySocket]],
  examples: ["SSH_CONNECTION='192.0.2.7 40000 192.0.2.11 22' SSH_ORIGINAL_COMMAND=get-status signet relay"],
}

const sshdDropIn: CommandWords = {
  name: 'sshd-drop-in',
  description: "make sshd's configuration follow signet.yaml, once sshd -t accepts it (run by signet-endpoint.service)",
  options: [configOption, ['--print', 'print it and change nothing']],
  examples: ['signet sshd-drop-in --print'],
  run: async (options: SshdDropInOptions, world) =>
    (await import('../daemon/sshd-drop-in-command.ts')).runSshdDropIn(options, world),
}

const signerAccount: CommandWords = {
  name: 'signer-account',
  description:
    'lock the account signer while anything but sshd could lead into it, or open it again (run by signet-endpoint.service)',
  options: [configOption, ['--open', 'open it also where something else locked it or gave it a password']],
  examples: ['signet signer-account'],
  run: async (options: SignerAccountOptions, world) =>
    (await import('../daemon/signer-account-command.ts')).runSignerAccount(options, world),
}

const etcdFlags: CommandWords = {
  name: 'etcd-flags',
  description: "make etcd's flags fit its version, after an upgrade (run by etcd.service before it starts)",
  options: [['--print', 'print them and change nothing']],
  examples: ['signet etcd-flags --print'],
  run: async (options: { readonly print?: true }, world) =>
    (await import('../daemon/etcd-flags-command.ts')).runEtcdFlags(options, world, await world.openHostBriefly()),
}

/** What systemd and sshd start. */
export const daemonCommands = [authority, endpoint, relay, sshdDropIn, signerAccount, etcdFlags]
