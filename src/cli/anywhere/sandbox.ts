import { quoteShell } from '../../core/quote-shell.ts'
import { findOwnProgram } from '../../sandbox/own-program.ts'
import { RunningSandbox } from '../../sandbox/running-sandbox.ts'
import { prepareDirectory } from '../../sandbox/sandbox-directory.ts'
import { findSandboxEtcd } from '../../sandbox/sandbox-etcd.ts'
import type { SandboxLayout } from '../../sandbox/sandbox-layout.ts'
import { parseSandboxOptions } from '../../sandbox/sandbox-options.ts'
import { stepTerminal } from '../../setup/run/step-display.ts'

interface SandboxWorld {
  readonly stopped: Promise<unknown>
  readonly stderr: NodeJS.WriteStream
}

/** Runs a sandbox until it is stopped, and leaves no process behind. */
export async function runSandbox(given: unknown, { stopped, stderr }: SandboxWorld): Promise<void> {
  const options = parseSandboxOptions(given)
  const etcd = findSandboxEtcd(options.etcd, process.env['PATH'])
  const { layout, leave, leaveLogs } = await prepareDirectory(options.directory)
  const say = (line: string): void => void stderr.write(`signet: ${line}\n`)
  const display = stepTerminal(stderr)
  const program = findOwnProgram(process.env['SIGNET_SANDBOX_PROGRAM'])
  const sandbox = new RunningSandbox({ layout, options, program, etcd, say, display })
  try {
    await Promise.race([sandbox.start().then(() => say(readyText(layout))), stopped])
  } catch (error) {
    await sandbox.stop()
    const logs = leaveLogs()
    if (logs !== undefined) say(`the logs stay in ${logs}`)
    throw error
  }
  await stopped
  await sandbox.stop()
  leave()
}

function readyText({ directory, sshConfig, description }: SandboxLayout): string {
  const ssh = `ssh -F ${quoteShell(sshConfig)} signer@leader`
  return `ready in ${directory} (described in ${description}); Ctrl-C stops it
  try:  ${ssh} get-peers
        openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -subj /CN=kubemaster-1 \\
          | base64 | ${ssh} kubemaster-1 > client.crt`
}
