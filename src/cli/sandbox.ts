import { findOwnProgram } from './sandbox/own-program.ts'
import { RunningSandbox } from './sandbox/running-sandbox.ts'
import { prepareDirectory } from './sandbox/sandbox-directory.ts'
import type { SandboxLayout } from './sandbox/sandbox-layout.ts'
import { parseSandboxOptions } from './sandbox/sandbox-options.ts'
import { stepTerminal } from './step-display.ts'

interface SandboxWorld {
  readonly stopped: Promise<unknown>
  readonly stderr: NodeJS.WriteStream
}

/** Runs a sandbox until it is stopped, and leaves no process behind. */
export async function runSandbox(given: unknown, { stopped, stderr }: SandboxWorld): Promise<void> {
  const options = parseSandboxOptions(given)
  const { layout, leave } = await prepareDirectory(options.directory)
  const say = (line: string): void => void stderr.write(`signet: ${line}\n`)
  const display = stepTerminal(stderr)
  const program = findOwnProgram(process.env['SIGNET_SANDBOX_PROGRAM'])
  const sandbox = new RunningSandbox({ layout, options, program, say, display })
  const starting = sandbox.start()
  try {
    await Promise.race([starting.then(() => say(readyText(layout))), stopped])
    await stopped
  } finally {
    await sandbox.stop()
    leave()
  }
}

function readyText({ directory, sshConfig, description }: SandboxLayout): string {
  return `ready in ${directory} (described in ${description}); Ctrl-C stops it
  try:  ssh -F ${sshConfig} signer@leader get-peers
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -subj /CN=kubemaster-1 \\
          | base64 | ssh -F ${sshConfig} signer@leader kubemaster-1 > client.crt`
}
