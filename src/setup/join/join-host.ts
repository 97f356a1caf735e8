import { existsSync } from 'node:fs'
import { askStatus } from '../../client/ask/ask-status.ts'
import { parsePeers } from '../../client/ask/parse-peers.ts'
import type { Signer } from '../../client/ask/signer.ts'
import type { SignerStatus } from '../../client/ask/signer-status.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import { type ClusterOperations, etcdOperations } from '../../cluster/cluster-operations.ts'
import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { realTime } from '../../core/clock.ts'
import { areJoinsOpen } from '../../core/joins-window.ts'
import { foldName } from '../../core/member-name.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readBusyPorts } from '../../host/net/busy-ports.ts'
import { quotaArgument } from '../member/quota.ts'
import { fileProgress } from '../run/file-progress.ts'
import { applyJoin } from './apply-join.ts'
import type { JoinReceipt } from './join-receipt.ts'
import type { JoinOptions } from './join-run.ts'
import { type JoiningHost, type JoinRequest, readFreeBytes } from './joining-host.ts'
import { type JoinPlan, planJoin, type SignerFacts } from './plan-join.ts'
import { signerPorts } from './signer-ports.ts'

const etcdTimeoutMs = 5000

/** Reads everything that decides whether and how this host joins; changes nothing. */
export async function readJoinPlan(host: JoiningHost, request: JoinRequest, ports: ClientWorld): Promise<JoinPlan> {
  const { signer, pin } = request
  const progress = await fileProgress(host.progressFile, ports.files).load()
  if (progress === undefined) refuseForeignFiles(host)
  const { status, clockSkewMs } = await askStatus(signer, ports)
  const expectedPin = pin === undefined ? {} : { expectedPin: pin }
  return planJoin({
    own: host.own,
    arguments: formatArguments(host, request),
    progress,
    dataDirectory: host.dataDirectory,
    dataDirectoryState: readDataState(host, progress !== undefined),
    freeDiskBytes: readFreeBytes(host.dataDirectory),
    busyPorts: await readBusyPorts(host.own.address, [host.own.clientUrl, host.own.peerUrl].map(portOf)),
    signer: {
      address: signer.address,
      clockSkewMs,
      pin: status.pin,
      ...expectedPin,
      ...readJoins(status, host, ports.clock.now()),
    },
  })
}

function readJoins({ joins, policy }: SignerStatus, { own }: JoiningHost, nowMs: number): Partial<SignerFacts> {
  if (joins === undefined) return {}
  const isOwn = ([name, address]: readonly [string, string]): boolean =>
    foldName(name) === foldName(own.name) && address === own.address
  const listed = policy === undefined ? {} : { listsOwnPair: Object.entries(policy.members).some(isOwn) }
  return { areJoinsOpen: areJoinsOpen(joins, nowMs), ...listed }
}

/** Joins. Run again after an interruption, it goes on. */
export async function joinHost(plan: JoinPlan, { host, request, ports, options }: JoinWork): Promise<JoinReceipt> {
  const { pin } = plan.facts.signer
  return applyJoin(
    plan,
    {
      signer: signerPorts(host, { ...request, pin }, ports),
      member: host.member,
      connect: () => connectThroughSigner(host, request.signer, ports),
      progress: fileProgress(host.progressFile, ports.files, host.runDirectories),
      time: realTime,
    },
    options,
  )
}

export interface JoinWork {
  readonly host: JoiningHost
  readonly request: JoinRequest
  readonly ports: ClientWorld
  readonly options: JoinOptions
}

async function connectThroughSigner(
  { paths }: JoiningHost,
  signer: Signer,
  ports: ClientWorld,
): Promise<ClusterOperations> {
  const endpoints = parsePeers(await ports.ask(signer, 'get-peers'), signer)
  return etcdOperations(connectWithPair(paths, { endpoints, timeoutMs: etcdTimeoutMs }))
}

// What an earlier life of this host left there is not ours to overwrite, nor to remove when the join fails.
function refuseForeignFiles({ paths }: JoiningHost): void {
  const found = [paths.key, paths.certificate].find((path) => existsSync(path))
  if (found === undefined) return
  throw new SignetError('configuration', `${found} exists and was not made by this run`, {
    hint: `if it is not needed, move it away: mv ${quoteShell(found)} ${quoteShell(`${found}.old`)}`,
  })
}

function readDataState({ dataDirectory }: JoiningHost, isContinued: boolean): 'absent' | 'ours' | 'foreign' {
  if (!existsSync(dataDirectory)) return 'absent'
  return isContinued ? 'ours' : 'foreign'
}

// As they are typed: a run that was interrupted is told to be typed again.
function formatArguments({ own }: JoiningHost, { signer, pin }: JoinRequest): string {
  const { address, port, sshConfigFile } = signer
  const words = ['join', `--signer-ip=${address}`, `--name=${own.name}`, `--address=${own.address}`]
  const more = [
    ...(port === undefined ? [] : [`--port=${port}`]),
    ...(sshConfigFile === undefined ? [] : [`--ssh-config=${quoteShell(sshConfigFile)}`]),
    ...(pin === undefined ? [] : [`--pin=${pin}`]),
    ...quotaArgument(own.quotaBackendBytes),
  ]
  return [...words, ...more].join(' ')
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}
