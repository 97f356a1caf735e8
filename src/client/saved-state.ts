import { dirname } from 'node:path'
import { SignetError } from '../core/signet-error.ts'
import type { ClientPorts } from './client-ports.ts'
import { type ClientState, formatClientState, parseClientState } from './client-state.ts'
import type { Signer } from './signer.ts'

type StateFiles = Pick<ClientPorts, 'files'>

/** What the last request or renewal has left. Throws `configuration`. */
export async function readState(stateFile: string, { files }: StateFiles): Promise<ClientState> {
  const file = await files.read(stateFile)
  if (file !== undefined) return parseClientState(file.text, stateFile)
  throw new SignetError('configuration', `no certificate was requested here yet: there is no ${stateFile}`, {
    hint: 'signet request --signer-ip=IP',
  })
}

/** Saves the state for the next renewal. Throws `configuration`. */
export async function saveState(stateFile: string, state: ClientState, { files }: StateFiles): Promise<void> {
  try {
    await files.makeDirectory(dirname(stateFile), { mode: 0o700 })
    await files.write(stateFile, formatClientState(state), { mode: 0o600 })
  } catch (cause) {
    throw new SignetError('configuration', `${stateFile}, which renewing needs, cannot be written`, {
      hint: `see: df ${dirname(stateFile)}; ls -ld ${dirname(stateFile)}; then run the same command again`,
      cause,
    })
  }
}

/** How to call the signer of a state. A changed host key is no obstacle: the answer must chain to the installed CA. */
export function savedSigner({ signer }: ClientState): Signer {
  return { ...signer, hostKeyPolicy: 'report' }
}
