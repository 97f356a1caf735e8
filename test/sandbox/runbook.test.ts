import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { residentBytes, SandboxFixture } from '../support/host/sandbox-fixture.ts'

const sandbox = new SandboxFixture()
const ssh = 'ssh -F sandbox/ssh_config signer@leader'
const newCsr = (name: string, options = '-newkey ec -pkeyopt ec_paramgen_curve:P-256'): string =>
  `openssl req -new ${options} -nodes -keyout client.key -subj /CN=${name} -out client.csr 2>/dev/null`

beforeAll(async () => {
  await sandbox.start()
  await sandbox.run(`${ssh} get-certificate > ca.crt && ${newCsr('kubemaster-1')}`)
})

afterAll(() => sandbox.stop())

/** Puts and gets a value through etcd with client.crt. */
async function expectEtcdAccepts(): Promise<void> {
  const tls = '--cacert ca.crt --cert client.crt --key client.key'
  const put = await sandbox.run(`etcdctl --endpoints "$(${ssh} get-peers | paste -sd, -)" ${tls} put key value`)
  expect(put).toMatchObject({ status: 0, stdout: 'OK\n' })
}

describe('the runbook', () => {
  // npm test hands the bundle over; daemons that run from their sources take half as much again.
  it.skipIf(process.env['SIGNET_SANDBOX_PROGRAM'] === undefined)(
    'takes less than 165 MB of memory for authority and endpoint together, idle',
    () => {
      const { authority, endpoint } = sandbox.description.pids
      expect((residentBytes(authority) + residentBytes(endpoint)) / 1e6).toBeLessThan(165)
    },
  )

  it('describes the sandbox as the README promises', () => {
    const { ssh: address, members, caFile, adminCertFile, adminKeyFile } = sandbox.description
    expect(address).toMatchObject({ host: '127.0.0.1', user: 'signer' })
    expect(members.map(({ name }) => name)).toEqual(['etcd-1'])
    for (const file of [caFile, adminCertFile, adminKeyFile]) expect(readFileSync(file, 'utf8')).toContain('-----BEGIN')
  })

  it('works word for word with OpenSSH', async () => {
    const issued = await sandbox.run(`base64 < client.csr | ${ssh} "$HOSTNAME" > client.crt`)
    expect(issued).toEqual({ status: 0, stdout: '', stderr: '' })
    expect((await sandbox.run(`${ssh} get-peers`)).stdout).toBe(`${sandbox.description.members[0]?.clientUrl}\n`)
    const topology = `etcd-1=${sandbox.description.members[0]?.peerUrl}`
    expect((await sandbox.run(`${ssh} get-topology`)).stdout.trim()).toBe(topology)
    await expectEtcdAccepts()
  })

  it.each([
    ['RSA 2048', '-newkey rsa:2048'],
    ['P-384', '-newkey ec -pkeyopt ec_paramgen_curve:P-384'],
    ['P-521', '-newkey ec -pkeyopt ec_paramgen_curve:P-521'],
    ['Ed25519', '-newkey ed25519'],
  ])('gives a certificate that openssl, certtool and etcd accept, for a key of %s', async (_name, options) => {
    await sandbox.run(newCsr('kubemaster-1', options))
    expect((await sandbox.run(`base64 < client.csr | ${ssh} "$HOSTNAME" > client.crt`)).status).toBe(0)
    const openssl = await sandbox.run('openssl verify -x509_strict -purpose sslclient -CAfile ca.crt client.crt')
    expect(openssl).toMatchObject({ status: 0, stdout: 'client.crt: OK\n' })
    const certtool = await sandbox.run(
      'certtool --verify --verify-profile=medium --verify-purpose=1.3.6.1.5.5.7.3.2 --load-ca-certificate ca.crt --infile client.crt',
    )
    expect(certtool, certtool.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('Verified') })
    await expectEtcdAccepts()
  })

  it('works with dropbear', async () => {
    const { port } = sandbox.description.ssh
    const dbclient = `HOME=$PWD dbclient -y -p ${port} signer@127.0.0.1`
    const issued = await sandbox.run(`base64 < client.csr | ${dbclient} "$HOSTNAME" > client.crt`)
    expect(issued.status, issued.stderr).toBe(0)
    await expectEtcdAccepts()
    expect((await sandbox.run(`${dbclient} get-peers`)).stdout).toBe(`${sandbox.description.members[0]?.clientUrl}\n`)
    expect((await sandbox.run(`${dbclient} KUBEMASTER-1`)).status).toBe(64)
  })

  it('works with plink', async () => {
    const { port } = sandbox.description.ssh
    const key = readFileSync(join(sandbox.directory, 'ssh_host_ed25519_key'), 'utf8')
    expect(key).toContain('PRIVATE KEY')
    const fingerprint = await sandbox.run(
      "awk '{print $2, $3}' sandbox/known_hosts | ssh-keygen -lf - | awk '{print $2}'",
    )
    const plink = `HOME=$PWD plink -batch -ssh -P ${port} -hostkey ${fingerprint.stdout.trim()} signer@127.0.0.1`
    const issued = await sandbox.run(`base64 < client.csr | ${plink} "$HOSTNAME" > client.crt`)
    expect(issued.status, issued.stderr).toBe(0)
    await expectEtcdAccepts()
    expect((await sandbox.run(`${plink} KUBEMASTER-1`)).status).toBe(64)
  })

  it('answers 200 parallel ssh calls, every one with a certificate of its own', async () => {
    const line = `seq 200 | xargs -P 200 -I N sh -c 'base64 < client.csr | ${ssh} kubemaster-1 > many-N.crt || echo failed N'`
    const many = await sandbox.run(line)
    expect(many).toMatchObject({ status: 0, stdout: '' })
    const serials = await sandbox.run('cat many-*.crt | grep -c BEGIN; cat many-*.crt | sort -u | grep -c ^MII')
    expect(serials.stdout.split('\n')[0]).toBe('200')
  })
})
