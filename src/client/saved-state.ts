import { dirname } from 'node:path'
import { quoteShell } from '../core/quote-shell.ts'
import { SignetError } from '../core/signet-error.ts'
import { requireGuarded } from '../host/files/guarded-path.ts'
import type { Signer } from './ask/signer.ts'
import { type ClientState, formatClientState, parseClientState } from './client-state.ts'
import type { ClientWorld } from './client-world.ts'
import { defaultPairCommands } from './pair/pair-commands.ts'

const abandonedMs = 3_600_000

type StateFiles = Pick<ClientWorld, 'files' | 'ownUid' | 'commands'>

/** What the last request or renewal has left. Throws `configuration`, and `refused` where another account can change it. */
export async function readState(stateFile: string, world: StateFiles): Promise<ClientState> {
  await requireOwn(stateFile, world)
  const file = await world.files.read(stateFile)
  const { commands = defaultPairCommands } = world
  if (file !== undefined) return parseClientState(file.text, stateFile, commands)
  throw new SignetError('configuration', `no certificate was requested here yet: there is no ${stateFile}`, {
    hint: commands.request,
  })
}

// It says which configuration ssh is to read, and so which programs are started, and where certificates are written.
async function requireOwn(stateFile: string, { files, ownUid }: StateFiles): Promise<void> {
  if (ownUid !== undefined) await requireGuarded(stateFile, { look: files.look, ownUid, fileOwners: [] })
}

/** Saves the state for the next renewal. Throws `configuration`. */
export async function saveState(stateFile: string, state: ClientState, world: StateFiles): Promise<void> {
  const { files } = world
  try {
    await files.makeDirectory(dirname(stateFile), { mode: 0o700 })
    // Once more: where all may write, somebody else may have made it.
    await requireOwn(stateFile, world)
    await files.write(stateFile, formatClientState(state), { mode: 0o600 })
    // Of a process that was killed, and not of another that is just writing.
    await files.removeTemporaries(stateFile, abandonedMs).catch(() => {})
  } catch (cause) {
    if (cause instanceof SignetError && cause.code === 'refused') throw cause
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
