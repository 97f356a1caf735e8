import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { findOnPath } from '../../host/binaries/find-on-path.ts'
import { requireOwnProgram } from '../../host/binaries/guarded-program.ts'
import { ProgramFailed, streamProgram } from '../../host/programs/stream-program.ts'
import type { CopyWorld } from './copy-world.ts'

/** 8 GiB at 2 MB/s. */
const timeoutMs = 4 * 3600_000

type AgeWorld = Pick<CopyWorld, 'searchPath' | 'ownUid' | 'signal' | 'layout'>

/** The one cryptography of snapshots is age's: a file for these recipients alone. Throws `configuration`. */
export async function* encrypt(
  file: string,
  recipients: readonly string[],
  world: AgeWorld,
): AsyncGenerator<Buffer, void, undefined> {
  const command = await findAge(world)
  const input = `${recipients.join('\n')}\n`
  try {
    // The recipients on standard input: no file of them is left, and the process list has no line of 64 keys.
    yield* streamProgram({ command, args: ['-R', '-', file], input, timeoutMs, signal: world.signal })
  } catch (cause) {
    if (!(cause instanceof ProgramFailed)) throw cause
    const { snapshotConfiguration } = world.layout
    throw new SignetError(
      'configuration',
      `age did not encrypt for the recipients of ${snapshotConfiguration}: ${cause.said}`,
      {
        hint: `see "recipients:" there: grep -A9 recipients ${quoteShell(snapshotConfiguration)}`,
        cause,
      },
    )
  }
}

/** What is in a file that was made for this identity. Throws `bad-data` where age does not open it. */
export async function* decrypt(
  file: string,
  identity: string,
  world: AgeWorld,
): AsyncGenerator<Buffer, void, undefined> {
  const command = await findAge(world)
  try {
    yield* streamProgram({ command, args: ['-d', '-i', identity, file], input: '', timeoutMs, signal: world.signal })
  } catch (cause) {
    if (!(cause instanceof ProgramFailed)) throw cause
    throw new SignetError(
      'bad-data',
      `age does not open it with the identity ${quoteUntrusted(identity)}: ${cause.said}`,
      {
        hint: `name the identity of one of the recipients that it was copied for: --identity=FILE; see this one: ls -l ${quoteShell(identity)}`,
        cause,
      },
    )
  }
}

/** Refused where another account could exchange it: it gets every secret of Kubernetes in its hands (CWE-426). */
async function findAge({ searchPath, ownUid }: AgeWorld): Promise<string> {
  const found = findOnPath('age', searchPath)
  if (found === undefined) {
    throw new SignetError('configuration', 'age, which encrypts snapshots, is not installed', {
      hint: 'apt install age',
    })
  }
  await requireOwnProgram(found, ownUid)
  return found
}
