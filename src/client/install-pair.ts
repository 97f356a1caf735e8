import { dirname } from 'node:path'
import { quoteShell } from '../core/quote-shell.ts'
import { SignetError } from '../core/signet-error.ts'
import { writeFailure } from '../host/file-failure.ts'
import type { FileSettings } from '../host/write-file-atomically.ts'
import type { PairPaths } from './pair-paths.ts'
import { open, type SwapTools, secret, settlePair, swapPair } from './swap-pair.ts'

/** What is to be installed, verified already. */
export interface NewPair {
  /** Undefined where the installed key stays. */
  readonly keyPem: string | undefined
  readonly certificatePem: string
  readonly caPem: string
}

/**
 * Installs a certificate so that at every moment the files are the old pair or the new one. A renewal keeps the key and
 * replaces one file. A first installation writes the key, then the CA, then the certificate: until the last there is no
 * pair. A key that changes under a certificate takes `swapPair`. Throws `configuration`, with the old files in place.
 */
export async function installPair(paths: PairPaths, pair: NewPair, tools: SwapTools): Promise<void> {
  try {
    await ensureDirectories(paths, tools)
    await settlePair(paths, tools)
    await tools.files.removeTemporaries(paths.ca)
    await installFiles(paths, pair, tools)
  } catch (cause) {
    await settlePair(paths, tools).catch(() => {})
    throw cannotInstall(paths, cause)
  }
}

async function installFiles(paths: PairPaths, pair: NewPair, tools: SwapTools): Promise<void> {
  const { files, owner } = tools
  const { keyPem, certificatePem } = pair
  if (keyPem === undefined) {
    await installCa(paths, pair, tools)
    return files.write(paths.certificate, certificatePem, open(owner))
  }
  if ((await files.read(paths.certificate)) !== undefined) {
    await installCa(paths, pair, tools)
    return swapPair(paths, { keyPem, certificatePem }, tools)
  }
  await files.write(paths.key, keyPem, secret(owner))
  await installCa(paths, pair, tools)
  await files.write(paths.certificate, certificatePem, open(owner))
}

// An installed CA is never replaced: etcd and kube-apiserver read it at their start alone.
async function installCa({ ca }: PairPaths, { caPem }: NewPair, { files, owner }: SwapTools): Promise<void> {
  if ((await files.read(ca)) === undefined) await files.write(ca, caPem, open(owner))
}

async function ensureDirectories({ key, certificate, ca }: PairPaths, { files, owner }: SwapTools): Promise<void> {
  const settings: FileSettings = owner === undefined ? { mode: 0o755 } : { mode: 0o755, owner }
  for (const path of [key, certificate, ca]) await files.makeDirectory(dirname(path), settings)
}

function cannotInstall({ certificate }: PairPaths, cause: unknown): SignetError {
  const failure = writeFailure(certificate, cause)
  if (failure instanceof SignetError) return failure
  const directory = quoteShell(dirname(certificate))
  return new SignetError('configuration', `the certificate could not be installed at ${certificate}`, {
    hint: `the files that were there still are; see: df ${directory}; ls -ld ${directory}`,
    cause,
  })
}
