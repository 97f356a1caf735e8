import { dirname } from 'node:path'
import { quoteShell } from '../core/quote-shell.ts'
import { SignetError } from '../core/signet-error.ts'
import type { TextFile } from '../host/local-files.ts'
import type { ClientPorts } from './client-ports.ts'
import { type ClientState, formatClientState, parseClientState } from './client-state.ts'
import type { Signer } from './signer.ts'

const abandonedMs = 3_600_000

type StateFiles = Pick<ClientPorts, 'files' | 'ownUid' | 'operatorUid'>

/** What the last request or renewal has left. Throws `configuration`. */
export async function readState(stateFile: string, { files, ownUid, operatorUid }: StateFiles): Promise<ClientState> {
  const file = await files.read(stateFile)
  if (file !== undefined) {
    if (ownUid !== undefined) requireTrusted(file, stateFile, [0, ownUid, operatorUid])
    return parseClientState(file.text, stateFile)
  }
  throw new SignetError('configuration', `no certificate was requested here yet: there is no ${stateFile}`, {
    hint: 'signet request --signer-ip=IP',
  })
}

// It says which configuration ssh is to read, and so which programs are started, and where certificates are written.
function requireTrusted({ uid, mode }: TextFile, stateFile: string, trusted: readonly (number | undefined)[]): void {
  if (trusted.includes(uid) && (mode & 0o022) === 0) return
  throw new SignetError('configuration', `${stateFile} can be changed by other accounts than this one`, {
    hint: `see: ls -l ${quoteShell(stateFile)}; run this as the account that requested the certificate, or request it again`,
  })
}

/** Saves the state for the next renewal. Throws `configuration`. */
export async function saveState(stateFile: string, state: ClientState, { files }: StateFiles): Promise<void> {
  try {
    await files.makeDirectory(dirname(stateFile), { mode: 0o700 })
    await files.write(stateFile, formatClientState(state), { mode: 0o600 })
    // Of a process that was killed, and not of another that is just writing.
    await files.removeTemporaries(stateFile, abandonedMs).catch(() => {})
  } catch (cause) {
    const directory = quoteShell(dirname(stateFile))
    throw new SignetError('configuration', `${stateFile}, which renewing needs, cannot be written`, {
      hint: `see: df ${directory}; ls -ld ${directory}; then run the same command again`,
      cause,
    })
  }
}

/** How to call the signer of a state. A changed host key is no obstacle: the answer must chain to the installed CA. */
export function savedSigner({ signer }: ClientState): Signer {
  return { ...signer, hostKeyPolicy: 'report' }
}
