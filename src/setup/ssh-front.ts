import { SignetError } from '../core/signet-error.ts'
import { localFiles } from '../host/files/local-files.ts'
import { runProgram } from '../host/programs/run-program.ts'
import type { SignetConfig } from '../host/signet-config.ts'
import { ensureSignerAccount } from '../openssh/ensure-signer-account.ts'
import { systemFrontWorld } from '../openssh/read-front.ts'
import { ensureSshdDropIn } from '../openssh/sshd/sshd-drop-in.ts'

/** The SSH front that leads to the endpoint, as far as it is not the endpoint itself. */
export interface SshFront {
  /** Can run twice. Throws `configuration` where callers would not get in, or others could come in as they do. */
  ensure(config: SignetConfig): Promise<void>
}

/** This host's sshd, which lets callers in, or keeps them out where the endpoint has an SSH server of its own. */
export const hostSshFront: SshFront = {
  ensure: async (config) => {
    await ensureSshdDropIn(config, { files: localFiles, run: runProgram })
    // As sshd itself tells, before anybody calls: a caller that is refused learns no reason, and is shut out for a while.
    const { problems } = await ensureSignerAccount(config, systemFrontWorld)
    const first = problems.find(({ level }) => level === 'broken')
    if (first !== undefined) throw new SignetError('configuration', first.what, { hint: first.fix })
  },
}
