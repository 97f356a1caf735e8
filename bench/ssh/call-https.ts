import { createHash, randomBytes, sign, X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { callerAddress, callTimeoutMs } from './caller-address.ts'
import type { Csr, LoadPlan, Provisioner, Reach } from './load-plan.ts'

interface Question {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/** One call on a connection of its own, as each master makes it; what went wrong, if anything. */
export function callHttps(plan: LoadPlan, index: number): Promise<string | undefined> {
  const { reach, port, expected } = plan
  const csr = plan.csrs[index % plan.csrs.length] ?? { name: '', pem: '' }
  if (reach.kind === 'ssh') throw new Error('is called over SSH')
  const { path, body } = ask(reach, csr, port)
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  const place = { host: '127.0.0.1', port, path, method: 'POST', localAddress: callerAddress(index) }
  return new Promise((resolve) => {
    const options = { ...place, headers, ca: reach.caPem, agent: false, timeout: callTimeoutMs }
    const sent = request(options, (response) => {
      let answer = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk
      })
      response.on('error', ({ message }) => resolve(message))
      response.on('end', () => resolve(answer.includes(expected) ? undefined : `HTTP ${response.statusCode}`))
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer')))
    sent.on('error', ({ message }) => resolve(message))
    sent.end(text)
  })
}

function ask(reach: Exclude<Reach, { kind: 'ssh' }>, csr: Csr, port: number): Question {
  if (reach.kind === 'cfssl') return { path: '/api/v1/cfssl/sign', body: { certificate_request: csr.pem } }
  const audience = `https://127.0.0.1:${port}/1.0/sign`
  return {
    path: '/1.0/sign',
    body: { csr: csr.pem, ott: writeToken(reach.provisioner, csr.name, audience, reach.caPem) },
  }
}

/** The one-time token that step-ca asks for: whoever holds the provisioner's key says who the caller is. */
function writeToken(
  { name, keyId, privateKeyPem }: Provisioner,
  subject: string,
  aud: string,
  rootPem: string,
): string {
  const now = Math.floor(Date.now() / 1000)
  const times = { iat: now, nbf: now - 5, exp: now + 300 }
  const sha = fingerprint(rootPem)
  const claims = { ...times, sub: subject, sans: [subject], iss: name, aud, sha, jti: randomBytes(16).toString('hex') }
  const head = encode({ alg: 'ES256', typ: 'JWT', kid: keyId })
  const text = `${head}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(text), { key: privateKeyPem, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function fingerprint(pem: string): string {
  return createHash('sha256').update(new X509Certificate(pem).raw).digest('hex')
}
