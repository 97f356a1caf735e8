import { SignetError } from '../core/signet-error.ts'
import { type Certificate, parseCertificate } from './parse-certificate.ts'
import { formatPem, parsePemCertificates } from './pem.ts'

/** The CA certificates of a file, each once and in its order. */
export type CaBundle = readonly [Certificate, ...Certificate[]]

/** While a CA is exchanged a file holds two. More than a few is a file that somebody put there by mistake. */
const maxCertificates = 8
const maxBundleBytes = 128 * 1024

/**
 * Reads a file of CA certificates: each may sign, or all is refused. Whoever is in it is trusted by etcd, which does not ask
 * whether it is a CA by our rules; so none may be there that we would pass over. Throws `bad-data`.
 */
export function parseCaBundle(text: string): CaBundle {
  if (text.length > maxBundleBytes) throw refused(`has over ${maxBundleBytes} bytes`)
  const blocks = parsePemCertificates(text)
  if (blocks.length > maxCertificates)
    throw refused(`holds ${blocks.length} certificates, more than ${maxCertificates}`)
  const [first, ...rest] = blocks.map((der, index) => readCa(der, index, blocks.length))
  if (first === undefined) throw refused('holds no certificate')
  // The same one again changes nothing for anybody who reads the file.
  const others = rest.filter((ca, index) => [first, ...rest.slice(0, index)].every(({ der }) => !der.equals(ca.der)))
  return [first, ...others]
}

/** A bundle as a file, without whatever text stood in the one that it was read from. */
export function formatCaBundle(bundle: CaBundle): string {
  return bundle.map(({ der }) => formatPem('CERTIFICATE', der)).join('')
}

function readCa(der: Buffer, index: number, count: number): Certificate {
  const certificate = parseCertificate(der)
  // RFC 5280 section 4.2.1.3: without the extension every use is allowed.
  const { isCa, keyUsage } = certificate
  if (isCa && (keyUsage.length === 0 || keyUsage.includes('keyCertSign'))) return certificate
  const which = count === 1 ? 'a certificate' : `certificate ${index + 1} of ${count}, which is`
  throw refused(`holds ${which} not that of a CA that may sign`)
}

function refused(predicate: string): SignetError {
  return new SignetError('bad-data', `the text ${predicate}`)
}
