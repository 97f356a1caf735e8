import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../support/shell/external-program.ts'
import { runClient } from '../support/shell/run-client.ts'
import { type ScriptedSigner, startScriptedFront } from '../support/signer/test-signer.ts'

const csr = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n').toString(
  'base64',
)
const limits = {
  loginTimeoutMs: 15_000,
  requestTimeoutMs: 15_000,
  inputTimeoutMs: 500,
  lingerMs: 10_000,
  closeTimeoutMs: 1000,
}

let test: ScriptedSigner

beforeAll(async () => {
  test = await startScriptedFront(limits)
})
afterAll(() => test.remove())

/** Whatever a caller did before: the next one is served, by the same process. */
async function expectServed(): Promise<void> {
  expect(await test.ssh(['get-certificate'])).toEqual({ status: 0, stdout: 'CA certificate\n', stderr: '' })
}

describeWith('ssh', 'the embedded front and OpenSSH', () => {
  it('answers the words, with standard output and exit status alone', async () => {
    await expectServed()
    expect(await test.ssh(['get-peers'])).toEqual({ status: 0, stdout: 'https://192.0.2.1:2379\n', stderr: '' })
    expect(await test.ssh(['kubemaster-1'], { input: csr })).toEqual({
      status: 0,
      stdout: 'certificate for kubemaster-1\n',
      stderr: '',
    })
    expect((await test.ssh(['etcd-1=127.0.0.1'], { input: csr })).stdout).toBe('certificate for etcd-1\n')
  })

  it('gives the authority the name and the address that it saw itself', () => {
    expect(test.authority.requests.map(({ question }) => question)).toContainEqual({
      ask: 'client',
      name: 'kubemaster-1',
      address: '127.0.0.1',
      csr: 'MAA=',
    })
  })

  it('answers a word that reads no input while its caller keeps standard input open', async () => {
    expect(await test.ssh(['get-peers'], { input: 'open' })).toMatchObject({ status: 0 })
  })

  // The attack on oneself: ssh signer@LEADER "$HOSTNAME" > client.crt in a shell that has no HOSTNAME.
  it.each([[[]], [['']], [['  ']]])(
    'answers the command %j with usage on standard error alone, and 64',
    async (words) => {
      const { status, stdout, stderr } = await test.ssh(words)
      expect([status, stdout]).toEqual([64, ''])
      expect(stderr).toContain('usage: ssh signer@LEADER WORD')
    },
  )

  // ssh itself gives up with 255 where a terminal that was asked for with -t is denied; plink, below, goes on.
  it('refuses a terminal', async () => {
    const { stderr } = await test.ssh(['get-peers'], { flags: ['-tt'] })
    expect(stderr).toMatch(/PTY allocation request failed/)
    await expectServed()
  })

  it('ignores the environment', async () => {
    const env = { LANG: 'de_DE.UTF-8', LC_ALL: 'C' }
    const flags = ['-o', 'SendEnv=LANG LC_*', '-o', 'SetEnv=NODE_OPTIONS=--inspect']
    expect(await test.ssh(['get-peers'], { env, flags })).toMatchObject({ status: 0, stderr: '' })
  })

  it.each([
    ['-s', 'sftp'],
    ['-s', 'netconf'],
  ])('refuses the subsystem %s %s', async (flag, name) => {
    const { status, stdout, stderr } = await test.ssh([name], { flags: [flag] })
    expect([status, stdout]).toEqual([255, ''])
    expect(stderr).toContain('subsystem request failed')
    await expectServed()
  })

  it.each([
    ['agent', ['-A']],
    ['X11', ['-X']],
    ['remote', ['-R', '0:127.0.0.1:9']],
    ['remote unix socket', ['-R', '/tmp/signet-never:127.0.0.1:9']],
  ])('forwards nothing: %s', async (_what, flags) => {
    const { status, stdout } = await test.ssh(['get-peers'], { flags })
    expect([status, stdout]).toEqual([0, 'https://192.0.2.1:2379\n'])
  })

  it('fails a caller who insists on a forwarding', async () => {
    const flags = ['-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:9']
    const { status, stdout } = await test.ssh(['get-peers'], { flags })
    expect([status, stdout]).toEqual([255, ''])
  })

  it('opens no connection for its caller', async () => {
    const { status, stdout } = await test.ssh([], { flags: ['-W', `127.0.0.1:${test.port}`] })
    expect([status, stdout]).toEqual([255, ''])
    await expectServed()
  })

  it.each([
    ['an unknown word', 'nonsense'],
    ['a name in capitals', 'KUBEMASTER-1'],
    ['a name without an id', 'kubemaster-'],
    ['a name that is too long', `kubemaster-${'a'.repeat(54)}`],
    ['a FQDN', 'kubemaster-1.example.com'],
    ['a newline in the command', 'kubemaster-1\nget-peers'],
    ['a quote in the command', "kubemaster-1'"],
    ['a shell', '/bin/sh -c id'],
    ['a terminal escape', '\u001b]0;owned\u0007'],
  ])('refuses %s with 64', async (_what, command) => {
    const { status, stdout, stderr } = await test.ssh([command], { input: csr })
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr).toMatch(/^signet: error: [\x20-\x7e]+\nsignet: hint: [\x20-\x7e]+\n$/)
  })

  it.each([
    ['empty input', ''],
    ['what is not base64', 'hello, world'],
    ['a truncated CSR', csr.slice(0, 50)],
    ['one byte too much', 'A'.repeat(16 * 1024 + 1)],
    ['1 MB', 'A'.repeat(1024 * 1024)],
  ])('refuses %s with 65', async (_what, input) => {
    const { status, stdout, stderr } = await test.ssh(['kubemaster-1'], { input })
    expect([status, stdout]).toEqual([65, ''])
    expect(stderr).toMatch(/^signet: error: standard input .*\nsignet: hint: .*\n$/)
  })

  it('refuses input that never ends', async () => {
    const { status, stdout, stderr } = await test.ssh(['kubemaster-1'], { input: 'open' })
    expect([status, stdout]).toEqual([65, ''])
    expect(stderr).toMatch(/error: standard input did not end within 0.5 s \[bad-data, status 65\]\nsignet: hint: /)
  })

  it('refuses a member certificate for another address with 77', async () => {
    const { status, stdout, stderr } = await test.ssh(['etcd-1=192.0.2.7'], { input: csr })
    expect([status, stdout]).toEqual([77, ''])
    expect(stderr).toContain('etcd-1=192.0.2.7 was asked for from 127.0.0.1')
  })

  it.each(['get-certificate', 'help', 'kubemaster-1', 'nonsense'])(
    'refuses %s to a caller outside the networks with 77',
    async (command) => {
      const { status, stdout, stderr } = await test.ssh([command], { flags: ['-b', '127.0.0.2'], input: csr })
      expect([status, stdout]).toEqual([77, ''])
      expect(stderr).toMatch(
        /^signet: error: 127\.0\.0\.2 is outside the control-plane networks \[refused, status 77\]\nsignet: hint: /,
      )
    },
  )

  it('lets nobody else in, and asks nobody for a password', async () => {
    const flags = ['-l', 'root', '-o', 'PreferredAuthentications=none,password,keyboard-interactive']
    const { status, stdout, stderr } = await test.ssh(['get-peers'], { flags })
    expect([status, stdout]).toEqual([255, ''])
    expect(stderr).not.toMatch(/password:/i)
    await expectServed()
  })

  it('answers 69 while the authority is down, and is whole again when it is back', async () => {
    await test.authority.stop()
    const { status, stdout, stderr } = await test.ssh(['kubemaster-1'], { input: csr })
    expect([status, stdout]).toEqual([69, ''])
    expect(stderr).toContain('signet: hint: ')
    expect((await test.ssh(['get-status'])).status).toBe(69)
    await expectServed()
    await test.authority.start()
    expect((await test.ssh(['kubemaster-1'], { input: csr })).status).toBe(0)
  })

  it('answers 200 calls at once', async () => {
    const calls = Array.from({ length: 200 }, (_, index) =>
      test.ssh([`kubemaster-${index}`], { input: csr, timeoutMs: 60_000, flags: ['-o', 'ConnectTimeout=60'] }),
    )
    const results = await Promise.all(calls)
    const expected = results.map((_, index) => [0, `certificate for kubemaster-${index}\n`, ''])
    expect(results.map(({ status, stdout, stderr }) => [status, stdout, stderr])).toEqual(expected)
  }, 120_000)
})

describeWith('dbclient', 'the embedded front and dropbear', () => {
  it('answers, signs and refuses', async () => {
    const dropbear = (word: string, input = '') =>
      runClient('dbclient', ['-y', '-y', '-p', `${test.port}`, 'signer@127.0.0.1', word], { input })
    expect(await dropbear('get-certificate')).toMatchObject({ status: 0, stdout: 'CA certificate\n' })
    expect(await dropbear('kubemaster-1', csr)).toMatchObject({ status: 0, stdout: 'certificate for kubemaster-1\n' })
    expect(await dropbear('nonsense')).toMatchObject({ status: 64, stdout: '' })
  })
})

describeWith('plink', 'the embedded front and PuTTY', () => {
  it('answers, signs and refuses', async () => {
    const plink = (word: string, input = '', flags: readonly string[] = []) => {
      const place = ['-P', `${test.port}`, '-l', 'signer', '127.0.0.1']
      return runClient('plink', ['-batch', '-hostkey', test.fingerprint, ...flags, ...place, word], { input })
    }
    expect(await plink('get-certificate')).toMatchObject({ status: 0, stdout: 'CA certificate\n' })
    expect(await plink('kubemaster-1', csr)).toMatchObject({ status: 0, stdout: 'certificate for kubemaster-1\n' })
    expect(await plink('nonsense')).toMatchObject({ status: 64, stdout: '' })
    expect(await plink('get-peers', '', ['-t'])).toMatchObject({ status: 0, stdout: 'https://192.0.2.1:2379\n' })
  })
})
