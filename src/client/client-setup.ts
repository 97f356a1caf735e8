import { dirname, join, resolve } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { quoteShell } from '../core/quote-shell.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { type LocalFiles, localFiles } from '../host/files/local-files.ts'
import { withDirectoryLock } from '../host/files/with-directory-lock.ts'
import { kubeadmPaths, type PairPaths } from '../host/pair-paths.ts'
import { type AskOptions, createSshAsker } from './ask/ask-signer.ts'
import type { ClientPorts } from './client-ports.ts'
import { requestCommands } from './pair/pair-commands.ts'

/** Where a command writes: data, and what is for people. */
export interface CommandStreams {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

/** The files of a host that asks for certificates. */
export interface ClientLayout {
  readonly paths: PairPaths
  readonly stateFile: string
  readonly knownHostsFile: string
}

const stateDirectory = '/var/lib/signet-client'

/** kubeadm's paths, or all files in one directory. */
export function planLayout(directory: string | undefined): ClientLayout {
  if (directory === undefined) return { paths: kubeadmPaths, ...stateIn(stateDirectory) }
  const base = resolve(directory)
  const paths = { key: join(base, 'client.key'), certificate: join(base, 'client.crt'), ca: join(base, 'ca.crt') }
  return { paths, ...stateIn(base) }
}

/** Refuses a directory that was named and is not there: what nobody requested is not what is missing. */
export async function requireDirectory(directory: string | undefined, files: Pick<LocalFiles, 'look'>): Promise<void> {
  if (directory === undefined || (await files.look(resolve(directory))) !== undefined) return
  const path = resolve(directory)
  throw new SignetError('configuration', `there is no directory ${quoteUntrusted(path)}, which --dir names`, {
    hint: `name the one that request was given: ls ${quoteShell(dirname(path))}; a request makes a new one: ${requestCommands(path).request}`,
  })
}

function stateIn(directory: string): Pick<ClientLayout, 'stateFile' | 'knownHostsFile'> {
  return { stateFile: join(directory, 'signet.json'), knownHostsFile: join(directory, 'known_hosts') }
}

/** How the signer is to be asked, where not as `request` and `renew` do. */
export interface Asking {
  readonly timeoutMs?: number
  /** Asks without writing anything down on this host. */
  readonly isReadOnly?: boolean
  /** The directory of the pair that is asked for, which hints name. */
  readonly dir?: string | undefined
}

/** This host, its ssh, and warnings on standard error. */
export function systemPorts({ stderr }: CommandStreams, asking: Asking = {}): ClientPorts {
  const onWarning = (text: string): void => {
    stderr.write(`signet: warning: ${text}\n`)
  }
  const commands = requestCommands(asking.dir)
  // Not by its name: in a container it may have none. Who became root by sudo is not root: their directories are refused.
  const ownUid = process.geteuid?.() ?? 0
  return {
    ask: createSshAsker({ ...planAsking(onWarning, asking), ownUid, request: commands.request }),
    files: localFiles,
    clock: systemClock,
    ownUid,
    exclusively: withDirectoryLock,
    onWarning,
    commands,
  }
}

function planAsking(onWarning: (text: string) => void, { timeoutMs, isReadOnly = false }: Asking): AskOptions {
  return {
    remembersHostKeys: !isReadOnly,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onChangedHostKey: ({ address, knownHostsFile }) =>
      onWarning(
        `the host key of the signer ${address} is not the one in ${knownHostsFile}; ` +
          'its answer is taken only where it chains to the installed CA',
      ),
  }
}

/** Whom to ask. Not left to the command line's parser, which would find it missing before it finds `--signerip`. */
export function requireSignerIp(signerIp: string | undefined): string {
  if (signerIp !== undefined) return signerIp
  throw new SignetError('usage', 'the signer is not named', { hint: "give the leader's address: --signer-ip=IP" })
}

/** A port in what an operator typed. Throws `usage`. */
export function parsePort(text: string): number {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0
  if (port > 0 && port <= 65_535) return port
  throw new SignetError('usage', `the port is not a number from 1 to 65535: ${quoteUntrusted(text)}`, {
    hint: 'give it as --port=2222',
  })
}
