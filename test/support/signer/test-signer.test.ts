import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { writeCsr } from '../../../src/x509/write/write-csr.ts'
import { describeWith } from '../shell/external-program.ts'
import { type ClientInput, type ClientResult, runClient } from '../shell/run-client.ts'
import { testKey } from '../x509/build-csr.ts'
import { SignerProcesses } from './signer-processes.ts'
import { sshFlags } from './ssh-flags.ts'
import { TestAuthority } from './test-authority.ts'
import { startScriptedFront, startScriptedSigner, TestSigner } from './test-signer.ts'

const processes = new SignerProcesses()
const signer = new TestSigner(new TestAuthority({ clock: systemClock }), { networks: ['127.0.0.0/16'] })
const csr = writeCsr('kubemaster-1', testKey).toString('base64')

beforeAll(async () => {
  await processes.start()
  await signer.start()
})
afterAll(async () => {
  await processes.stop()
  await signer.remove()
})

interface CallOptions extends ClientInput {
  readonly flags?: readonly string[]
}

function callProcesses(args: readonly string[], { flags = [], ...input }: CallOptions): Promise<ClientResult> {
  return runClient('ssh', [...sshFlags(processes.port), ...flags, 'signer@127.0.0.1', ...args], input)
}

/** What stays of an answer when keys, pins and instants of its own are left out. */
function likeness({ status, stdout, stderr }: ClientResult): unknown {
  const text = stdout.replaceAll(/-----\n[^-]+-----/g, '-----').replaceAll(/SHA256:[0-9A-F]+/g, 'PIN')
  return { status, stderr, stdout: text.replaceAll(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, 'TIME') }
}

describeWith('ssh', 'a signer in this process', () => {
  it.each<[string, readonly string[], CallOptions?]>([
    ['the CA certificate', ['get-certificate']],
    ['all CA certificates', ['get-trust']],
    ['its status', ['get-status']],
    ['help', ['help']],
    ['a shell', []],
    ['a word that there is not', ['get-nothing']],
    ['a certificate', ['kubemaster-1'], { input: csr }],
    ['a certificate for another name', ['kubemaster-2'], { input: csr }],
    ['a certificate without a CSR', ['kubemaster-1']],
    ['a certificate with too much input', ['kubemaster-1'], { input: 'A'.repeat(100_000) }],
    ["a member's certificate for another address", ['etcd-1=192.0.2.9'], { input: csr }],
    ['a word from outside the networks', ['get-status'], { flags: ['-b', '127.1.0.1'] }],
    ['a log-in as somebody else', ['get-status'], { flags: ['-l', 'root'] }],
  ])('answers as its processes do when it is asked for %s', async (_what, args, options = {}) => {
    const [real, ours] = await Promise.all([callProcesses(args, options), signer.ssh(args, options)])
    expect(likeness(ours)).toEqual(likeness(real))
  })

  it('shows who called for what, and refusals in its log', async () => {
    await signer.ssh(['get-nothing'], { flags: ['-b', '127.0.0.9'] })
    expect(signer.calls.at(-1)).toMatchObject({ command: 'get-nothing', address: '127.0.0.9' })
    expect(signer.lines.at(-1)?.fields).toMatchObject({ address: '127.0.0.9' })
  })

  it('is at the same port with another host key when it is started again so', async () => {
    const { port, fingerprint } = signer
    await signer.stop()
    expect((await signer.ssh(['get-status'], { flags: ['-p', `${port}`] })).status).toBe(255)
    await signer.start('another-host-key')
    expect(signer.port).toBe(port)
    expect(signer.fingerprint).not.toBe(fingerprint)
    expect((await signer.ssh(['get-status'])).status).toBe(0)
  })

  it('before an authority by script asks that for certificates, and nobody else', async () => {
    const front = await startScriptedFront()
    expect(await front.ssh(['kubemaster-1'], { input: csr })).toMatchObject({
      stdout: 'certificate for kubemaster-1\n',
    })
    expect(front.authority.requests.map(({ question }) => question.ask)).toEqual(['client'])
    await front.remove()
  })

  it('answers by script whatever a test says, to the letter', async () => {
    const answer = { stdout: '\0no certificate\u007f', stderr: 'signet: error: none\n', status: 42 }
    const asked: string[] = []
    const scripted = await startScriptedSigner((word, input) => {
      asked.push(`${word} < ${input}`)
      return answer
    })
    expect(await scripted.ssh(['kubemaster-1'], { input: 'MAA=' })).toEqual(answer)
    expect(asked).toEqual(['kubemaster-1 < MAA='])
    await scripted.remove()
  })
})
