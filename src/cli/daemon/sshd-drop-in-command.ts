import { localFiles } from '../../host/files/local-files.ts'
import { runProgram } from '../../host/programs/run-program.ts'
import { readConfig } from '../../host/signet-config.ts'
import { ensureSshdDropIn, formatSshdDropIn, sshdDropInFile } from '../../openssh/sshd/sshd-drop-in.ts'
import { type CommandStreams, sayOn } from '../command-streams.ts'

/** What may be said to `sshd-drop-in`, as typed. */
export interface SshdDropInOptions {
  readonly config: string
  readonly print?: boolean
}

/** Makes this host's sshd follow `signet.yaml`, or prints what it would be given. */
export async function runSshdDropIn(
  { config: file, print }: SshdDropInOptions,
  streams: CommandStreams,
): Promise<void> {
  const config = readConfig(file)
  if (print === true) {
    streams.stdout.write(formatSshdDropIn(config))
    return
  }
  const isChanged = await ensureSshdDropIn(config, { files: localFiles, run: runProgram })
  sayOn(streams)(`${isChanged ? 'wrote' : 'kept'} ${sshdDropInFile}`)
}
