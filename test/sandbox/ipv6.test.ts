import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'

const ssh = 'ssh -6 -F sandbox/ssh_config signer@leader'
const newCsr = (name: string): string =>
  `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -subj /CN=${name} -out csr`
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

if (!hasIpv6) {
  if (process.env['CI'] !== undefined) throw new Error('this machine has no IPv6 on its loopback interface')
  process.stderr.write('skipped: a sandbox on IPv6 (this machine has no ::1)\n')
}

describe.skipIf(!hasIpv6)('a cluster on IPv6', () => {
  const sandbox = new SandboxFixture()
  beforeAll(() => sandbox.start('--ipv6', '--members', '2'))
  afterAll(() => sandbox.stop())

  it('grew by a join, and names its members with brackets around their addresses', async () => {
    const { ssh: address, members } = sandbox.description
    expect(address.host).toBe('::1')
    expect(sandbox.said).toContain('etcd-2 is a member now')
    const peers = await sandbox.run(`${ssh} get-peers`)
    expect(peers.stdout.trim().split('\n').toSorted()).toEqual(members.map(({ clientUrl }) => clientUrl).toSorted())
    const topology = await sandbox.run(`${ssh} get-topology`)
    expect(topology.stdout).toMatch(/(^|,)etcd-2=https:\/\/\[::1\]:\d+(,|\n)/)
  })

  it('is reached by etcdctl, and its members are listed as healthy', async () => {
    expect((await sandbox.signet('etcdctl --sandbox sandbox -- put key value')).stdout).toBe('OK\n')
    const { members } = JSON.parse((await sandbox.signet('member list --json --sandbox sandbox')).stdout)
    expect(members.map(({ isHealthy }: Record<string, unknown>) => isHealthy)).toEqual([true, true])
  })

  it('has the address in the certificates of its members, as an address', async () => {
    const shown = await sandbox.run('openssl x509 -in sandbox/members/etcd-2/server.crt -noout -ext subjectAltName')
    expect(shown.stdout).toContain('IP Address:0:0:0:0:0:0:0:1')
    expect(shown.stdout).toContain('DNS:peer.etcd.signet.internal')
  })

  it('gives certificates for the address that the call came from, however it is written, and no other', async () => {
    await sandbox.run(newCsr('etcd-3'))
    for (const written of ['::1', '0:0:0:0:0:0:0:1']) {
      const issued = await sandbox.run(
        `base64 < csr | ${ssh} etcd-3=${written} | openssl verify -CAfile sandbox/pki/ca.crt`,
      )
      expect(issued, issued.stderr).toMatchObject({ status: 0, stdout: 'stdin: OK\n' })
    }
    const refused = await sandbox.run(`base64 < csr | ${ssh} etcd-3=fd00::2`)
    expect(refused).toMatchObject({ status: 77, stdout: '' })
    expect(refused.stderr).toContain('::1')
  })

  it('keeps out whoever calls from outside its networks', async () => {
    const closed = new SandboxFixture()
    try {
      await closed.start('--ipv6', '--network', 'fd00::/64')
      expect(await closed.run(`${ssh} get-peers`)).toMatchObject({ status: 77, stdout: '' })
    } finally {
      await closed.stop()
    }
  })
})
