import { dirname } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'
import { requireGuarded } from '../../host/files/guarded-path.ts'
import { type LocalFiles, localFiles } from '../../host/files/local-files.ts'
import { type ProgramEnd, type RunBounded, runWithInput } from '../../host/programs/run-with-input.ts'
import { defaultPairCommands } from '../pair/pair-commands.ts'
import type { Signer } from './signer.ts'
import { changedHostKey, isChangedHostKey, signerFailure } from './signer-failure.ts'
import { type KnownHosts, planSshArguments } from './ssh-arguments.ts'

/** Asks a signer one word and returns its standard output. Throws a SignetError with the code of the contract. */
export type AskSigner = (signer: Signer, word: string, input?: string) => Promise<string>

export interface AskOptions {
  /** For the whole call, log-in included; a function is asked at each call. */
  readonly timeoutMs?: number | (() => number) | undefined
  /** Hears of a changed host key where the policy is `report`. */
  readonly onChangedHostKey?: (signer: Signer) => void
  /** False where nothing of this host may change: a first host key is then accepted, and not written down. */
  readonly remembersHostKeys?: boolean
  readonly environment?: NodeJS.ProcessEnv
  readonly run?: RunBounded
  readonly files?: Pick<LocalFiles, 'makeDirectory' | 'look' | 'read'>
  /** The account that runs this; where it is given, ssh is told of no file that another account but root could exchange. */
  readonly ownUid?: number
  /** What hints say to type, with another way to the signer. */
  readonly request?: string
}

/** How long a signer may take to answer where nothing else is said. */
export const usualAskMs = 30_000
const maxAnswerBytes = 64 * 1024

/** A way to ask with the machine's own `ssh`, with a time limit and a listener of its own. */
export function createSshAsker(options: AskOptions = {}): AskSigner {
  return async (signer, word, input = '') => {
    const end = await callKnown({ signer, word, input }, options)
    const failure = signerFailure(signer, end, options.request)
    if (failure !== undefined) throw failure
    return end.stdout.toString('utf8')
  }
}

interface SignerCall {
  readonly signer: Signer
  readonly word: string
  readonly input: string
}

async function callKnown(call: SignerCall, options: AskOptions): Promise<ProgramEnd> {
  const { signer } = call
  const { remembersHostKeys = true } = options
  const { files = localFiles } = options
  if (remembersHostKeys) await ensureKnownHostsDirectory(signer, files)
  await requireOwnFiles(signer, options)
  await requireSshConfig(signer, { ...options, files })
  if (remembersHostKeys) await requireKnownHosts(signer, files)
  const end = await runSsh(call, remembersHostKeys ? 'own' : 'unwritten', options)
  if (!isChangedHostKey(end)) return end
  if (signer.hostKeyPolicy !== 'report') throw changedHostKey(signer)
  options.onChangedHostKey?.(signer)
  // Nothing secret goes over: a word, and a CSR. What comes back is verified against the installed CA.
  return runSsh(call, 'throw-away', options)
}

async function runSsh(call: SignerCall, knownHosts: KnownHosts, options: AskOptions): Promise<ProgramEnd> {
  const { run = runWithInput, timeoutMs = usualAskMs, environment } = options
  return run({
    command: 'ssh',
    args: planSshArguments(call.signer, call.word, knownHosts),
    input: call.input,
    timeoutMs: typeof timeoutMs === 'number' ? timeoutMs : timeoutMs(),
    maxOutputBytes: maxAnswerBytes,
    environment,
  })
}

// ssh takes a directory for an empty configuration, and asks whoever answers at the name of an alias.
async function requireSshConfig(
  { sshConfigFile }: Signer,
  { files = localFiles, request = defaultPairCommands.request }: AskOptions,
): Promise<void> {
  if (sshConfigFile === undefined || (await files.read(sshConfigFile)) !== undefined) return
  throw new SignetError('configuration', `the ssh configuration ${sshConfigFile} is not there`, {
    hint: `name the right one, or none: ${request} --ssh-config=FILE`,
  })
}

// Without it ssh asks on, but forgets the key that it was to remember.
async function ensureKnownHostsDirectory(
  { knownHostsFile }: Signer,
  files: Pick<LocalFiles, 'makeDirectory'>,
): Promise<void> {
  await files.makeDirectory(dirname(knownHostsFile), { mode: 0o700 }).catch(() => {})
}

// A list that it may not read ssh passes over in silence: a signer with another key would be a new one to it.
async function requireKnownHosts({ knownHostsFile }: Signer, files: Pick<LocalFiles, 'read'>): Promise<void> {
  if (knownHostsFile !== '/dev/null') await files.read(knownHostsFile)
}

// ssh appends to the file that it is told to remember host keys in, wherever a link leads; and a configuration starts
// programs. After the directory was made, for where all may write somebody else may have made it.
async function requireOwnFiles(
  { knownHostsFile, sshConfigFile }: Signer,
  { files = localFiles, ownUid }: AskOptions,
): Promise<void> {
  if (ownUid === undefined) return
  for (const path of [knownHostsFile, sshConfigFile]) {
    if (path !== undefined && path !== '/dev/null')
      await requireGuarded(path, { look: files.look, ownUid, fileOwners: [] })
  }
}
