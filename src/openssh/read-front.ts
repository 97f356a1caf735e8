import { asSignetError, type SignetError } from '../core/signet-error.ts'
import type { RunProgram } from '../host/clock-sync.ts'
import { listDirectory } from '../host/files/list-directory.ts'
import { type LocalFiles, localFiles } from '../host/files/local-files.ts'
import { listOwnAddresses } from '../host/net/own-addresses.ts'
import { endProcessesOf } from '../host/programs/processes-of.ts'
import { runProgram } from '../host/programs/run-program.ts'
import type { SignetConfig } from '../host/signet-config.ts'
import type { PamDirectories } from './judge-pam.ts'
import type { PamFiles } from './parse-pam-stack.ts'
import { parseSignerAccount, type SignerAccount } from './parse-signer-account.ts'
import { parseSshdOptions, readSshd, sshdOptionsFile } from './sshd/read-sshd.ts'
import type { SshdAnswer } from './sshd/sshd-answer.ts'

/** Everything that decides whether the account `signer` may be open, and whether callers get in by it. */
export interface FrontFacts {
  /** Undefined on a host that is no signer, whose sshd lets nobody in as the account `signer`. */
  readonly config: SignetConfig | undefined
  readonly account: SignerAccount | undefined
  readonly pam: PamDirectories
  /** What sshd has in force, or why that is not known; undefined where it was not asked. */
  readonly sshd: readonly SshdAnswer[] | SignetError | undefined
}

/** What looking touches of this host; a test gives files and answers of its own. */
export interface FrontWorld {
  readonly files: Pick<LocalFiles, 'read'>
  readonly list: (directory: string) => Promise<readonly string[]>
  readonly run: RunProgram
  readonly ownAddresses: () => readonly string[]
  readonly endProcessesOf: (uid: number) => Promise<void>
}

/** This host itself. */
export const systemFrontWorld: FrontWorld = {
  files: localFiles,
  list: listDirectory,
  run: runProgram,
  ownAddresses: listOwnAddresses,
  endProcessesOf,
}

/** Looks at PAM, the account and sshd; changes nothing. Throws `configuration` where a file cannot be read. */
export async function readFront(config: SignetConfig | undefined, world: FrontWorld): Promise<FrontFacts> {
  const read = async (path: string): Promise<string> => (await world.files.read(path))?.text ?? ''
  const [passwd, shadow, group, options, own, vendor] = await Promise.all([
    read('/etc/passwd'),
    read('/etc/shadow'),
    read('/etc/group'),
    read(sshdOptionsFile),
    readPamDirectory('/etc/pam.d', world),
    readPamDirectory('/usr/lib/pam.d', world),
  ])
  const sshd = config === undefined ? undefined : await askSshd(config, parseSshdOptions(options), world)
  return { config, account: parseSignerAccount({ passwd, shadow, group }), pam: { own, vendor }, sshd }
}

function askSshd(
  { controlPlaneNetworks: networks }: SignetConfig,
  options: readonly string[],
  { run, ownAddresses }: FrontWorld,
): Promise<readonly SshdAnswer[] | SignetError> {
  const question = { networks, ownAddresses: ownAddresses(), options }
  return readSshd(question, run).catch((error: unknown) => asSignetError(error))
}

// A file that cannot be read as text is kept, as one that nobody understands: it keeps nobody out.
async function readPamDirectory(directory: string, { files, list }: FrontWorld): Promise<PamFiles> {
  // No program asks for a service with another name.
  const names = (await list(directory)).filter((name) => /^[\x21-\x7e]+$/.test(name))
  const texts = names.map(async (name) => {
    const text = await files.read(`${directory}/${name}`).then(
      (file) => file?.text ?? '?',
      () => '?',
    )
    return [name, text] as const
  })
  return new Map(await Promise.all(texts))
}
