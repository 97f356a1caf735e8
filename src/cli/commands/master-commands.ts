import type { Command } from 'commander'
import type { KubeadmConfigOptions } from '../master/kubeadm-config.ts'
import type { RenewOptions } from '../master/renew.ts'
import type { RequestOptions } from '../master/request.ts'

/** `request`, `renew` and `kubeadm-config`: what happens on a master. */
export function addClientCommands(program: Command, untilStopped: () => Promise<void>): void {
  addRequest(program)
  addRenew(program, untilStopped)
  addKubeadmConfig(program)
}

function addRequest(program: Command): void {
  program
    .command('request')
    .description("get this master's first certificate: make the key, ask the signer over ssh, verify, install")
    .option('--signer-ip <ip>', 'address of the leader; must be given')
    .option('--name <name>', 'kubemaster-<id> (default: the host name)')
    .option('--pin <pin>', 'refuse any CA but the one that init printed this pin of')
    .option('--dir <dir>', "put all files there (default: kubeadm's own paths)")
    .option('--key-type <type>', 'p256, p384, p521, rsa or ed25519 (default: p256)')
    .option('--new-key', 'make a new key although there is one')
    .option('--port <port>', "port of the signer's SSH (default: 22)")
    .option('--ssh-config <file>', 'given to ssh as -F')
    .option('--bind <address>', 'address of this host to call from')
    .option('--dry-run', 'ask all but the certificate, print the plan, and change nothing')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  signet request --signer-ip=192.0.2.11 --pin=SHA256:0123...\n  signet request --signer-ip=192.0.2.11 --name=kubemaster-1 --dir /etc/my-etcd-client --dry-run',
    )
    .action(async (options: RequestOptions) => {
      const { runRequest } = await import('../master/request.ts')
      await runRequest(options, process)
    })
}

function addRenew(program: Command, untilStopped: () => Promise<void>): void {
  program
    .command('renew')
    .description('renew the certificate where it is due: what the timer runs')
    .option('--dir <dir>', 'the directory that request was given')
    .option('--state <file>', "what request left, such as a member's renewal file (default: the one in --dir)")
    .option('--force', 'renew whether it is due or not')
    .option('--wait <duration>', 'where it has expired, ask again for so long: before what needs it is started')
    .option('--exec <command>', 'a command for sh -c after each renewal')
    .option('--daemon', 'stay, and renew whenever it is due: for containers')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nsignet-renew.timer runs it every five minutes; for a directory, signet-renew@$(systemd-escape --path DIR).timer does.\n' +
        "\nExamples:\n  signet renew\n  signet renew --force --json\n  signet renew --daemon --dir /pki --exec 'touch /pki/renewed'",
    )
    .action(async (options: RenewOptions) => {
      const { runRenew } = await import('../master/renew.ts')
      const { stdout, stderr } = process
      await runRenew(options, { stdout, stderr, ...(options.daemon === true && { stopped: untilStopped() }) })
    })
}

function addKubeadmConfig(program: Command): void {
  program
    .command('kubeadm-config')
    .description("print the etcd.external stanza of kubeadm's ClusterConfiguration, with the members of this moment")
    .option('--dir <dir>', 'the directory that request was given')
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  signet kubeadm-config >> kubeadm.yaml')
    .action(async (options: KubeadmConfigOptions) => {
      const { runKubeadmConfig } = await import('../master/kubeadm-config.ts')
      await runKubeadmConfig(options, process)
    })
}
