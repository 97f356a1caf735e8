import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  createInspectedPair,
  type PairChanges,
  pairAuthority,
  pairPaths,
} from '../../../../test/support/host/inspected-pair.ts'
import { createTestCa, testNowMs } from '../../../../test/support/x509/test-ca.ts'
import type { Finding } from '../../../core/finding.ts'
import { formatPem } from '../../../x509/pem.ts'
import { judgeExpiry } from './judge-expiry.ts'
import { judgeFiles } from './judge-files.ts'
import { judgePair } from './judge-pair.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const otherCa = formatPem('CERTIFICATE', createTestCa().certificate.der)
const thirdCa = formatPem('CERTIFICATE', createTestCa().certificate.der)
const ownCa = formatPem('CERTIFICATE', pairAuthority.certificate.der)
const clientCert = formatPem('CERTIFICATE', pairAuthority.issue())
const member = {
  subjectCommonName: 'etcd-1',
  extendedKeyUsage: ['serverAuth', 'clientAuth'],
  dnsNames: ['etcd-1', 'localhost', 'peer.etcd.signet.internal'],
} as const

function trouble(findings: readonly Finding[]) {
  const found = findings.filter(({ level }) => level !== 'well')
  for (const { why, fix } of found) expect([why, fix]).not.toContain(undefined)
  return found.map(({ check, level, what }) => [check, level, what])
}

describe('judgePair', () => {
  it('finds nothing wrong with a pair in order, of a master or a member', async () => {
    expect(trouble(judgePair(await createInspectedPair()))).toEqual([])
    expect(trouble(judgePair(await createInspectedPair({ kind: 'member', certificate: member })))).toEqual([])
  })

  it.each<[string, PairChanges, string, string, RegExp]>([
    ['another key', { key: otherKey }, 'key-match', 'broken', /client\.crt is not for the key \/pki\/client\.key/],
    ['another CA', { files: { ca: { text: otherCa } } }, 'chain', 'broken', /is not signed by \/pki\/ca\.crt/],
    [
      'several other CAs',
      { files: { ca: { text: `${otherCa}${thirdCa}` } } },
      'chain',
      'broken',
      /is not signed by any CA of \/pki\/ca\.crt/,
    ],
    ['serverAuth only', { certificate: { extendedKeyUsage: ['serverAuth'] } }, 'purpose', 'broken', /lacks clientAuth/],
    [
      'a member without the peer marker',
      { kind: 'member', certificate: { ...member, dnsNames: ['etcd-1'] } },
      'purpose',
      'broken',
      /lacks the name peer\.etcd\.signet\.internal/,
    ],
    ['a foreign name', { certificate: { subjectCommonName: 'master1' } }, 'name', 'attention', /not kubemaster-<id>/],
  ])('tells of %s', async (_title, changes, check, level, what) => {
    expect(trouble(judgePair(await createInspectedPair(changes)))).toEqual([
      [check, level, expect.stringMatching(what)],
    ])
  })
})

const root = { trustedUids: [0], readerUid: undefined }

describe('judgeFiles', () => {
  it('tells of a key that etcd cannot read because it belongs to root', async () => {
    const etcd = { trustedUids: [104, 0], readerUid: 104 }
    const pair = await createInspectedPair({ kind: 'member', certificate: member })
    expect(trouble(judgeFiles(pair, etcd))).toEqual([
      ['file-owner', 'broken', expect.stringContaining('etcd runs as 104')],
    ])
    const owned = await createInspectedPair({ kind: 'member', certificate: member, files: { key: { uid: 104 } } })
    expect(trouble(judgeFiles(owned, etcd))).toEqual([])
  })

  it('finds nothing wrong with files that only their owner can change', async () => {
    expect(trouble(judgeFiles(await createInspectedPair(), root))).toEqual([])
  })

  it.each<[string, PairChanges['files'], string, RegExp]>([
    ['a key that others can read', { key: { mode: 0o640 } }, 'file-modes', /client\.key can be read .*0640/],
    ['a CA that others can change', { ca: { mode: 0o666 } }, 'file-modes', /ca\.crt can be changed .*0666/],
    ['a file of another account', { certificate: { uid: 1000 } }, 'file-owner', /belongs to account 1000, not to 0/],
    ['a certificate that is gone', { certificate: undefined }, 'files', /^there is no \/pki\/client\.crt$/],
    ['a certificate that is none', { certificate: { text: 'hello' } }, 'files', /PEM/],
    ['a CA file that is none', { ca: { text: clientCert } }, 'files', /a certificate not that of a CA that may sign/],
    [
      'a CA file that holds something else too',
      { ca: { text: `${ownCa}${clientCert}` } },
      'files',
      /certificate 2 of 2, which is not that of a CA/,
    ],
    ['an encrypted key', { key: { text: '-----BEGIN ENCRYPTED PRIVATE KEY-----\n' } }, 'files', /is encrypted/],
  ])('tells of %s', async (_title, files, check, what) => {
    const pair = await createInspectedPair({ files: files ?? {} })
    expect(trouble(judgeFiles(pair, root))).toEqual([[check, 'broken', expect.stringMatching(what)]])
  })

  it('judges the rest of a pair of which one file is gone', async () => {
    const pair = await createInspectedPair({ files: { certificate: undefined } })
    expect(judgePair(pair)).toEqual([])
    expect(pair.key.path).toBe(pairPaths.key)
  })
})

describe('judgeExpiry', () => {
  // Issued at testNowMs - 1 h with a lifetime of 25 h.
  const judgeAt = async (nowMs: number, atMs = nowMs) =>
    trouble(judgeExpiry(await createInspectedPair(), { nowMs, atMs }))

  it('finds nothing wrong with a certificate in its time', async () => {
    expect(await judgeAt(testNowMs)).toEqual([])
    expect(await judgeAt(testNowMs, testNowMs + 2 * hourMs)).toEqual([])
  })

  it.each([
    ['has expired', testNowMs + dayMs, 'broken', /client\.crt expired at/],
    ['is not valid yet', testNowMs - 2 * hourMs, 'broken', /not valid before/],
    ['should have been renewed', testNowMs + 13 * hourMs, 'attention', /should have been renewed since/],
  ])('tells that a certificate %s', async (_title, nowMs, level, what) => {
    const found = await judgeAt(nowMs)
    expect(found[0]).toEqual(['expiry', level, expect.stringMatching(what)])
  })

  it('says of one that has expired what must not be restarted meanwhile, and of none before', async () => {
    const pair = await createInspectedPair()
    const [expired, expiring] = [testNowMs + dayMs, testNowMs].map((nowMs) => {
      return judgeExpiry(pair, { nowMs, atMs: testNowMs + 36 * hourMs })[0]?.why
    })
    expect(expired).toContain('restart neither etcd nor kube-apiserver until it is renewed')
    expect(expiring).not.toContain('restart')
  })

  it('tells what will have expired by a later moment', async () => {
    const found = await judgeAt(testNowMs, testNowMs + 36 * hourMs)
    expect(found).toEqual([
      ['expiry', 'broken', expect.stringMatching(/will have expired, .* unless it is renewed before/)],
    ])
  })

  it.each([
    ['ends within a year', 3400 * dayMs, 'attention', /is valid until .*, 250 days/],
    ['has expired', 3650 * dayMs, 'broken', /ca\.crt expired at/],
  ])('tells that the CA %s', async (_title, laterMs, level, what) => {
    const found = await judgeAt(testNowMs + laterMs)
    expect(found).toContainEqual(['ca-expiry', level, expect.stringMatching(what)])
  })

  it('tells that the CA will have expired by a later moment', async () => {
    const found = await judgeAt(testNowMs, testNowMs + 4000 * dayMs)
    expect(found).toContainEqual(['ca-expiry', 'broken', expect.stringMatching(/will have expired, at/)])
  })

  describe('of a file of several CAs', () => {
    const { certificate: spent } = createTestCa(undefined, {
      notBeforeMs: testNowMs - 2 * dayMs,
      notAfterMs: testNowMs - dayMs,
    })
    const judgeWith = async (text: string, laterMs = 0) => {
      const pair = await createInspectedPair({ files: { ca: { text } } })
      expect(trouble(judgePair(pair))).toEqual([])
      const nowMs = testNowMs + laterMs
      return judgeExpiry(pair, { nowMs, atMs: nowMs }).filter(({ check }) => check === 'ca-expiry')
    }

    it('tells of each one when it ends', async () => {
      const found = await judgeWith(`${ownCa}${otherCa}`)
      expect(found.map(({ level }) => level)).toEqual(['well', 'attention'])
      expect(found[1]?.what).toMatch(/^CA certificate 2 of 2 in \/pki\/ca\.crt is valid until .*, 365 days$/)
    })

    it('asks to take out one that has expired and has not signed the certificate of this host', async () => {
      const [first] = await judgeWith(`${formatPem('CERTIFICATE', spent.der)}${ownCa}`)
      expect(first).toMatchObject({ level: 'attention', fix: expect.stringContaining('take it out of the file') })
    })

    it('calls it broken where it has', async () => {
      expect((await judgeWith(`${otherCa}${ownCa}`, 3650 * dayMs)).at(-1)).toMatchObject({ level: 'broken' })
    })
  })
})
