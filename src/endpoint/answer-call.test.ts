import { describe, expect, it } from 'vitest'
import { createFakeWorld, unavailable } from '../../test/support/signer/fake-endpoint-world.ts'
import { answerCall } from './answer-call.ts'
import type { Call } from './call.ts'

const csr = Buffer.from('MAA=')

function call(command: string | undefined, changes: Partial<Call> = {}): Call {
  return { command, address: '192.0.2.1', readInput: async () => csr, ...changes }
}

const neverRead = (): Promise<Buffer> => {
  throw new Error('standard input was read')
}

describe('answerCall', () => {
  it.each([
    ['get-certificate', 'CA certificate\n'],
    ['get-trust', 'CA certificate\n'],
    ['get-peers', 'https://192.0.2.1:2379\n'],
    ['get-topology', 'etcd-1=https://192.0.2.1:2380\n'],
    ['help', /kubemaster-<id>/],
    ['--help', /kubemaster-<id>/],
  ])('answers %s without reading standard input', async (command, expected) => {
    const { world, lines } = createFakeWorld()
    const answer = await answerCall(call(command, { readInput: neverRead }), world)
    expect(answer).toEqual({ exitStatus: 0, stdout: expect.stringMatching(expected), stderr: '' })
    expect(lines).toEqual([])
  })

  it.each([undefined, '', '  '])(
    'answers %j, which is no word, with usage on standard error alone and 64',
    async (command) => {
      const { world } = createFakeWorld()
      const answer = await answerCall(call(command, { readInput: neverRead }), world)
      expect(answer).toEqual({
        exitStatus: 64,
        stdout: '',
        stderr: expect.stringMatching(
          /^signet: error: no word was sent \[usage, status 64\]\nsignet: hint: .+\n\nSignet hands out (?:.|\n)*usage: ssh/,
        ),
      })
    },
  )

  it('answers get-status with exactly one JSON object', async () => {
    const { world } = createFakeWorld()
    const { stdout } = await answerCall(call('get-status', { readInput: neverRead }), world)
    expect(stdout.split('\n')).toHaveLength(2)
    expect(JSON.parse(stdout)).toEqual({
      version: expect.any(String),
      time: '2026-01-31T12:00:00.000Z',
      ca: { pin: `SHA256:${'AB'.repeat(32)}`, notAfter: '2036-01-31T00:00:00.000Z' },
      clientLifetimeSeconds: 86_400,
      clockSynchronised: null,
      joins: 'open',
      policy: {
        networks: ['127.0.0.1/32', '192.0.2.0/24', '2001:db8::/32'],
        clientLifetimeSeconds: 86_400,
        memberLifetimeSeconds: 90 * 86_400,
        members: { 'etcd-1': '192.0.2.11' },
      },
      clusterVersion: '3.6',
    })
  })

  it('answers get-status while nobody knows which version the cluster runs', async () => {
    const readClusterVersion = async () => undefined
    const etcd = { readPeers: unavailable, readTopology: unavailable, readListedAddresses: unavailable }
    const { world } = createFakeWorld({ etcd: { ...etcd, readClusterVersion } })
    const { exitStatus, stdout } = await answerCall(call('get-status'), world)
    expect(exitStatus).toBe(0)
    expect(JSON.parse(stdout)).not.toHaveProperty('clusterVersion')
  })

  it('asks the authority for a client certificate, and logs it', async () => {
    const { world, questions, lines } = createFakeWorld()
    const answer = await answerCall(call('kubemaster-1'), world)
    expect(answer).toEqual({ exitStatus: 0, stdout: 'certificate\n', stderr: '' })
    expect(questions).toEqual([{ ask: 'client', name: 'kubemaster-1', address: '192.0.2.1', csr: 'MAA=' }])
    const fields = { name: 'kubemaster-1', address: '192.0.2.1', status: 0, ms: 0 }
    expect(lines).toEqual([{ level: 'info', event: 'certificate handed out', fields }])
  })

  it('asks for a member certificate with the addresses that etcd lists', async () => {
    const { world, questions } = createFakeWorld()
    await answerCall(call('etcd-1=192.0.2.1'), world)
    await answerCall(call('etcd-1=2001:DB8::0:1', { address: '2001:db8::1' }), world)
    const member = { ask: 'member', name: 'etcd-1', csr: 'MAA=', listedAddresses: ['192.0.2.1'] }
    expect(questions).toEqual([
      { ...member, address: '192.0.2.1' },
      { ...member, address: '2001:db8::1' },
    ])
  })

  it('asks for a member certificate while etcd is down, and says so to the authority', async () => {
    const { world, questions } = createFakeWorld()
    const etcd = { ...world.etcd, readListedAddresses: unavailable }
    expect((await answerCall(call('etcd-1=192.0.2.1'), { ...world, etcd })).exitStatus).toBe(0)
    expect(questions).toMatchObject([{ ask: 'member', listedAddresses: null }])
  })

  // The attack: a certificate for another member's address would let its holder pose as that server.
  it.each(['etcd-1=192.0.2.2', 'etcd-1=2001:db8::1', 'etcd-1=127.0.0.1'])(
    'refuses %s to a caller at another address, before reading anything',
    async (command) => {
      const { world, questions } = createFakeWorld()
      const answer = await answerCall(call(command, { readInput: neverRead }), world)
      expect(answer.exitStatus).toBe(77)
      expect(answer.stderr).toContain('was asked for from 192.0.2.1')
      expect(questions).toEqual([])
    },
  )

  it.each(['get-certificate', 'help', undefined, 'kubemaster-1', 'nonsense'])(
    'refuses %s to a caller outside the networks',
    async (command) => {
      const { world, questions } = createFakeWorld()
      const answer = await answerCall(call(command, { address: '198.51.100.7', readInput: neverRead }), world)
      expect(answer).toEqual({
        exitStatus: 77,
        stdout: '',
        stderr: expect.stringMatching(
          /^signet: error: 198\.51\.100\.7 is outside the control-plane networks \[refused, status 77\]\nsignet: hint: .*signet\.yaml\n$/,
        ),
      })
      expect(questions).toEqual([])
    },
  )

  it.each([
    ['an unknown word', call('nonsense', { readInput: neverRead }), 64],
    ['a malformed name', call('kubemaster-1\nget-peers', { readInput: neverRead }), 64],
    ['empty input', call('kubemaster-1', { readInput: async () => Buffer.alloc(0) }), 65],
    ['what is not base64', call('kubemaster-1', { readInput: async () => Buffer.from('hello, world') }), 65],
    ['too much input', call('kubemaster-1', { readInput: async () => Buffer.alloc(16_385, 'A') }), 65],
  ])('refuses %s with an error, a hint and nothing on standard output', async (_what, given, exitStatus) => {
    const { world, questions } = createFakeWorld()
    const answer = await answerCall(given, world)
    expect(answer.exitStatus).toBe(exitStatus)
    expect(answer.stdout).toBe('')
    expect(answer.stderr).toMatch(/^signet: error: [\x20-\x7e]+\nsignet: hint: [\x20-\x7e]+\n$/)
    expect(questions).toEqual([])
  })

  it.each(['get-status', 'kubemaster-1', 'etcd-1=192.0.2.1'])(
    'answers %s with 69 while the authority is down, and the rest as ever',
    async (command) => {
      const { world } = createFakeWorld({ authority: { sign: unavailable, status: unavailable } })
      expect(await answerCall(call(command), world)).toMatchObject({ exitStatus: 69, stdout: '' })
      expect((await answerCall(call('get-certificate'), world)).exitStatus).toBe(0)
    },
  )

  it.each(['get-peers', 'get-topology'])('answers %s with 69 while etcd is down', async (command) => {
    const readClusterVersion = async () => undefined
    const asking = { readPeers: unavailable, readTopology: unavailable, readListedAddresses: unavailable }
    const etcd = { ...asking, readClusterVersion }
    const { world } = createFakeWorld({ etcd })
    expect(await answerCall(call(command), world)).toMatchObject({ exitStatus: 69, stdout: '' })
  })

  it('tells a caller nothing of a defect but that there is one, and the log everything', async () => {
    const { world, lines } = createFakeWorld({
      readCaCertificates: () => Promise.reject(new Error('secret detail')),
    })
    const answer = await answerCall(call('get-certificate'), world)
    expect(answer).toMatchObject({ exitStatus: 70, stdout: '' })
    expect(answer.stderr).not.toContain('secret')
    expect(lines.map(({ level, event }) => [level, event])).toContainEqual(['error', 'secret detail'])
  })

  it('never logs raw what a caller sent', async () => {
    const { world, lines } = createFakeWorld()
    await answerCall(call(`\u001b[2J\n{"level":"forged"}${'A'.repeat(5000)}`), world)
    expect(JSON.stringify(lines)).not.toContain('\\u001b')
    expect(String(lines[0]?.fields['word']).length).toBeLessThan(140)
  })
})
