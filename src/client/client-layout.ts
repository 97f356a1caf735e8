import { dirname, join, resolve } from 'node:path'
import { quoteShell } from '../core/quote-shell.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import type { LocalFiles } from '../host/files/local-files.ts'
import { hostLayout } from '../host/host-layout.ts'
import { kubeadmPaths, type PairPaths } from '../host/pair-paths.ts'
import { requestCommands } from './pair/pair-commands.ts'

/** The files of a host that asks for certificates. */
export interface ClientLayout {
  readonly paths: PairPaths
  readonly stateFile: string
  readonly knownHostsFile: string
}

/** kubeadm's paths, or all files in one directory. */
export function planLayout(directory: string | undefined): ClientLayout {
  if (directory === undefined) {
    const { renewal: stateFile, knownHosts: knownHostsFile } = hostLayout()
    return { paths: kubeadmPaths, stateFile, knownHostsFile }
  }
  const base = resolve(directory)
  const paths = { key: join(base, 'client.key'), certificate: join(base, 'client.crt'), ca: join(base, 'ca.crt') }
  return { paths, stateFile: join(base, 'signet.json'), knownHostsFile: join(base, 'known_hosts') }
}

/** Refuses a directory that was named and is not there: what nobody requested is not what is missing. */
export async function requireDirectory(directory: string | undefined, files: Pick<LocalFiles, 'look'>): Promise<void> {
  if (directory === undefined || (await files.look(resolve(directory))) !== undefined) return
  const path = resolve(directory)
  throw new SignetError('configuration', `there is no directory ${quoteUntrusted(path)}, which --dir names`, {
    hint: `name the one that request was given: ls ${quoteShell(dirname(path))}; a request makes a new one: ${requestCommands(path).request}`,
  })
}
