import { SignetError } from '../../core/signet-error.ts'
import { localFiles } from '../../host/files/local-files.ts'
import { type CaBundle, formatCaBundle, parseCaBundle } from '../../x509/ca-bundle.ts'
import { certificatePin } from '../../x509/certificate-pin.ts'
import { formatPem } from '../../x509/pem.ts'
import type { TrustedCa } from '../endpoint-world.ts'

/** The signer's file of CA certificates. Throws `configuration`. */
async function readCaFile(file: string): Promise<CaBundle> {
  try {
    return parseCaBundle((await localFiles.read(file))?.text ?? '')
  } catch (cause) {
    throw new SignetError('configuration', "the signer's CA certificate cannot be read", {
      hint: `root of the signer: see ${file}`,
      cause,
    })
  }
}

/** The same in one text. While the CA is exchanged some members show a certificate of the one, some of the other. */
export async function readCaPem(file: string): Promise<string> {
  return formatCaBundle(await readCaFile(file))
}

/** The same as callers get them. Written anew from what was parsed: whatever else stands in that file stays here. */
export async function readTrustedCas(file: string): Promise<readonly TrustedCa[]> {
  const bundle = await readCaFile(file)
  return bundle.map(({ der }) => ({ pem: formatPem('CERTIFICATE', der), pin: certificatePin(der) }))
}
