import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, verify } from 'node:crypto'
import { decideGrant } from '../src/authority/certificate-policy.ts'
import { createCaCertificate } from '../src/authority/create-ca.ts'
import { issueCertificate } from '../src/authority/issue-certificate.ts'
import { type CertificateAuthority, parseCertificateAuthority } from '../src/authority/signing-key.ts'
import type { SigningQuestion } from '../src/protocol/authority-message.ts'
import { parseCsr } from '../src/x509/parse-csr.ts'
import { formatPem } from '../src/x509/pem.ts'
import { writeCsr } from '../src/x509/write/write-csr.ts'
import { measureRates, type Rate } from './measure-rates.ts'

const requests = 500
const lifetimes = { client: 86_400, member: 90 * 86_400 }

/**
 * Certificates a second on one core, journal aside: a CSR of a new P-256 key is read strictly, its self-signature
 * verified, the certificate decided, signed, read again and verified; beside it the same four operations of OpenSSL alone
 * (import a key, verify, sign, verify), which nobody who signs certificates can do without.
 */
export function benchSigning(): { readonly signet: Rate; readonly openssl: Rate } {
  const authority = newAuthority()
  const nowMs = Date.now()
  const questions = Array.from({ length: requests }, (_, index) => newQuestion(`kubemaster-${index}`))
  const floor = newFloor(authority.key)
  const [signet, openssl] = measureRates([
    (turn) => void signOne(questions[turn % requests] ?? newQuestion('kubemaster-0'), authority, nowMs),
    (turn) => floor(turn),
  ])
  if (signet === undefined || openssl === undefined) throw new Error('nothing was measured')
  return { signet, openssl }
}

function newAuthority(): CertificateAuthority {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = createCaCertificate({ key: privateKey, nowMs: Date.now(), serial: randomBytes(16) })
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return parseCertificateAuthority(formatPem('CERTIFICATE', der), keyPem)
}

function newQuestion(name: string): SigningQuestion {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ask: 'client', name, address: '192.0.2.1', csr: writeCsr(name, privateKey).toString('base64') }
}

function signOne(question: SigningQuestion, authority: CertificateAuthority, nowMs: number): string {
  const csr = parseCsr(Buffer.from(question.csr, 'base64'))
  const standing = { holder: undefined, reservedFor: undefined, hasRoom: true }
  const rules = { joins: 'open', members: {} }
  const grant = decideGrant(question, csr, { lifetimes, rules, standing, nowMs })
  const { publicKey } = csr
  return formatPem('CERTIFICATE', issueCertificate(authority, { grant, publicKey, nowMs, serial: randomBytes(16) }).der)
}

function newFloor(caKey: KeyObject): (turn: number) => void {
  const data = randomBytes(300)
  const caPublic = createPublicKey(caKey)
  const keys = Array.from({ length: requests }, () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return { spki: publicKey.export({ type: 'spki', format: 'der' }), signature: sign('sha256', data, privateKey) }
  })
  return (turn) => {
    const key = keys[turn % requests]
    if (key === undefined) return
    const publicKey = createPublicKey({ key: key.spki, format: 'der', type: 'spki' })
    const isGood = verify('sha256', data, publicKey, key.signature)
    const isSigned = verify('sha256', data, caPublic, sign('sha256', data, caKey))
    if (!isGood || !isSigned) throw new Error('a signature did not verify')
  }
}
