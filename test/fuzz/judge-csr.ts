import '../support/x509/reflect-metadata.ts'
import { Pkcs10CertificateRequest } from '@peculiar/x509'
import { runProgram } from '../support/shell/external-program.ts'

/** What openssl and @peculiar/x509 have against a CSR that we accept; nothing, as it must be. */
export async function judgeCsr(der: Buffer): Promise<readonly string[]> {
  const openssl = runProgram('openssl', ['req', '-inform', 'DER', '-verify', '-noout'], der)
  return [
    ...(openssl.status === 0 ? [] : [`openssl: ${openssl.said}`]),
    ...((await isAcceptedByPeculiar(der)) ? [] : ['@peculiar/x509 refuses it']),
  ]
}

async function isAcceptedByPeculiar(der: Buffer): Promise<boolean> {
  try {
    return await new Pkcs10CertificateRequest(der).verify()
  } catch {
    return false
  }
}
