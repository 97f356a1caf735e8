import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCertificateAuthority } from '../../src/authority/signing-key.ts'
import { ensureHostKey } from '../../src/endpoint/ssh-front/host-key.ts'
import { runProgram } from '../../src/host/programs/run-program.ts'
import { type PemLabel, parsePem } from '../../src/x509/pem.ts'
import { HintedClient } from '../support/hints/hinted-client.ts'
import { commandIn, saidHint } from '../support/hints/said-hint.ts'
import { refusalOf } from '../support/refusal.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { shell } from '../support/shell/shell.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), "signet hints'")))
const at = (name: string): string => join(directory, name)
const type = (line: string): ReturnType<typeof shell> => shell(line, { directory })
const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256'

beforeAll(async () => {
  const made = await type(
    `openssl req -x509 ${newKey} -nodes -keyout ca.key -subj /CN=x -addext keyUsage=keyCertSign -out ca.crt 2>/dev/null &&
    openssl pkey -in ca.key -aes256 -passout pass:x -out locked.key && openssl req -new -key ca.key -subj /CN=x -out x.csr`,
  )
  expect(made.status, made.stderr).toBe(0)
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('the hint, typed, mends', () => {
  it('a CA key that is saved under a password, as the RUNBOOK has it', async () => {
    const caPem = readFileSync(at('ca.crt'), 'utf8')
    const failure = await refusalOf(() => parseCertificateAuthority(caPem, readFileSync(at('locked.key'), 'utf8')))
    const command = commandIn(failure.hint ?? '', /: (openssl pkey .*)$/, { FILE: 'locked.key' })
    const typed = await type(command.replace('pkey ', 'pkey -passin pass:x '))
    expect(typed.status, typed.stderr).toBe(0)
    expect(() => parseCertificateAuthority(caPem, readFileSync(at('locked.key.plain'), 'utf8'))).not.toThrow()
  })

  it.each<[PemLabel, string]>([
    ['CERTIFICATE', 'ca.crt'],
    ['CERTIFICATE REQUEST', 'x.csr'],
  ])('a %s with text around it', async (label, file) => {
    writeFileSync(at('around'), `Subject: CN=x\n${readFileSync(at(file), 'utf8')}\n\n`)
    const failure = await refusalOf(() => parsePem(readFileSync(at('around'), 'utf8'), label))
    const typed = await type(commandIn(failure.hint ?? '', /: (openssl .*)$/, { FILE: 'around' }))
    expect(typed.status, typed.stderr).toBe(0)
    expect(() => parsePem(readFileSync(at('around'), 'utf8'), label)).not.toThrow()
  })

  it.each([
    ['is none', 0o600, 'none\n'],
    ['everybody could read', 0o644, ''],
  ])('a host key that %s', async (_what, mode, text) => {
    writeFileSync(at('host_key'), text)
    chmodSync(at('host_key'), mode)
    const failure = await refusalOf(ensureHostKey(at('host_key')))
    const typed = await type(commandIn(failure.hint ?? '', /: ((?:mv|rm) .*?); then/))
    expect(typed.status, typed.stderr).toBe(0)
    expect(await ensureHostKey(at('host_key'))).toContain('OPENSSH PRIVATE KEY')
  })

  it('nothing, but shows why a program failed', async () => {
    const failure = await refusalOf(runProgram('ls', ['no such file']))
    const typed = await type(commandIn(failure.hint ?? '', /: (.*)$/))
    expect(typed.stderr).toContain("'no such file'")
  })
})

describeWith('ssh', 'the hint of a command, typed,', () => {
  const client = new HintedClient()
  beforeAll(() => client.start(), 60_000)
  afterAll(() => client.stop())

  it('shows the help that a wrong option is told of', async () => {
    const { status, stderr } = await client.type('signet member list --jsn')
    expect(status).toBe(64)
    const typed = await client.type(commandIn(saidHint(stderr), /see (signet .*)$/))
    expect([typed.status, typed.stdout]).toEqual([0, expect.stringMatching(/^Usage: signet member list /)])
  })

  it('closes a directory that every account can put files into', async () => {
    const open = join(client.base, 'open to all')
    mkdirSync(open)
    chmodSync(open, 0o777)
    const request = `signet request --signer-ip=${client.place} --dir="${open}"`
    const { status, stderr } = await client.type(request)
    expect([status, stderr]).toEqual([77, expect.stringContaining('can be changed by other accounts')])
    const typed = await client.type(commandIn(saidHint(stderr), /^(chmod .*?); or/))
    expect(typed.status, typed.stderr).toBe(0)
    expect(await client.type(request)).toMatchObject({ status: 0 })
  })

  it('goes the way to a signer that doctor did not know', async () => {
    execFileSync('mkdir', [join(client.base, 'unknown')])
    const { stdout } = await client.type('signet doctor --dir=unknown --json')
    const { findings } = JSON.parse(stdout)
    const found = findings.find(({ check }: { check: string }) => check === 'signer-tcp')
    expect(found).toMatchObject({ level: 'unknown' })
    const place = `127.0.0.1 --port=${client.signer.port} --dir=unknown --json`
    const typed = await client.type(commandIn(found.fix, /: (signet doctor .*)$/, { IP: place }))
    expect(JSON.parse(typed.stdout).findings).toContainEqual(
      expect.objectContaining({ check: 'signer-tcp', level: 'well' }),
    )
  })
})
