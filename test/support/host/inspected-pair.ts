import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { defaultPairCommands, type PairCommands } from '../../../src/client/pair/pair-commands.ts'
import { type InspectedPair, inspectPair } from '../../../src/diagnosis/inspect/inspect-pair.ts'
import type { TextFile } from '../../../src/host/files/local-files.ts'
import { formatPem } from '../../../src/x509/pem.ts'
import type { CertificateTemplate } from '../../../src/x509/write/write-certificate.ts'
import { createTestCa, spkiOf, testNowMs } from '../x509/test-ca.ts'

const dayMs = 86_400_000

/** The CA of every pair, for ten years. */
export const pairAuthority = createTestCa(undefined, { notAfterMs: testNowMs + 3650 * dayMs })

export const pairPaths = { key: '/pki/client.key', certificate: '/pki/client.crt', ca: '/pki/ca.crt' } as const

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** What differs from a pair in order. A file of undefined is not there. */
export interface PairChanges {
  readonly kind?: InspectedPair['kind']
  readonly commands?: PairCommands
  readonly certificate?: Partial<CertificateTemplate>
  readonly key?: KeyObject
  readonly files?: Readonly<Partial<Record<keyof typeof pairPaths, Partial<TextFile> | undefined>>>
}

/** A pair as if it had been found on a host of account 0. */
export async function createInspectedPair(changes: PairChanges = {}): Promise<InspectedPair> {
  const { kind = 'client', commands = defaultPairCommands, certificate, key = privateKey, files = {} } = changes
  const der = pairAuthority.issue({ publicKey: spkiOf(publicKey), ...certificate })
  const texts = {
    key: { text: key.export({ type: 'pkcs8', format: 'pem' }).toString(), mode: 0o600 },
    certificate: { text: formatPem('CERTIFICATE', der), mode: 0o644 },
    ca: { text: formatPem('CERTIFICATE', pairAuthority.certificate.der), mode: 0o644 },
  }
  const read = async (path: string): Promise<TextFile | undefined> => {
    const name = (['key', 'certificate', 'ca'] as const).find((candidate) => pairPaths[candidate] === path)
    if (name === undefined || (name in files && files[name] === undefined)) return undefined
    return { uid: 0, gid: 0, ...texts[name], ...files[name] }
  }
  return inspectPair({ kind, paths: pairPaths, commands }, { read, readLink: async () => undefined })
}
