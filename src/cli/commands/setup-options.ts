import { Option } from 'commander'
import type { Combination, OptionWords } from '../command-words.ts'
import { dryRunOption, jsonOption } from './shared-options.ts'

/** `--config`, for what sets a host up. */
export const configOption = [
  '--config <file>',
  'YAML that answers what no option does, for unattended provisioning',
] as const
/** `--name`, for what makes a member. */
export const nameOption = [
  '--name <etcd-id>',
  "the member's name (default: the host name, with etcd- before it)",
] as const
/** `--quota`, the same. */
export const quotaOption = [
  '--quota <size>',
  'the largest database that its etcd takes, the same on all members (default: 8GiB)',
] as const

/** `--etcd`, the same. */
export const etcdOption = [
  '--etcd <dir>',
  'run the etcd, etcdctl and etcdutl of this directory (default: of the package signet-etcd, else of the distribution)',
] as const

const repeated = (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value]

/** `--address`, once for each family. */
export const addressOption = (usual: string): OptionWords =>
  new Option(
    '--address <ip>',
    `the address it advertises (default: ${usual}); repeatable, with one of the other family: etcd listens there too`,
  ).argParser(repeated)

/** What a signer may be told. */
export const signerOptions: readonly OptionWords[] = [
  new Option('--network <cidr>', 'from where callers are answered; repeatable (default: the own subnet)').argParser(
    repeated,
  ),
  ['--endpoint <front>', 'openssh, or embedded[:PORT] for an SSH server of its own (default: openssh)'],
  ['--client-lifetime <duration>', "how long masters' certificates live (default: 24h)"],
  configOption,
  dryRunOption,
  jsonOption,
]

/** What is left of a cluster that is lost as a whole. */
export const savedOptions: readonly OptionWords[] = [
  ['--ca-key <file>', 'all is lost: the CA key that was saved after init'],
  ['--ca-cert <file>', 'its certificate, ca.crt as every master has it'],
  ['--from <snapshot>', 'found the cluster anew from this snapshot'],
  ['--unsigned', "take a snapshot for which no member's key vouches"],
]

/** They mean something together alone. */
export const savedCombinations: readonly Combination[] = [
  ...['--ca-key', '--ca-cert', '--unsigned'].map((option) => ({ option, needs: '--from' })),
  ...['--ca-key', '--ca-cert'].map((needs) => ({ option: '--from', needs })),
]
