import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Signer } from '../../src/client/ask/signer.ts'
import { findFreePorts } from '../../src/host/net/free-port.ts'
import { certificatePin } from '../../src/x509/certificate-pin.ts'
import { formatPem } from '../../src/x509/pem.ts'
import { type RefusedJoin, refuseJoin } from '../support/host/refused-host.ts'
import { pathWithTools, SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { type ScriptedSigner, startScriptedSigner } from '../support/signer/test-signer.ts'
import { createTestCa } from '../support/x509/test-ca.ts'

const sandbox = new SandboxFixture()
const ssh = 'ssh -F sandbox/ssh_config signer@leader'
const mounts: string[] = []
let before: string

beforeAll(async () => {
  process.env['PATH'] = pathWithTools
  await sandbox.start()
})
afterAll(async () => {
  for (const mount of mounts) execFileSync('umount', [mount])
  await sandbox.stop()
})

async function askTopology(): Promise<string> {
  return (await sandbox.run(`${ssh} get-topology`)).stdout
}

// Whatever a join is refused for, the cluster is as it was.
beforeEach(async () => {
  before = await askTopology()
})
afterEach(async () => {
  expect(await askTopology()).toBe(before)
})

function signerAt(port: number, bindAddress = '127.0.0.2'): Signer {
  const knownHostsFile = join(sandbox.workspace, `known_hosts-${port}`)
  return { address: '127.0.0.1', port, bindAddress, knownHostsFile, hostKeyPolicy: 'remember' }
}

/** Joins, and expects that nothing is left on the host. */
async function refuse(change: Partial<RefusedJoin> = {}) {
  const signer = signerAt(sandbox.description.ssh.port)
  const { refusal, left } = await refuseJoin({ workspace: sandbox.workspace, signer, ...change })
  expect(left).toEqual([])
  expect(refusal.hint).toBeTruthy()
  return refusal
}

describe('a join is refused, and leaves host and cluster as they were, where the signer', () => {
  it('does not answer', async () => {
    const [port = 0] = await findFreePorts('127.0.0.1', 1)
    const refusal = await refuse({ signer: signerAt(port) })
    expect(refusal.code).toBe('unavailable')
    expect(refusal.message).toContain('127.0.0.1')
  })

  it('hangs up at once', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const bound = server.address()
    const refusal = await refuse({ signer: signerAt(typeof bound === 'object' ? (bound?.port ?? 0) : 0) })
    expect(refusal.code).toBe('unavailable')
    server.close()
  })

  it('has another CA than the pin', async () => {
    const refusal = await refuse({ pin: `SHA256:${'0'.repeat(64)}` })
    expect(refusal.code).toBe('refused')
    expect(refusal.message).toContain('has another CA than --pin says')
  })

  it('says one pin and sends another CA', async () => {
    const pin = certificatePin(createTestCa().certificate.der)
    const refusal = await withScripted(
      pin,
      () => '',
      (signer) => refuse({ signer: signerAt(signer.port) }),
    )
    expect(refusal.code).toBe('refused')
    expect(refusal.message).toMatch(/pin/)
  })

  it('sends a certificate for another key', async () => {
    const refusal = await withScripted(
      undefined,
      (authority) => formatPem('CERTIFICATE', authority.issue()),
      (signer) => refuse({ signer: signerAt(signer.port) }),
    )
    expect(refusal.code).toBe('refused')
    expect(refusal.message).toContain('is for another key')
  })

  it('sees another address', async () => {
    const refusal = await refuse({ signer: signerAt(sandbox.description.ssh.port, '127.0.0.3') })
    expect(refusal.code).toBe('refused')
    expect(refusal.message).toContain('127.0.0.3')
  })

  it('has given the name to another address', async () => {
    const refusal = await refuse({ name: 'etcd-1' })
    expect(refusal.code).toBe('refused')
    expect(refusal.message).toMatch(/etcd-1.*127\.0\.0\.1/)
  })

  it.each([
    ['ahead of', 3_600_000],
    ['behind', -3_600_000],
  ])('has a clock that ours is an hour %s', async (word, skewMs) => {
    const refusal = await refuse({ nowMs: Date.now() + skewMs })
    expect(refusal.code).toBe('try-later')
    expect(refusal.message).toContain(`${word} the signer's`)
  })
})

const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)('a join is refused, and leaves host and cluster as they were, where the disk', () => {
  function mountSmall(name: string, size: string): string {
    const directory = join(sandbox.workspace, name)
    mkdirSync(directory)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory])
    mounts.push(directory)
    return directory
  }

  it('is too small for the data', async () => {
    const refusal = await refuse({ dataDirectory: join(mountSmall('small', '8m'), 'data') })
    expect(refusal.code).toBe('configuration')
    expect(refusal.message).toMatch(/has \d MiB free and needs 512 MiB$/)
  })

  it('is full where the key and certificates belong', async () => {
    const pkiDirectory = join(mountSmall('full', '16k'), 'pki')
    mkdirSync(pkiDirectory)
    execFileSync('sh', ['-c', 'cat /dev/zero > "$0/fill" 2>&1 || true', mounts.at(-1) ?? ''])
    const refusal = await refuse({ pkiDirectory })
    expect(refusal.code).toBe('configuration')
    expect(refusal.message).toMatch(/space/)
  })
})

if (!isRoot) process.stderr.write('skipped: joins without disk space (only root can mount a small file system)\n')

/** A signer with a CA of its own that says this pin, or its own, and answers certificate words with what is given. */
async function withScripted<Value>(
  pin: string | undefined,
  certificate: (authority: ReturnType<typeof createTestCa>) => string,
  use: (signer: ScriptedSigner) => Promise<Value>,
): Promise<Value> {
  const authority = createTestCa()
  const { der } = authority.certificate
  const notAfter = new Date(Date.now() + 86_400_000).toISOString()
  const ca = { pin: pin ?? certificatePin(der), notAfter }
  const signer = await startScriptedSigner((word) => {
    if (word === 'get-status') {
      const status = { time: new Date().toISOString(), ca, clientLifetimeSeconds: 86_400 }
      return { stdout: JSON.stringify(status) }
    }
    return { stdout: word === 'get-trust' ? formatPem('CERTIFICATE', der) : certificate(authority) }
  })
  try {
    return await use(signer)
  } finally {
    await signer.remove()
  }
}

describe('a host that is a member', () => {
  it('is refused where its files are there already', async () => {
    const pkiDirectory = join(sandbox.workspace, 'old-pki')
    mkdirSync(pkiDirectory)
    writeFileSync(join(pkiDirectory, 'server.key'), 'old')
    await expect(refuse({ pkiDirectory })).rejects.toThrow('server.key')
  })
})
