import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type ServerChannel } from 'ssh2'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createSshAsker } from '../../src/client/ask/ask-signer.ts'
import type { Signer } from '../../src/client/ask/signer.ts'
import { ensureHostKey } from '../../src/endpoint/ssh-front/host-key.ts'
import { runWithInput } from '../../src/host/programs/run-with-input.ts'
import { refusalOf } from '../support/refusal.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import {
  type ScriptedAnswer,
  type ScriptedSigner,
  startScriptedSigner,
  TestSigner,
} from '../support/signer/test-signer.ts'

const askSigner = createSshAsker()
const directory = mkdtempSync(join(tmpdir(), 'signet client '))
const real = new TestSigner(new TestAuthority())
let scripted: ScriptedSigner | undefined

beforeAll(() => real.start())
afterAll(async () => {
  await real.remove()
  rmSync(directory, { recursive: true, force: true })
})
afterEach(async () => {
  await scripted?.remove()
  scripted = undefined
})

let count = 0
function signerAt(port: number, change: Partial<Signer> = {}): Signer {
  count += 1
  // With a blank and a percent sign: ssh would split the one and expand the other.
  const knownHostsFile = join(directory, `state ${count}`, 'known%hosts')
  return { address: '127.0.0.1', port, knownHostsFile, hostKeyPolicy: 'remember', ...change }
}

function sayAnswer(channel: ServerChannel): void {
  channel.write('answer\n')
  channel.exit(0)
  channel.end()
}

async function scriptedSigner(answer: ScriptedAnswer): Promise<Signer> {
  scripted = await startScriptedSigner(() => answer)
  return signerAt(scripted.port)
}

describeWith('ssh', 'asking a signer', () => {
  it('returns what the signer writes to standard output', async () => {
    const signer = signerAt(real.port)
    expect(await askSigner(signer, 'get-certificate')).toBe(real.caPem)
    expect(await askSigner(signer, 'get-peers')).toBe('https://127.0.0.1:2379\n')
  })

  it('calls from the address that it is given', async () => {
    await askSigner(signerAt(real.port, { bindAddress: '127.0.0.9' }), 'get-peers')
    expect(real.calls.at(-1)?.address).toBe('127.0.0.9')
  })

  it('remembers the first host key in its own file', async () => {
    const signer = signerAt(real.port)
    await askSigner(signer, 'get-peers')
    expect(readFileSync(signer.knownHostsFile, 'latin1')).toMatch(/^\[127\.0\.0\.1\]:\d+ ssh-ed25519 /)
  })

  it('refuses an unknown host key where only known ones are accepted', async () => {
    const error = await refusalOf(() => askSigner(signerAt(real.port, { hostKeyPolicy: 'strict' }), 'get-peers'))
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('host key that is not known') })
  })

  it('reads neither the settings nor the keys of the account', async () => {
    const environment = { PATH: process.env['PATH'], HOME: '/nonexistent', SSH_AUTH_SOCK: '/nonexistent/agent' }
    expect(await createSshAsker({ environment })(signerAt(real.port), 'get-peers')).toContain('https://')
  })

  it.each([
    ['get-nothing', 'usage', 'unknown word \\"get-nothing\\"'.replaceAll('\\', '')],
    ['etcd-1=192.0.2.9', 'refused', 'was asked for from 127.0.0.1'],
    ['kubemaster-1', 'bad-data', 'standard input is empty'],
  ])('carries over why the signer refused %s', async (word, code, message) => {
    const error = await refusalOf(() => askSigner(signerAt(real.port), word))
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
    expect(error.message).toMatch(/^the signer 127\.0\.0\.1 port \d+: /)
    expect(error.hint).toMatch(/\w/)
  })

  it.each([
    [64, 'usage'],
    [65, 'bad-data'],
    [69, 'unavailable'],
    [70, 'internal'],
    [75, 'try-later'],
    [77, 'refused'],
    [78, 'configuration'],
    [1, 'unavailable'],
    [127, 'unavailable'],
  ])('takes exit status %d for %s', async (status, code) => {
    const said = `signet: error: so it is [${code}, status ${status}]\nsignet: hint: do so\n`
    const signer = await scriptedSigner({ status, stderr: said })
    const error = await refusalOf(() => askSigner(signer, 'get-status'))
    // The code comes from the status, and is printed once.
    expect(error).toMatchObject({ code, message: expect.stringMatching(/: so it is$/), hint: 'do so' })
  })

  it('quotes words of a signer that are not printable', async () => {
    const signer = await scriptedSigner({ status: 77, stderr: 'signet: error: \u001b[2Jgone\nsignet: hint: \u0007\n' })
    const error = await refusalOf(() => askSigner(signer, 'get-status'))
    expect(error.message).toContain('"\\x1b[2Jgone"')
    expect(error.hint).toBe('"\\x07"')
  })

  it('refuses over 64 KiB of output, and waits for no more', async () => {
    const signer = await scriptedSigner({ stdout: 'A'.repeat(1024 * 1024) })
    const error = await refusalOf(() => askSigner(signer, 'get-certificate'))
    expect(error).toMatchObject({ code: 'bad-data', message: expect.stringContaining('over 64 KiB') })
  })

  it('refuses an empty answer', async () => {
    const error = await refusalOf(async () => askSigner(await scriptedSigner({}), 'get-certificate'))
    expect(error).toMatchObject({ code: 'bad-data', message: expect.stringContaining('answered with nothing') })
  })

  it('gives up on a signer that says nothing', async () => {
    const signer = await scriptedSigner({ silent: true })
    const error = await refusalOf(() => createSshAsker({ timeoutMs: 700 })(signer, 'get-certificate'))
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('did not answer in time') })
  })

  it('takes nothing from an ssh that something has ended', async () => {
    const signer = await scriptedSigner({ silent: true })
    const run: typeof runWithInput = (program) =>
      runWithInput({ ...program, command: 'sh', args: ['-c', 'kill -TERM $$'] })
    const error = await refusalOf(() => createSshAsker({ run })(signer, 'get-certificate'))
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('not heard to the end') })
  })

  it('keeps an SSH banner out of the answer', async () => {
    const server = new ssh2.Server({
      hostKeys: [await ensureHostKey(join(directory, 'key'))],
      banner: 'Authorised use only\n',
    })
    server.on('connection', (client) => {
      client.on('error', () => {}).on('authentication', (attempt) => attempt.accept())
      client.on('session', (accept) => accept().on('exec', (acceptExec) => sayAnswer(acceptExec())))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    expect(await askSigner(signerAt((server.address() as AddressInfo).port), 'get-peers')).toBe('answer\n')
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })

  it('tells that nobody listens', async () => {
    const error = await refusalOf(() => askSigner(signerAt(1), 'get-peers'))
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('refuses the connection') })
    expect(error.hint).toContain('ssh -F none -p 1 signer@127.0.0.1 get-status')
  })

  it('tells of a server that is no SSH server', async () => {
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const bound = server.address()
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0
    const error = await refusalOf(() => askSigner(signerAt(port), 'get-peers'))
    await new Promise((resolve) => server.close(resolve))
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('broke off') })
  })

  it.each(['-oProxyCommand=touch /tmp/x', 'a@b', '', 'a b', 'ssh://a'])('refuses the address %j', async (address) => {
    const error = await refusalOf(() => askSigner(signerAt(22, { address }), 'get-peers'))
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('neither an address nor a host') })
  })

  it('refuses a known_hosts path that ssh would misread', async () => {
    const error = await refusalOf(() => askSigner(signerAt(22, { knownHostsFile: '/tmp/${HOME}/x' }), 'get-peers'))
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('known_hosts') })
  })
})

describeWith('ssh', 'a host key that changed', () => {
  const changing = new TestSigner(new TestAuthority())
  const known = (hostKeyPolicy: Signer['hostKeyPolicy']): Signer => ({
    ...signerAt(changing.port, { hostKeyPolicy }),
    knownHostsFile: join(directory, 'changing'),
  })

  beforeAll(async () => {
    await changing.start()
    await askSigner(known('remember'), 'get-peers')
    await changing.stop()
    await changing.start('another-host-key')
  })
  afterAll(async () => {
    await changing.remove()
  })

  it.each(['remember', 'strict'] as const)('is refused by the policy %s', async (policy) => {
    const error = await refusalOf(() => askSigner(known(policy), 'get-peers'))
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('is not the remembered one') })
    expect(error.hint).toContain('ssh-keygen -f')
  })

  it('is reported, and no obstacle, by the policy report', async () => {
    const reports: Signer[] = []
    const ask = createSshAsker({ onChangedHostKey: (signer) => reports.push(signer) })
    const remembered = readFileSync(join(directory, 'changing'), 'latin1')
    expect(await ask(known('report'), 'get-peers')).toContain('https://')
    expect(reports).toHaveLength(1)
    expect(readFileSync(join(directory, 'changing'), 'latin1')).toBe(remembered)
  })
})
