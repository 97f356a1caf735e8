import type { CommandWords } from '../command-words.ts'
import type { KubeadmConfigOptions } from '../master/kubeadm-config.ts'
import type { RenewOptions } from '../master/renew.ts'
import type { RequestOptions } from '../master/request.ts'
import { jsonOption, requestedDirOption, signerPortOption, sshConfigOption } from './shared-options.ts'

const request: CommandWords = {
  name: 'request',
  description: "get this master's first certificate: make the key, ask the signer over ssh, verify, install",
  options: [
    ['--signer-ip <ip>', 'address of the signer; must be given'],
    ['--name <name>', 'kubemaster-<id> (default: the host name)'],
    ['--pin <pin>', 'refuse any CA but the one that init printed this pin of'],
    ['--dir <dir>', "put all files there (default: kubeadm's own paths)"],
    ['--key-type <type>', 'p256, p384, p521, rsa or ed25519 (default: p256)'],
    ['--new-key', 'make a new key although there is one'],
    signerPortOption,
    sshConfigOption,
    ['--bind <address>', 'address of this host to call from'],
    ['--dry-run', 'ask all but the certificate, print the plan, and change nothing'],
    jsonOption,
  ],
  examples: [
    'signet request --signer-ip=192.0.2.11 --pin=SHA256:0123...',
    'signet request --signer-ip=192.0.2.11 --name=kubemaster-1 --dir /etc/my-etcd-client --dry-run',
  ],
  leaves: 'a certificate is installed whole or not at all; see: signet status',
  run: async (options: RequestOptions, world) => (await import('../master/request.ts')).runRequest(options, world),
}

const renew: CommandWords = {
  name: 'renew',
  description: 'renew the certificate where it is due: what the timer runs',
  options: [
    requestedDirOption,
    ['--state <file>', "what request left, such as a member's renewal file (default: the one in --dir)"],
    ['--force', 'renew whether it is due or not'],
    ['--wait <duration>', 'where it has expired, ask again for so long: before what needs it is started'],
    ['--exec <command>', 'a command for sh -c after each renewal'],
    ['--daemon', 'stay, and renew whenever it is due: for containers'],
    jsonOption,
  ],
  combinations: [
    { option: '--dir', excludes: '--state' },
    // A daemon waits until renewing is due, and tries again by itself.
    { option: '--force', excludes: '--daemon' },
    { option: '--wait', excludes: '--daemon' },
  ],
  note:
    'signet-renew.timer runs it every five minutes; for a directory, signet-renew@$(systemd-escape --path DIR).timer does. ' +
    "The key is kept, unless the installed pair is another master's, as kubeadm join leaves it.",
  examples: [
    'signet renew',
    'signet renew --force --json',
    "signet renew --daemon --dir /pki --exec 'touch /pki/renewed'",
  ],
  run: async (options: RenewOptions, world) => (await import('../master/renew.ts')).runRenew(options, world),
}

const kubeadmConfig: CommandWords = {
  name: 'kubeadm-config',
  description:
    "print kubeadm's ClusterConfiguration with etcd.external: the members of this moment, this master's files",
  options: [
    requestedDirOption,
    ['--merge <file>', 'print this file of kubeadm with it instead; the file itself stays as it is'],
    ['--flag', "print only kube-apiserver's flag --etcd-servers, with the members of this moment"],
    jsonOption,
  ],
  combinations: [
    { option: '--merge', excludes: '--flag' },
    { option: '--json', excludes: '--merge' },
    { option: '--json', excludes: '--flag' },
  ],
  note: 'All of it goes to standard output, and nothing is written. In FILE, etcd is replaced and every other line stays.',
  examples: [
    'signet kubeadm-config > kubeadm.yaml',
    'signet kubeadm-config --merge my-kubeadm.yaml > kubeadm.yaml',
    'signet kubeadm-config --flag',
  ],
  run: async (options: KubeadmConfigOptions, world) =>
    (await import('../master/kubeadm-config.ts')).runKubeadmConfig(options, world),
}

/** What happens on a master. */
export const masterCommands = [request, renew, kubeadmConfig]
