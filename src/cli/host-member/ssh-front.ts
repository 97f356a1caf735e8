import { localFiles } from '../../host/local-files.ts'
import { runProgram } from '../../host/run-program.ts'
import type { SignetConfig } from '../../host/signet-config.ts'
import { ensureSshdDropIn } from '../sshd-drop-in.ts'

/** The SSH front that leads to the endpoint, as far as it is not the endpoint itself. */
export interface SshFront {
  /** Can run twice. Throws `configuration`, with sshd as it was. */
  ensure(config: SignetConfig): Promise<void>
}

/** This host's sshd, which lets callers in, or keeps them out where the endpoint has an SSH server of its own. */
export const hostSshFront: SshFront = {
  ensure: async (config) => {
    await ensureSshdDropIn(config, { files: localFiles, run: runProgram })
  },
}
