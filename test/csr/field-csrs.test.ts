import { describe, expect, it } from 'vitest'
import { decodeCsrInput } from '../../src/protocol/csr-input.ts'
import { parseCsr } from '../../src/x509/parse-csr.ts'
import { readCorpus } from '../fuzz/read-corpus.ts'
import { describeWith, runProgram, withFiles } from '../support/shell/external-program.ts'
import { syncRefusalOf } from '../support/sync-refusal.ts'

const csrs = readCorpus('csr')
const inputs = readCorpus('csr-input')
const isField = ({ name }: { readonly name: string }): boolean => name.startsWith('field-')
const isRefused = ({ name }: { readonly name: string }): boolean => name.startsWith('refused-')

/** What is said of CSRs of other people's programs that are refused. */
const refusedCsrs: Readonly<Record<string, RegExp>> = {
  'refused-attrs-unsorted':
    /^the CSR is not strict DER: its attributes are not in ascending order \(X\.690 section 11\.6\)/,
  'refused-critical-false-encoded': /an encoded default value \(byte 154\)$/,
  'refused-dn-empty-o': /^the CSR has a part of its name that is empty \(2\.5\.4\.10\)$/,
  'refused-dn-two-cn': /more than one common name/,
  'refused-dn-universal-over-10ffff': /a UniversalString with characters that do not exist/,
  'refused-ecdsa-null-params': /a signature algorithm with the wrong parameters/,
  'refused-ext-raw-value': /^the extension 1\.2\.3\.4 in the CSR is not strict DER: .* \(byte 153\)$/,
  'refused-noattrs-absent': /^the CSR has no field for attributes: RFC 2986 section 4\.1/,
  'refused-version-3': /^the CSR has a version other than 1$/,
}

/** What is said of what other people's programs put around a CSR, where that is refused. */
const refusedInputs: Readonly<Record<string, RegExp>> = {
  'refused-block-of-pem': /^the PEM block on standard input does not hold DER$/,
  'refused-certutil-encode-of-der': /says CERTIFICATE around a CSR, as "certutil -encode" does/,
  'refused-certutil-encode-of-pem': /says CERTIFICATE around a CSR, as "certutil -encode" does/,
  'refused-two-blocks': /^standard input holds 2 PEM blocks$/,
  'refused-utf16-powershell': /^standard input is UTF-16 text, as PowerShell writes it/,
}

describe('a CSR of another program', () => {
  it.each(csrs.filter(isField))('$name is read', ({ bytes }) => {
    expect(parseCsr(bytes).commonName).toBe('kubemaster-x')
  })

  it.each(csrs.filter(isRefused))('$name is refused, and named for what it is', ({ name, bytes }) => {
    const { code, message } = syncRefusalOf(() => parseCsr(bytes))
    expect(code).toBe('bad-data')
    expect(message).toMatch(refusedCsrs[name] ?? /^$/)
  })

  it('whose attributes are unsorted is told which libraries write them so', () => {
    const unsorted = csrs.find(({ name }) => name === 'refused-attrs-unsorted')
    expect(syncRefusalOf(() => parseCsr(unsorted?.bytes ?? Buffer.alloc(0))).hint).toMatch(/smallstep\/scep/)
  })

  it.each(inputs.filter(({ name }) => name.startsWith('text-')))('is found in $name', ({ bytes }) => {
    expect(parseCsr(decodeCsrInput(bytes)).commonName).toBe('kubemaster-x')
  })

  it.each(inputs.filter(isRefused))('is not taken out of $name, which is named for what it is', ({ name, bytes }) => {
    expect(syncRefusalOf(() => decodeCsrInput(bytes)).message).toMatch(refusedInputs[name] ?? /^$/)
  })
})

const readByCerttool = (der: Buffer): string =>
  withFiles([der], (file) => runProgram('certtool', ['--crq-info', '--inder', '--infile', file]).said)

// Why an empty part of a name is refused and a challenge password that is a number is not: what GnuTLS makes of each.
describeWith('certtool', 'GnuTLS', () => {
  it.each(csrs.filter(isField))('reads $name and verifies it, as we do', ({ bytes }) => {
    const said = readByCerttool(bytes)
    expect(said).toContain('Self signature: verified')
    expect(said).not.toMatch(/^error:/m)
  })

  it('does not read a name with an empty part', () => {
    const empty = csrs.find(({ name }) => name === 'refused-dn-empty-o')
    expect(readByCerttool(empty?.bytes ?? Buffer.alloc(0))).toMatch(/^error: get_dn/m)
  })

  it('writes text before the PEM block, which is skipped', () => {
    const key = runProgram('certtool', [
      '--generate-privkey',
      '--key-type',
      'ecdsa',
      '--curve',
      'secp256r1',
      '--no-text',
    ])
    const csr = withFiles([key.stdout, 'cn = "kubemaster-1"\n'], (keyFile, template) =>
      runProgram('certtool', ['--generate-request', '--load-privkey', keyFile, '--template', template]),
    ).stdout
    expect(csr.indexOf('-----BEGIN')).toBeGreaterThan(0)
    for (const sent of [csr, Buffer.from(csr.toString('base64'))]) {
      expect(parseCsr(decodeCsrInput(sent)).commonName).toBe('kubemaster-1')
    }
  })
})

describeWith('openssl', 'openssl', () => {
  it.each(inputs.filter(({ name }) => /^text-(certtool|nss|openssl|around)/.test(name)))(
    'reads $name too',
    ({ bytes }) => {
      expect(runProgram('openssl', ['req', '-verify', '-noout'], bytes).status).toBe(0)
    },
  )
})
