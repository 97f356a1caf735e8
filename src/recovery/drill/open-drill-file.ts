import { basename, join } from 'node:path'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { receiveFile } from '../../host/large-files/receive-file.ts'
import { sidecarPath } from '../../host/snapshots/snapshot-name.ts'
import { encryptedEnding } from '../copy/copy-order.ts'
import { decrypt } from '../copy/run-age.ts'
import type { DrillWorld } from './drill-world.ts'

/** Whether a file is one that `snapshot copy` has encrypted, by its name. */
export function isEncryptedName(file: string): boolean {
  return file.endsWith(encryptedEnding)
}

/** Refuses an identity that is missing, or that nothing is decrypted with. Throws `usage`. */
export function requireIdentity(file: string, identity: string | undefined): void {
  const isEncrypted = isEncryptedName(file)
  if (isEncrypted === (identity !== undefined)) return
  throw isEncrypted
    ? new SignetError('usage', `${quoteUntrusted(file)} is encrypted, and no --identity is given`, {
        hint: 'name the file with the key that age decrypts it with: --identity=FILE',
      })
    : new SignetError('usage', `--identity decrypts files that end in .age, and ${quoteUntrusted(file)} does not`, {
        hint: 'leave --identity out, or name the encrypted file',
      })
}

/** A snapshot that can be read, its sidecar beside it: the file itself, or what age makes of it in the drill's directory. */
export async function openDrillFile(
  { file, identity }: { readonly file: string; readonly identity: string | undefined },
  directory: string,
  world: DrillWorld,
): Promise<string> {
  if (identity === undefined) return file
  const plain = join(directory, basename(file, encryptedEnding))
  await receiveFile(plain, decrypt(file, identity, world))
  const sidecar = await world.files.read(sidecarPath(file.slice(0, -encryptedEnding.length)))
  if (sidecar !== undefined) await world.files.write(sidecarPath(plain), sidecar.text, { mode: 0o600 })
  return plain
}
