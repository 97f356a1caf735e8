import { SignetError } from '../../core/signet-error.ts'
import { runWithInput } from '../../host/programs/run-with-input.ts'

const hookTimeoutMs = 60_000

/** Runs what an operator wants run after each renewal, by `sh -c`. Throws `configuration` where it fails. */
export async function runRenewalHook(command: string): Promise<void> {
  const end = await runWithInput({
    command: 'sh',
    args: ['-c', command],
    input: '',
    timeoutMs: hookTimeoutMs,
    maxOutputBytes: 1024 * 1024,
  })
  if (end.exitStatus === 0) return
  throw new SignetError('configuration', `renewed, but the command of --exec ${end.how}, status ${end.exitStatus}`, {
    hint: `run it by hand: ${command}`,
  })
}
