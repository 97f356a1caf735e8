import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Signer } from '../../client/ask/signer.ts'
import { planLayout } from '../../client/client-layout.ts'
import { defaultPairCommands, memberCommands } from '../../client/pair/pair-commands.ts'
import { parseTypedSigner, type TypedSigner } from '../../client/typed-signer.ts'
import { type ClusterAccess, findAccess } from '../../cluster/cluster-access.ts'
import { hostLayout } from '../../host/host-layout.ts'
import { defaultConfigFile } from '../../host/signet-config.ts'
import { pairCommands, readScheduler, renewalTimer } from '../renewal-timer.ts'
import type { PairPlace } from './inspect-pair.ts'
import type { RenewalTimer } from './inspect-timer.ts'

/** Where an operator wants `status` and `doctor` to look, as typed. */
export interface HostOptions extends Pick<TypedSigner, 'signerIp' | 'port' | 'sshConfig'> {
  /** The directory that `request` was given. */
  readonly dir?: string
  /** The directory of a sandbox, looked at as if it were a signer. */
  readonly sandbox?: string
  /** `signet.yaml` of a signer. */
  readonly config?: string
}

/** A pair that this host may have, and what renewing it needs. */
export interface SavedPairPlace extends PairPlace {
  readonly stateFile: string
}

/** Where everything is that this host may have. */
export interface HostPlaces {
  readonly pairs: readonly SavedPairPlace[]
  readonly configFile: string
  /** The link to the etcd that this host runs. */
  readonly etcdBinaries: string
  /** How far a move to another etcd came; undefined for a sandbox. */
  readonly etcdUseProgress: string | undefined
  /** Where this host's etcd has its data and its log; undefined for a sandbox. */
  readonly dataDirectory: string | undefined
  /** Where etcd answers, for a member. */
  readonly memberEndpoints: readonly string[]
  /** What the operator typed, or what a sandbox has. */
  readonly signer: Signer | undefined
  /** What renews the pair that an operator named, or the usual one. */
  readonly timer: RenewalTimer
  readonly isSandbox: boolean
  /** What to type for a first certificate. */
  readonly request: string
}

/** The places of this host, or of the directories that an operator named. Throws `usage` and `configuration`. */
export function planPlaces(options: HostOptions): HostPlaces {
  const { dir, sandbox, config } = options
  const { paths, stateFile, knownHostsFile } = planLayout(dir)
  const access = findAccess(sandbox)
  const commands = pairCommands(dir, readScheduler())
  const client: SavedPairPlace = { kind: 'client', paths, stateFile, commands }
  const member = memberPlace(access, sandbox)
  return {
    // Whoever names one directory wants to hear of that one.
    pairs: [...(isClientWanted(options) ? [client] : []), ...(isMemberWanted(options) ? [member] : [])],
    configFile: config ?? (sandbox === undefined ? defaultConfigFile : join(sandbox, 'signet.yaml')),
    etcdBinaries: sandbox === undefined ? hostLayout().etcdBinaries : join(sandbox, 'etcd-bin'),
    etcdUseProgress: sandbox === undefined ? hostLayout().etcdUseProgress : undefined,
    dataDirectory: sandbox === undefined ? hostLayout().dataDirectory : undefined,
    memberEndpoints: access.endpoints,
    signer: namedSigner(options, knownHostsFile),
    timer: { unit: renewalTimer(dir), isUsual: dir === undefined },
    isSandbox: sandbox !== undefined,
    request: (isClientWanted(options) ? commands : defaultPairCommands).request,
  }
}

function isClientWanted({ dir, sandbox }: HostOptions): boolean {
  return dir !== undefined || sandbox === undefined
}

function isMemberWanted({ dir, sandbox }: HostOptions): boolean {
  return dir === undefined || sandbox !== undefined
}

function memberPlace({ paths }: ClusterAccess, sandbox: string | undefined): SavedPairPlace {
  const stateFile = sandbox === undefined ? planLayout(undefined).stateFile : join(paths.key, '../renewal.json')
  const usual = sandbox === undefined ? pairCommands(undefined, readScheduler()) : defaultPairCommands
  const commands = { ...usual, ...memberCommands(paths.key, stateFile) }
  return { kind: 'member', paths, stateFile, commands }
}

function namedSigner(options: HostOptions, knownHostsFile: string): Signer | undefined {
  const { signerIp, sandbox } = options
  if (signerIp !== undefined) return parseTypedSigner(options, { knownHostsFile, hostKeyPolicy: 'report' })
  return sandbox === undefined ? undefined : sandboxSigner(sandbox)
}

function sandboxSigner(sandbox: string): Signer | undefined {
  const sshConfigFile = resolve(sandbox, 'ssh_config')
  if (!existsSync(sshConfigFile)) return undefined
  return { address: 'signer', sshConfigFile, knownHostsFile: resolve(sandbox, 'known_hosts'), hostKeyPolicy: 'report' }
}
