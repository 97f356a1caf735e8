import { dirname } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { writeFailure } from '../../host/files/file-failure.ts'
import type { PairPaths } from '../../host/pair-paths.ts'
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
 * pair. A key that changes under a certificate takes `swapPair`. Throws `configuration`, and says so where all the same the
 * new pair is in effect.
 */
export async function installPair(paths: PairPaths, pair: NewPair, tools: SwapTools): Promise<void> {
  try {
    await makeDirectories(paths, tools.files)
    await settlePair(paths, tools)
    await tools.files.removeTemporaries(paths.ca)
    await installFiles(paths, pair, tools)
  } catch (cause) {
    await settlePair(paths, tools).catch(() => {})
    throw cannotInstall(paths, { cause, isInEffect: await isInEffect(paths, pair, tools.files) })
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

/** Makes the directories of a pair where they are not there: never its owner's, who could exchange what root puts there. */
export async function makeDirectories({ key, certificate, ca }: PairPaths, files: SwapTools['files']): Promise<void> {
  for (const path of [key, certificate, ca]) await files.makeDirectory(dirname(path), { mode: 0o755 })
}

// The last step can have worked, and only bringing it to the disk not. Undefined where that cannot be read.
async function isInEffect(paths: PairPaths, pair: NewPair, files: SwapTools['files']): Promise<boolean | undefined> {
  try {
    const [key, certificate] = [await files.read(paths.key), await files.read(paths.certificate)]
    return certificate?.text === pair.certificatePem && (pair.keyPem === undefined || key?.text === pair.keyPem)
  } catch {
    return undefined
  }
}

interface InstallFailure {
  readonly cause: unknown
  readonly isInEffect: boolean | undefined
}

function cannotInstall({ certificate }: PairPaths, { cause, isInEffect }: InstallFailure): SignetError {
  const directory = quoteShell(dirname(certificate))
  const look = `df ${directory}; ls -ld ${directory}`
  if (isInEffect === true) {
    return new SignetError(
      'configuration',
      `${certificate} is the new one, but a power cut may bring the old one back`,
      {
        hint: `run this again; if it stays: dmesg; ${look}`,
        cause,
      },
    )
  }
  const failure = writeFailure(certificate, cause)
  if (failure instanceof SignetError) return failure
  const kept = isInEffect === false ? 'no new certificate is in effect; ' : ''
  return new SignetError('configuration', `the certificate could not be installed at ${certificate}`, {
    hint: `${kept}see: ${look}`,
    cause,
  })
}
