import '../../test/support/x509/reflect-metadata.ts'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { Pkcs10CertificateRequest } from '@peculiar/x509'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { describeWith, runProgram } from '../../test/support/shell/external-program.ts'
import {
  buildAttribute,
  buildAttributes,
  buildCsr,
  buildExtensionRequest,
  buildName,
  type CsrParts,
  hex,
} from '../../test/support/x509/build-csr.ts'
import { openssl, opensslCsr, opensslKey } from '../../test/support/x509/openssl.ts'
import { SignetError } from '../core/signet-error.ts'
import { derTag } from './der/der-tag.ts'
import { extensionOid, oid } from './der/oid.ts'
import { writeOctetString, writeOid, writeSequence, writeUtf8String } from './der/write-der.ts'
import { parseCsr } from './parse-csr.ts'
import { writeCsr } from './write/write-csr.ts'

const rsa = (bits: number): string[] => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`]
const ec = (curve: string): string[] => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${curve}`]
const kinds = [
  ['RSA-2048', rsa(2048), 'rsa', 2048],
  ['RSA-3072', rsa(3072), 'rsa', 3072],
  ['RSA-4096', rsa(4096), 'rsa', 4096],
  ['P-256', ec('P-256'), 'p256', 256],
  ['P-384', ec('P-384'), 'p384', 384],
  ['P-521', ec('P-521'), 'p521', 521],
  ['Ed25519', ['-algorithm', 'ED25519'], 'ed25519', 256],
] as const

const p256 = opensslKey(...ec('P-256'))
const name = ['-subj', '/CN=kubemaster-1']

describeWith('openssl', 'parseCsr, of CSRs made by openssl,', () => {
  it.each(kinds)('reads %s', (_title, genpkeyArgs, algorithm, bits) => {
    const key = opensslKey(...genpkeyArgs)
    const { commonName, publicKey } = parseCsr(opensslCsr(key, ...name))
    expect(commonName).toBe('kubemaster-1')
    expect(publicKey).toMatchObject({ algorithm, bits })
    expect(publicKey.keyObject.equals(createPublicKey(key))).toBe(true)
  })

  it.each(['-sha256', '-sha384', '-sha512'])('reads %s', (digest) => {
    expect(parseCsr(opensslCsr(p256, ...name, digest)).commonName).toBe('kubemaster-1')
  })

  it('reads a subject with more than a CN, extensions and a challenge password', () => {
    const subject = ['-subj', '/C=DE/O=system:masters/OU=a+OU=b/CN=kubemaster-1']
    const wishes = ['-addext', 'subjectAltName=DNS:evil.example,IP:192.0.2.1', '-addext', 'basicConstraints=CA:TRUE']
    expect(parseCsr(opensslCsr(p256, ...subject, ...wishes)).commonName).toBe('kubemaster-1')
  })

  it('refuses SHA-1, RSA-PSS, a compressed point, explicit parameters, secp256k1 and RSA-1024', () => {
    const compressed = openssl(['pkey', '-ec_conv_form', 'compressed'], p256)
    const explicit = opensslKey(...ec('P-256'), '-pkeyopt', 'ec_param_enc:explicit')
    const pss = ['-sigopt', 'rsa_padding_mode:pss']
    const cases = [
      [opensslCsr(p256, ...name, '-sha1'), /SHA-1/],
      [opensslCsr(opensslKey(...rsa(2048)), ...name, ...pss), /RSA-PSS/],
      [opensslCsr(compressed, ...name), /compressed form/],
      [opensslCsr(explicit, ...name), /without a named curve/],
      [opensslCsr(opensslKey(...ec('secp256k1')), ...name), /curve other than/],
      [opensslCsr(opensslKey(...rsa(1024)), ...name), /1024 bits/],
    ] as const
    for (const [der, message] of cases) expect(() => parseCsr(der)).toThrow(message)
  })
})

const judges = async (der: Buffer): Promise<string[]> => {
  const said = runProgram('openssl', ['req', '-inform', 'DER', '-verify', '-noout'], der)
  const peculiar = await new Pkcs10CertificateRequest(der).verify()
  return [...(said.status === 0 ? [] : [said.said]), ...(peculiar ? [] : ['@peculiar/x509 refuses it'])]
}

// CSRs with a right signature over parts of which some are odd and some wrong.
const parts: fc.Arbitrary<CsrParts> = fc
  .record({
    names: fc.array(
      fc.tuple(
        fc.constantFrom('O', 'OU', '2a0304', 'CN'),
        fc.string({ unit: 'grapheme', maxLength: 10 }),
        fc.constantFrom(derTag.utf8String, derTag.utf8String, derTag.teletexString, derTag.printableString),
      ),
      { maxLength: 2 },
    ),
    cn: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }),
    password: fc.option(fc.string()),
    extension: fc.option(fc.oneof(fc.constant(hex('030205a0')), fc.uint8Array({ maxLength: 4 }))),
  })
  .map(({ names, cn, password, extension }) => {
    const attributes = [
      ...(password === null ? [] : [buildAttribute(oid('1.2.840.113549.1.9.7'), writeUtf8String(password))]),
      ...(extension === null
        ? []
        : [buildExtensionRequest(writeSequence(writeOid(extensionOid.keyUsage), writeOctetString(extension)))]),
    ]
    return {
      subject: buildName([...names, ['CN', cn]]),
      attributes: buildAttributes(...attributes.toSorted(Buffer.compare)),
    }
  })

describeWith('openssl', 'what parseCsr accepts,', () => {
  it('openssl and @peculiar/x509 accept', async () => {
    let accepted = 0
    for (const sample of fc.sample(parts, 120)) {
      const der = buildCsr(sample)
      try {
        parseCsr(der)
      } catch (error) {
        expect(error).toBeInstanceOf(SignetError)
        continue
      }
      accepted++
      expect(await judges(der), der.toString('hex')).toEqual([])
    }
    expect(accepted).toBeGreaterThan(10)
  })
})

describeWith('openssl', 'what writeCsr writes,', () => {
  it.each(kinds)('openssl and @peculiar/x509 accept (%s)', async (_title, genpkeyArgs) => {
    expect(await judges(writeCsr('etcd-1', createPrivateKey(opensslKey(...genpkeyArgs))))).toEqual([])
  })
})
