import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { commandIn, saidHint } from '../support/hints/said-hint.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { type ShellResult, shell } from '../support/shell/shell.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-csr-hints-'))
const signer = new TestSigner(new TestAuthority())
let directory: string
let count = 0

const type = (line: string): Promise<ShellResult> => shell(line, { directory })
const options = '-F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR'
const send = (input: string): Promise<ShellResult> =>
  type(`${input} | ssh ${options} -p ${signer.port} signer@127.0.0.1 kubemaster-1`)

const generate = (how: string): string => `openssl genpkey ${how} -out client.key 2>/dev/null`
const makeCsr = (how = ''): string => `openssl req -new -key client.key -subj /CN=kubemaster-1 ${how} -out client.csr`
const goodKey = generate('-algorithm EC -pkeyopt ec_paramgen_curve:P-256')

/** Keys that are never accepted: with the same one every CSR would be refused again. */
const keys: readonly (readonly [what: string, made: string])[] = [
  ['RSA of 1024 bits', generate('-algorithm RSA -pkeyopt rsa_keygen_bits:1024')],
  ['RSA with exponent 3', generate('-algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3')],
  ['P-224', generate('-algorithm EC -pkeyopt ec_paramgen_curve:P-224')],
  ['secp256k1', generate('-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1')],
  [
    'P-256 with explicit parameters',
    generate('-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit'),
  ],
  [
    'P-256 in compressed form',
    `${goodKey}; openssl ec -in client.key -conv_form compressed -out c.key 2>/dev/null; mv c.key client.key`,
  ],
  ['Ed448', generate('-algorithm ED448')],
  ['RSA-PSS', generate('-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048')],
  ['DSA', 'openssl dsaparam -genkey -out client.key 1024 2>/dev/null'],
]

const csrs: readonly (readonly [what: string, made: string])[] = [
  ['signed with SHA-1', `${goodKey}; ${makeCsr('-sha1')}`],
  ['without a common name', `${goodKey}; openssl req -new -key client.key -subj /O=x -out client.csr`],
  ['with two common names', `${goodKey}; openssl req -new -key client.key -subj /CN=kubemaster-1/CN=y -out client.csr`],
  ['for another name', `${goodKey}; openssl req -new -key client.key -subj /CN=kubemaster-2 -out client.csr`],
]

const inputs: readonly (readonly [what: string, input: string])[] = [
  ['nothing', 'true'],
  ['no base64', 'echo "hello, world!"'],
  ['a cut CSR', 'head -c 101 client.csr'],
  ['a certificate', `${goodKey}; openssl req -x509 -key client.key -subj /CN=x -out client.crt; base64 < client.crt`],
  ['a certificate, DER', 'openssl req -x509 -key client.key -subj /CN=x -outform DER | base64'],
  ['a public key', 'openssl pkey -in client.key -pubout -outform DER | base64'],
  ['1 MB', 'head -c 1000000 /dev/zero'],
]

const privateKeys: readonly (readonly [what: string, input: string])[] = [
  ['a private key, PEM', 'base64 < client.key'],
  ['a private key, DER', 'openssl pkey -in client.key -outform DER | base64'],
]

describeWith('ssh', 'the hint of a refused CSR, typed,', () => {
  beforeAll(() => signer.start())
  afterAll(async () => {
    await signer.remove()
    rmSync(base, { recursive: true })
  })
  beforeEach(() => {
    count += 1
    directory = join(base, `${count}`)
    mkdirSync(directory)
  })

  /** Sends what is refused, types what the hint says, and sends what that made. */
  async function follow(input: string, start: RegExp): Promise<string> {
    const refused = await send(input)
    expect([refused.stdout, refused.status === 0], refused.stderr).toEqual(['', false])
    const hint = saidHint(refused.stderr)
    const typed = await type(commandIn(hint, start, { NAME: 'kubemaster-1' }))
    expect(typed.status, `${hint}\n${typed.stderr}`).toBe(0)
    const answered = await send('base64 < client.csr')
    expect(answered.stdout, `${hint}\n${answered.stderr}`).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    return refused.stderr
  }

  it.each(keys)('makes a new key where it is %s, and a CSR that is signed', async (_what, made) => {
    const { status, stderr } = await type(`${made}; ${makeCsr()}; cp client.key before`)
    expect(status, stderr).toBe(0)
    await follow('base64 < client.csr', /: (openssl req -new -newkey .*)$/)
    expect((await type('cmp client.key before')).status).toBe(1)
  })

  it.each(csrs)('keeps the key where the CSR is %s, and makes one that is signed', async (_what, made) => {
    const { status, stderr } = await type(`${made}; cp client.key before`)
    expect(status, stderr).toBe(0)
    await follow('base64 < client.csr', /: (openssl req -new -sha256 -key .*)$/)
    expect((await type('cmp client.key before')).status).toBe(0)
  })

  it.each(inputs)('makes of the key a CSR that is signed, where %s was sent', async (_what, input) => {
    await type(`${goodKey}; ${makeCsr()}`)
    await follow(`{ ${input}; }`, /: (openssl req -new -sha256 -key .*)$/)
  })

  it.each(privateKeys)('makes a new key where %s was sent: that one has left its machine', async (_what, input) => {
    await type(`${goodKey}; cp client.key before`)
    await follow(`{ ${input}; }`, /: (openssl req -new -newkey .*)$/)
    expect((await type('cmp client.key before')).status).toBe(1)
  })

  it('sends every kind of key that is accepted, made again with SHA-256', async () => {
    for (const how of ['ED25519', 'RSA', 'EC -pkeyopt ec_paramgen_curve:P-521']) {
      await type(`${generate(`-algorithm ${how}`)}; cp client.key before`)
      await follow('echo x', /: (openssl req -new -sha256 -key .*)$/)
    }
  })
})
