import { dirname } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'
import type { PairPaths } from '../../host/pair-paths.ts'
import type { ClientWorld } from '../client-world.ts'
import { type ClientKey, formatClientKey, parseClientKey } from './client-key.ts'
import { installPair, makeDirectories } from './install-pair.ts'
import { requireOwnPlace } from './require-own-place.ts'
import type { SwapTools } from './swap-pair.ts'

/** What was verified, and is to be installed. */
export interface VerifiedPair {
  readonly key: ClientKey
  /** Whether the key was made for this certificate, and is to be installed with it. */
  readonly isNewKey: boolean
  /** The key that was found before the signer was asked: another one by now is left alone. Undefined where any may go. */
  readonly installedKey: ClientKey | undefined
  readonly certificatePem: string
  readonly caPem: string
}

/**
 * Installs what a signer's answer was verified against. Nobody else installs meanwhile; and where the key was exchanged
 * while the signer was asked (`request --new-key` beside a renewal), what was made for the old one is thrown away.
 */
export async function installVerified(
  paths: PairPaths,
  pair: VerifiedPair,
  { world, owner }: { readonly world: ClientWorld; readonly owner: SwapTools['owner'] },
): Promise<void> {
  const { files, ownUid, exclusively = runFreely } = world
  const { key, isNewKey, installedKey, certificatePem, caPem } = pair
  await makeDirectories(paths, files)
  // Once more: where all may write, somebody else may have made them.
  await requireOwnPlace({ paths, owner }, world)
  await exclusively(dirname(paths.key), async () => {
    if (installedKey !== undefined) await requireSameKey(paths.key, installedKey, world)
    const keyPem = isNewKey ? formatClientKey(key) : undefined
    const tools = ownUid === undefined ? { files, owner } : { files, owner, ownUid }
    await installPair(paths, { keyPem, certificatePem, caPem }, tools)
  })
}

const runFreely: NonNullable<ClientWorld['exclusively']> = (_directory, work) => work()

async function requireSameKey(path: string, { spki }: ClientKey, { files, commands }: ClientWorld): Promise<void> {
  const file = await files.read(path)
  if (file !== undefined && parseClientKey(file, path, commands).spki.equals(spki)) return
  throw new SignetError('try-later', `the key ${path} was exchanged while the signer was asked`, {
    hint: 'nothing was installed; run this again',
  })
}
