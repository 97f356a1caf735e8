import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import type { ShellResult } from '../support/shell/shell.ts'

// A master that turns on its cluster: it holds what every caller on the network can have, and asks from addresses of its own.
const attacker = '127.0.0.66'
const sandbox = new SandboxFixture()
const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
const asMaster = 'etcdctl --cacert sandbox/pki/ca.crt --cert evil.crt --key evil.key --endpoints'

beforeAll(async () => {
  await sandbox.start()
  await sandbox.run(`openssl req -new ${newKey} -keyout evil.key -subj /CN=kubemaster-evil -out evil.csr`)
  await sandbox.run('base64 < evil.csr | ssh -F sandbox/ssh_config signer@leader kubemaster-evil > evil.crt')
})
afterAll(() => sandbox.stop())

/** Asks for a member's certificate from an address, as its runbook does; the certificate is left in a file. */
async function ask(name: string, address: string): Promise<ShellResult & { readonly file: string }> {
  const file = `${name}-${address}`
  await sandbox.run(`openssl req -new ${newKey} -keyout ${file}.key -subj /CN=${name} -out ${file}.csr`)
  const ssh = `ssh -b ${address} -F sandbox/ssh_config signer@leader`
  return { ...(await sandbox.run(`base64 < ${file}.csr | ${ssh} ${name}=${address} > ${file}.crt`)), file }
}

/** Whether an issued certificate outlives the client lifetime, which is a day. */
async function isLong({ file, status, stderr }: Awaited<ReturnType<typeof ask>>): Promise<boolean> {
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return (await sandbox.run(`openssl x509 -in ${file}.crt -noout -checkend 172800`)).status === 0
}

async function etcdctl(command: string): Promise<ShellResult> {
  const [member] = sandbox.description.members
  return await sandbox.run(`ETCDCTL_API=3 ${asMaster} ${member?.clientUrl} ${command}`)
}

async function ask77(name: string, address: string): Promise<string> {
  const { status, stderr } = await ask(name, address)
  expect(status).toBe(77)
  return stderr
}

describe('a free name', () => {
  it('goes to one of several that ask for it at once, with etcd up, and stays with that one', async () => {
    const addresses = [2, 3, 4, 5, 6, 7].map((host) => `127.0.0.${host}`)
    const answers = await Promise.all(addresses.map((address) => ask('etcd-9', address)))
    const winners = addresses.filter((_, index) => answers[index]?.status === 0)
    expect(winners).toHaveLength(1)
    const losers = answers.filter(({ status }) => status !== 0)
    for (const { status, stderr } of losers) {
      expect(status).toBe(77)
      expect(stderr).toContain(`etcd-9 is reserved for "${winners[0]}"`)
    }
    expect(await isLong(await ask('etcd-9', winners[0] ?? ''))).toBe(false)
  })

  it('is the same in other letters', async () => {
    expect(await isLong(await ask('etcd-nine', '127.0.0.2'))).toBe(false)
    expect(await ask77('etcd-NINE', attacker)).toContain('reserved')
  })
})

describe('a master that edits the list of etcd', () => {
  it('gets a short certificate for the name of a member, which is not locked out', async () => {
    expect(await ask77('etcd-1', attacker)).toContain('held by')
    const [id, , , peerUrl] = (await etcdctl('member list')).stdout.split(', ')
    expect((await etcdctl(`member update ${id} --peer-urls=https://${attacker}:2380`)).status).toBe(0)
    expect(await isLong(await ask('etcd-1', attacker))).toBe(false)
    expect(await isLong(await ask('etcd-1', '127.0.0.1'))).toBe(false)

    expect((await etcdctl(`member update ${id} --peer-urls=https://${attacker}:2380,${peerUrl}`)).status).toBe(0)
    expect(await isLong(await ask('etcd-1', attacker))).toBe(false)
    expect(await isLong(await ask('etcd-1', '127.0.0.1'))).toBe(true)
    expect((await etcdctl(`member update ${id} --peer-urls=${peerUrl}`)).status).toBe(0)
    expect(await ask77('etcd-1', attacker)).toContain('held by')
  })

  it('gets no more for a member that it adds at its own address and never starts', async () => {
    expect((await etcdctl(`member add etcd-x --learner --peer-urls=https://${attacker}:2380`)).status).toBe(0)
    expect(await isLong(await ask('etcd-x', attacker))).toBe(false)
    expect(await isLong(await ask('etcd-1', '127.0.0.1'))).toBe(true)
    await removeLearner()
  })

  it('takes get-peers and full lifetimes from nobody by a member under an odd URL, which get-topology names', async () => {
    expect((await etcdctl(`member add etcd-x --learner --peer-urls=http://${attacker}:2380`)).status).toBe(0)
    const ssh = 'ssh -F sandbox/ssh_config signer@leader'
    const peers = await sandbox.run(`${ssh} get-peers`)
    expect(peers).toMatchObject({ status: 0, stdout: `${sandbox.description.members[0]?.clientUrl}\n` })
    expect(await isLong(await ask('etcd-1', '127.0.0.1'))).toBe(true)
    const topology = await sandbox.run(`${ssh} get-topology`)
    expect(topology).toMatchObject({ status: 78, stdout: '' })
    expect(topology.stderr).toContain(`etcd lists it with the peer URL "http://${attacker}:2380"`)

    const removal = /signet member remove [0-9a-f]+/.exec(topology.stderr)?.[0] ?? 'nothing'
    const list = await sandbox.signet('member list --sandbox sandbox')
    expect(list.stdout).toContain(`etcd lists it with the peer URL "http://${attacker}:2380"`)
    expect((await sandbox.signet(`${removal.replace('signet ', '')} --sandbox sandbox`)).status).toBe(0)
    expect((await sandbox.run(`${ssh} get-topology`)).status).toBe(0)
  })

  async function removeLearner(): Promise<void> {
    const lines = (await etcdctl('member list')).stdout.split('\n')
    const id = lines.find((line) => line.includes('unstarted'))?.split(',')[0]
    expect((await etcdctl(`member remove ${id}`)).status).toBe(0)
  }
})
