import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import type { ShellResult } from '../support/shell/shell.ts'

const sandbox = new SandboxFixture()
const ssh = 'ssh -F sandbox/ssh_config signer@leader'
const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null'

beforeAll(async () => {
  await sandbox.start('--network', '127.0.0.1/32', '::1/128')
  await sandbox.run(`openssl req -new ${newKey} -subj /CN=kubemaster-1 -out client.csr`)
})

// Whatever was sent, the next caller is served.
afterEach(async () => {
  const next = await sandbox.run(`base64 < client.csr | ${ssh} kubemaster-1`)
  expect(next.stdout).toMatch(/^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n$/)
})

afterAll(() => sandbox.stop())

function expectRefusal(result: ShellResult, status: number, words: RegExp): void {
  expect(result.stdout).toBe('')
  expect(result.stderr).toMatch(/^signet: error: [\x20-\x7e]+\nsignet: hint: [\x20-\x7e]+\n$/)
  expect(result.stderr).toMatch(words)
  expect(result.status).toBe(status)
}

describe('a name that is not right', () => {
  it.each([
    ['in capitals', "'KUBEMASTER-1'"],
    ['without id', "'kubemaster-'"],
    ['of 65 characters', `kubemaster-${'a'.repeat(54)}`],
    ['with a domain', 'kubemaster-1.example.com'],
    ['with a newline', "'kubemaster-1\nget-peers'"],
    ['with a quote', `"kubemaster-'1'"`],
    ['with a terminal escape', '"$(printf \'kubemaster-\\033[31m\')"'],
    ['with a shell command', "'kubemaster-1; id'"],
    ['of a member without address', 'etcd-2'],
    ['of a member with a host name for address', 'etcd-2=example.com'],
    ['of no kind', '/bin/sh'],
  ])('is refused: %s', async (_what, word) => {
    expectRefusal(
      await sandbox.run(`base64 < client.csr | ${ssh} ${word}`),
      64,
      /malformed name|unknown word|lacks|no IP/,
    )
  })
})

describe('what stands around a CSR', () => {
  it.each([
    ['text before and behind it', '{ echo to the signer; cat client.csr; echo bye; }'],
    ['the text of openssl', 'openssl req -in client.csr -text'],
    ['a UTF-8 mark', "{ printf '\\357\\273\\277'; cat client.csr; }"],
  ])('is skipped, in base64 or not: %s', async (_what, input) => {
    for (const line of [`${input} | base64`, input]) {
      expect(await sandbox.run(`${line} | ${ssh} kubemaster-1`)).toMatchObject({ status: 0, stderr: '' })
    }
  })
})

describe('no word', () => {
  it.each(['', '""', '"$UNSET"', "' '"])('is refused, with usage on standard error alone: %s', async (word) => {
    const { status, stdout, stderr } = await sandbox.run(`${ssh} ${word} < client.csr`)
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr).toMatch(
      /^signet: error: no word was sent \[usage, status 64\]\nsignet: hint: .*\n\n(.*\n)+usage: ssh/m,
    )
  })
})

describe('input that is not right', () => {
  it.each([
    ['nothing', 'true', /empty/],
    ['not base64', 'echo "hello, world!"', /not base64/],
    ['cut base64', 'base64 -w0 < client.csr | head -c 101', /not base64|PEM/],
    ['a cut CSR', 'openssl req -in client.csr -outform DER | head -c 100 | base64', /CSR/],
    ['a CSR with a byte too many', '{ openssl req -in client.csr -outform DER; printf x; } | base64', /CSR/],
    ['1 MB', 'head -c 1000000 /dev/zero | base64', /16384 bytes/],
    ['not a CSR', 'head -c 200 /dev/urandom | base64', /CSR/],
    ['a certificate', 'base64 < sandbox/pki/ca.crt', /certificate/],
    [
      'a CSR that certutil -encode has wrapped',
      'base64 < client.csr | sed "1i-----BEGIN CERTIFICATE-----" | sed "\\$a-----END CERTIFICATE-----"',
      /certutil -encode/,
    ],
    ['a CSR in UTF-16', 'iconv -f ascii -t utf-16le client.csr', /UTF-16/],
    ['two CSRs', 'cat client.csr client.csr | base64', /2 PEM blocks/],
    ['a key and its CSR', 'cat sandbox/members/etcd-1/server.key client.csr', /private key/],
    ['a private key', 'base64 < sandbox/members/etcd-1/server.key', /private key/],
    [
      'a CSR of RSA 1024',
      'openssl req -new -newkey rsa:1024 -nodes -keyout /dev/null -subj /CN=kubemaster-1 2>/dev/null | base64',
      /RSA|bits/,
    ],
    [
      'a CSR of an unsupported curve',
      'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:secp256k1 -nodes -keyout /dev/null -subj /CN=kubemaster-1 2>/dev/null | base64',
      /curve|key/,
    ],
    [
      'a CSR signed with SHA-1',
      `openssl req -new -sha1 ${newKey} -subj /CN=kubemaster-1 2>/dev/null | base64`,
      /SHA-1|signature/,
    ],
    [
      'a CSR whose signature is broken',
      "openssl req -in client.csr -outform DER | od -An -v -tx1 | tr -d ' \\n' | sed 's/..$/00/' | sed 's/../\\\\x&/g' | xargs -0 printf | base64",
      /signature|self-signature|CSR/,
    ],
  ])('is refused: %s', async (_what, input, words) => {
    expectRefusal(await sandbox.run(`{ ${input}; } | ${ssh} kubemaster-1`), 65, words)
  })

  it('is refused where the CN differs from the word', async () => {
    expectRefusal(await sandbox.run(`base64 < client.csr | ${ssh} kubemaster-2`), 77, /differs/)
  })

  it('is refused, and told without a control character, where the subject holds escapes and newlines', async () => {
    const csr = `openssl req -new ${newKey} -subj "$(printf '/CN=kubemaster-1\\033]0;evil\\007\\nsignet: error: forged')"`
    expectRefusal(await sandbox.run(`{ ${csr} 2>/dev/null | base64; } | ${ssh} kubemaster-1`), 77, /differs/)
  })
})

describe('a caller who is not right', () => {
  it('is refused from outside the networks, whatever it asks', async () => {
    for (const word of ['get-status', 'get-certificate', 'kubemaster-1', '']) {
      const line = `base64 < client.csr | ssh -T -b 127.0.0.2 -F sandbox/ssh_config signer@leader ${word}`
      expectRefusal(await sandbox.run(line), 77, /127\.0\.0\.2/)
    }
  })

  it('is refused a member certificate for an address that is not its own', async () => {
    await sandbox.run(`openssl req -new ${newKey} -subj /CN=etcd-2 -out member.csr`)
    expectRefusal(await sandbox.run(`base64 < member.csr | ${ssh} etcd-2=127.0.0.9`), 77, /127\.0\.0\.1/)
  })

  it('is refused the name of a member that lives elsewhere', async () => {
    const elsewhere = new SandboxFixture()
    try {
      await elsewhere.start()
      await elsewhere.run(`openssl req -new ${newKey} -subj /CN=etcd-1 -out member.csr`)
      const line = 'base64 < member.csr | ssh -b 127.0.0.2 -F sandbox/ssh_config signer@leader etcd-1=127.0.0.2'
      expectRefusal(await elsewhere.run(line), 77, /held by/)
    } finally {
      await elsewhere.stop()
    }
  })
})
