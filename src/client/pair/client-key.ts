import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { TextFile } from '../../host/files/local-files.ts'
import { DerReader } from '../../x509/der/strict-der.ts'
import { type KeyAlgorithm, readPublicKey } from '../../x509/key/parse-public-key.ts'
import { formatPem } from '../../x509/pem.ts'
import { writeCsr } from '../../x509/write/write-csr.ts'
import { defaultPairCommands, type PairCommands } from './pair-commands.ts'

/** A private key of this host, with its public half. */
export interface ClientKey {
  readonly privateKey: KeyObject
  readonly algorithm: KeyAlgorithm
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer
}

const generate = promisify(generateKeyPair)
const keyTypes = ['p256', 'p384', 'p521', 'rsa', 'ed25519'] as const satisfies readonly KeyAlgorithm[]
// PKCS#8 (RFC 5958 section 3) and what OpenSSL wrote before it (RFC 1421 section 4.6.1.1). The mere word stands in comments too.
const encryptedPattern = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m
const pemPattern = /^-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----\n[A-Za-z0-9+/=\n]+-----END \1-----\n*$/

/** The kind of key in what an operator typed. Throws `usage`. */
export function parseKeyType(text: string): KeyAlgorithm {
  const found = keyTypes.find((candidate) => candidate === text)
  if (found !== undefined) return found
  throw new SignetError('usage', 'the key type is not known', { hint: `give one of ${keyTypes.join(', ')}` })
}

/** Makes a key. RSA has 3072 bits, as long-lived ones should (NIST SP 800-57 part 1, table 2). */
export async function createClientKey(type: KeyAlgorithm = 'p256'): Promise<ClientKey> {
  const privateKey = await generateKey(type)
  return { privateKey, algorithm: type, spki: spkiOf(privateKey) }
}

async function generateKey(type: KeyAlgorithm): Promise<KeyObject> {
  if (type === 'rsa') return (await generate('rsa', { modulusLength: 3072 })).privateKey
  if (type === 'ed25519') return (await generate('ed25519', {})).privateKey
  return (await generate('ec', { namedCurve: `P-${type.slice(1)}` })).privateKey
}

function spkiOf(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' })
}

/** The key in a file of this host. Refuses one that others could read, encrypted ones and weak ones. */
export function parseClientKey(
  { text, mode }: Pick<TextFile, 'text' | 'mode'>,
  path: string,
  { newKey }: Pick<PairCommands, 'newKey'> = defaultPairCommands,
): ClientKey {
  // Whoever read it can pose as this host until its last certificate runs out, and renew for ever.
  if ((mode & 0o077) !== 0) {
    throw new SignetError('configuration', `the key ${path} can be read by other accounts`, {
      hint: `if it never was: chmod 600 ${quoteShell(path)}; else make a new one: ${newKey}`,
    })
  }
  const orNew = `; or make a new one: ${newKey}`
  if (encryptedPattern.test(text)) {
    throw new SignetError('configuration', `the key ${path} is encrypted`, {
      hint: `nobody is there to type its password when it renews: ${rewrite(path)}${orNew}`,
    })
  }
  const privateKey = importKey(text)
  if (privateKey === undefined) {
    throw new SignetError('configuration', `the key ${path} is not one private key in PEM`, {
      hint: `write it anew: ${rewrite(path)}${orNew}`,
    })
  }
  const spki = spkiOf(privateKey)
  return { privateKey, algorithm: readStrongAlgorithm(spki, path, newKey), spki }
}

/** The key as it is installed: PKCS#8, PEM. */
export function formatClientKey({ privateKey }: ClientKey): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** The CSR as the words want it on standard input: base64 of PEM. */
export function formatCsrInput(name: string, { privateKey }: ClientKey): string {
  return `${Buffer.from(formatPem('CERTIFICATE REQUEST', writeCsr(name, privateKey))).toString('base64')}\n`
}

// One key and nothing else. Not onto itself: openssl empties the file before it reads it. And not by `mv`: a member's key
// would then belong to root, and etcd could not read it.
function rewrite(path: string): string {
  const [old, fresh] = [quoteShell(path), quoteShell(`${path}.new`)]
  return `openssl pkey -in ${old} -out ${fresh} && cp ${fresh} ${old} && rm ${fresh}`
}

// Why is left out on purpose: OpenSSL's errors can quote the text that they failed on.
function importKey(text: string): KeyObject | undefined {
  try {
    return pemPattern.test(withoutParameters(text)) ? createPrivateKey(text) : undefined
  } catch {
    return undefined
  }
}

// `openssl ecparam -genkey` writes the curve in a block of its own, before the key.
function withoutParameters(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/^-----BEGIN EC PARAMETERS-----\n[^-]*-----END EC PARAMETERS-----\n/, '')
}

function readStrongAlgorithm(spki: Buffer, path: string, newKey: string): KeyAlgorithm {
  const hint = `use RSA of 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519; or make a new one: ${newKey}`
  try {
    return readPublicKey(new DerReader({ name: `the key ${path}`, hint }, spki)).algorithm
  } catch (cause) {
    const message = cause instanceof SignetError ? cause.message : `the key ${path} cannot be used`
    throw new SignetError('configuration', message, { hint, cause })
  }
}
