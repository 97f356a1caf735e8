import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { helpText } from '../../src/endpoint/help-text.ts'
import { parseCsr } from '../../src/x509/parse-csr.ts'
import { formatPem } from '../../src/x509/pem.ts'
import type { CertificateTemplate } from '../../src/x509/write/write-certificate.ts'
import { writeCsr } from '../../src/x509/write/write-csr.ts'
import { documents, readCode } from '../support/docs/read-document.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { type ShellResult, shell } from '../support/shell/shell.ts'
import { newEcKey } from '../support/signer/test-authority.ts'
import { type ScriptedAnswer, type ScriptedSigner, startScriptedSigner } from '../support/signer/test-signer.ts'
import { createTestCa, testNowMs } from '../support/x509/test-ca.ts'

const [, section = ''] = readFileSync('docs/RUNBOOK.md', 'utf8').split('\n### Renew with stock tools\n')
const lines = /```sh\n(.*?)```/s.exec(section)?.[1] ?? 'false'

const hourMs = 3_600_000
const base = mkdtempSync(join(tmpdir(), 'signet-renewal-lines-'))
const authority = createTestCa()
const key = newEcKey()
const csr = writeCsr('kubemaster-1', key)
let signer: ScriptedSigner
let words: string[]
let answer: ScriptedAnswer
let directory: string
let count = 0

/** A certificate for the key of a CSR, that differs from the one asked for in what is given. */
function certificate(parts: Partial<CertificateTemplate> = {}, by = authority): string {
  return formatPem('CERTIFICATE', by.issue({ publicKey: parseCsr(csr).publicKey.spki, ...parts }))
}

const caPem = formatPem('CERTIFICATE', authority.certificate.der)
const installed = certificate({ serial: Buffer.alloc(16, 7) })
const files: Readonly<Record<string, string>> = {
  'ca.crt': caPem,
  'client.crt': installed,
  'client.csr': formatPem('CERTIFICATE REQUEST', csr),
  'client.key': key.export({ type: 'pkcs8', format: 'pem' }).toString(),
}

beforeAll(async () => {
  signer = await startScriptedSigner((word) => {
    words.push(word)
    return answer
  })
  // The one thing that the documents leave to the host: which port, and whose host key.
  const options = `-F none -p \${PORT:-${signer.port}} -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR`
  mkdirSync(join(base, 'bin'))
  writeFileSync(join(base, 'bin/ssh'), `#!/bin/sh\nPATH=\${PATH#*:} exec ssh ${options} "$@"\n`, { mode: 0o755 })
})
afterAll(async () => {
  await signer.remove()
  rmSync(base, { recursive: true, force: true })
})

beforeEach(() => {
  count += 1
  directory = join(base, `${count}`)
  mkdirSync(directory)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  words = []
  answer = { stdout: certificate() }
})

/** Where the lines are as cron would run them: without HOSTNAME or anything else that a log-in sets. */
function cronLine(program = 'dash', setting = ''): string {
  const script = join(base, `${count}.sh`)
  writeFileSync(script, lines.replaceAll('LEADER', '127.0.0.1'))
  return `env -i ${setting} PATH='${join(base, 'bin')}:${process.env['PATH']}' ${program} '${script}'`
}

const renew = (...cron: Parameters<typeof cronLine>): Promise<ShellResult> => shell(cronLine(...cron), { directory })
const read = (name = 'client.crt'): string => readFileSync(join(directory, name), 'utf8')

async function expectKept(attempt: () => Promise<ShellResult> = renew): Promise<void> {
  const { status, stdout } = await attempt()
  expect(status).not.toBe(0)
  expect(stdout).toBe('')
  expect(read()).toBe(installed)
  expect(readdirSync(directory).every((name) => name in files)).toBe(true)
}

describeWith('ssh', 'the renewal lines of the RUNBOOK', () => {
  it.each(['dash', 'bash', 'bash --posix'])('exchange the certificate, in %s, and say nothing', async (program) => {
    expect(await renew(program)).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(read()).toBe(answer.stdout)
    expect(readdirSync(directory).toSorted()).toEqual(Object.keys(files))
    // Though nothing has told them the host name.
    expect(words).toEqual(['kubemaster-1'])
  })

  it('install the certificate alone, where something stands around it', async () => {
    const asked = certificate()
    answer = { stdout: `Welcome\n${asked}\n${caPem}bye\n` }
    expect(await renew()).toMatchObject({ status: 0 })
    expect(read()).toBe(asked)
  })

  const other = newEcKey()
  const otherSpki = parseCsr(writeCsr('kubemaster-1', other)).publicKey.spki
  it.each<[string, ScriptedAnswer]>([
    ['nothing, and success', {}],
    ['an error', { stderr: 'signet: error: not now\nsignet: hint: later\n', status: 75 }],
    ['an error, and half a certificate', { stdout: certificate().slice(0, 300), status: 255 }],
    ['half a certificate, and success', { stdout: certificate().slice(0, 300) }],
    ['all but the last line', { stdout: certificate().replace(/-----END.*\n/, '') }],
    ['usage, and success', { stdout: helpText }],
    ['garbage', { stdout: '\0\u0001\u0002 no certificate \u007f'.repeat(100) }],
    ['a certificate for another key', { stdout: certificate({ publicKey: otherSpki }) }],
    ['a certificate of another CA', { stdout: certificate({}, createTestCa()) }],
    ['the CA certificate', { stdout: caPem }],
    [
      'a certificate that has expired',
      { stdout: certificate({ notBeforeMs: testNowMs - 9 * hourMs, notAfterMs: testNowMs - hourMs }) },
    ],
    ['a certificate for servers', { stdout: certificate({ extendedKeyUsage: ['serverAuth'] }) }],
    ['the CSR', { stdout: files['client.csr'] ?? '' }],
    ['two certificates, the second a good one', { stdout: certificate({ publicKey: otherSpki }) + certificate() }],
  ])('keep the old certificate where the signer answers %s', async (_what, given) => {
    answer = given
    await expectKept()
  })

  it('keep the old certificate where the answer is of a CA that the host trusts, and not of the one in ca.crt', async () => {
    const trusted = createTestCa(undefined, { subjectCommonName: 'Host CA' })
    const certificates = join(base, 'host-certificates')
    mkdirSync(certificates)
    writeFileSync(join(certificates, 'ca.pem'), formatPem('CERTIFICATE', trusted.certificate.der))
    expect(await shell(`openssl rehash '${certificates}'`, { directory })).toMatchObject({ status: 0 })
    answer = { stdout: certificate({}, trusted) }
    await expectKept(() => renew('dash', `SSL_CERT_DIR='${certificates}'`))
  })

  it('keep the old certificate where nobody answers', async () => {
    await expectKept(() => renew('dash', 'PORT=1'))
    expect(words).toEqual([])
  })

  it.each(['client.csr', 'client.key', 'ca.crt'])('keep the old certificate where there is no %s', async (name) => {
    rmSync(join(directory, name))
    // What a signer from before this version answers to no word at all.
    if (name === 'client.csr') answer = { stdout: helpText }
    await expectKept()
  })

  it('exchange the certificate while two of them run at once', async () => {
    const both = await Promise.all([renew(), renew()])
    expect(both.map(({ status }) => status)).toEqual([0, 0])
    expect(read()).toBe(answer.stdout)
    expect(readdirSync(directory).toSorted()).toEqual(Object.keys(files))
  })

  it.skipIf(!canMount('a disk that is full'))('keep the old certificate where the disk is full', async () => {
    const script = `
      mount -t tmpfs -o size=64k none /mnt && cp '${directory}'/client.* '${directory}/ca.crt' /mnt && cd /mnt || exit 9
      head -c 1000000 /dev/zero > fill 2>/dev/null
      ${cronLine()}; echo "status $?"
      cat client.crt; ls
      rm fill; ${cronLine()}; echo "status $?"
      cmp -s client.crt '${directory}/client.crt' || echo exchanged`
    const { stdout, stderr } = await inMountNamespace(script)
    const names = 'ca.crt\nclient.crt\nclient.csr\nclient.key\nfill\n'
    expect(stdout, stderr).toBe(`status 1\n${installed}${names}status 0\nexchanged\n`)
  })
})

describe('what the documents say of client.crt', () => {
  it('writes it without a look at two places only: where it is made for the first time', () => {
    const writing = documents.flatMap((file) => readCode(file).filter((line) => /> *client\.crt\b/.test(line)))
    const first = 'base64 < client.csr | ssh signer@LEADER "$HOSTNAME" > client.crt'
    expect(writing.map((line) => line.replace(/^\$ /, ''))).toEqual([first, first])
  })
})
