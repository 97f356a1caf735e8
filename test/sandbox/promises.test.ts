import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { canReachUrl } from '../../src/host/net/open-tcp.ts'
import { isAlive, SandboxFixture } from '../support/host/sandbox-fixture.ts'

describe('what a sandbox promises to those who use its files', () => {
  const sandbox = new SandboxFixture()
  beforeAll(() => sandbox.start())
  afterAll(() => sandbox.stop())
  const modeOf = (name: string): number => statSync(join(sandbox.directory, name)).mode & 0o777

  it('sandbox.json has these fields and no others, and names files and processes that are there', () => {
    const { ssh, members, pids, ...files } = sandbox.description
    expect(ssh).toEqual({ host: '127.0.0.1', port: expect.any(Number), user: 'signer' })
    expect(members).toEqual([
      {
        name: 'etcd-1',
        clientUrl: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
        peerUrl: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
        pid: expect.any(Number),
      },
    ])
    expect(Object.keys(pids)).toEqual(['authority', 'endpoint'])
    expect(Object.keys(files)).toEqual(['caFile', 'adminCertFile', 'adminKeyFile'])
    expect([members[0]?.pid ?? -1, ...Object.values(pids)].every(isAlive)).toBe(true)
    expect(readFileSync(files.caFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    expect(readFileSync(files.adminCertFile, 'utf8')).toMatch(/^-----BEGIN CERTIFICATE-----\n/)
    expect(readFileSync(files.adminKeyFile, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect(statSync(files.adminKeyFile).mode & 0o777).toBe(0o600)
    expect(modeOf('sandbox.json')).toBe(0o644)
    expect(readFileSync(join(sandbox.directory, 'sandbox.json'), 'utf8')).toBe(
      `${JSON.stringify({ ssh, members, ...files, pids }, null, 2)}\n`,
    )
  })

  it('ssh_config has these lines and no others', () => {
    expect(readFileSync(join(sandbox.directory, 'ssh_config'), 'utf8')).toBe(`Host leader signer
  HostName 127.0.0.1
  Port ${sandbox.description.ssh.port}
  User signer
  UserKnownHostsFile "${sandbox.directory}/known_hosts"
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
  IdentityFile none
  IdentityAgent none
  ConnectTimeout 10
  IgnoreUnknown WarnWeakCrypto
  WarnWeakCrypto no
`)
    expect(modeOf('ssh_config')).toBe(0o644)
  })

  it('the host signer of ssh_config is the same as its Host leader', async () => {
    const ask = (place: string) => sandbox.run(`ssh -F sandbox/ssh_config ${place} get-peers`)
    const [byOldName, bySigner] = await Promise.all([ask('signer@leader'), ask('signer@signer')])
    expect(bySigner).toEqual({ status: 0, stdout: `${sandbox.description.members[0]?.clientUrl}\n`, stderr: '' })
    expect(byOldName).toEqual(bySigner)
  })

  it('answers at its own address alone', async () => {
    const { port } = sandbox.description.ssh
    expect(await canReachUrl(`https://127.0.0.1:${port}`)).toBe(true)
    // Of this machine too, as all others that an SSH server without an address of its own would listen on.
    expect(await canReachUrl(`https://127.0.0.99:${port}`)).toBe(false)
  })

  it('known_hosts has the key of the endpoint, under the address and port of ssh_config', () => {
    const { port } = sandbox.description.ssh
    expect(readFileSync(join(sandbox.directory, 'known_hosts'), 'utf8')).toMatch(
      new RegExp(`^\\[127\\.0\\.0\\.1\\]:${port} ssh-ed25519 [A-Za-z0-9+/=]+\\n$`),
    )
  })

  it('keeps the CA key to itself, and what signs at the places that documents and examples name', () => {
    expect(modeOf('pki/ca.key')).toBe(0o400)
    for (const folder of ['hosts', 'run', 'logs']) expect(modeOf(folder), folder).toBe(0o700)
    expect(readFileSync(join(sandbox.directory, 'pki/ca.crt'))).toEqual(readFileSync(sandbox.description.caFile))
    const { adminKeyFile } = sandbox.description
    expect(readFileSync(join(sandbox.directory, 'members/etcd-1/server.key'))).toEqual(readFileSync(adminKeyFile))
    for (const name of ['signet.yaml', 'journal/issued.jsonl', 'ssh_host_ed25519_key']) {
      expect(statSync(join(sandbox.directory, name)).isFile(), name).toBe(true)
    }
    expect(readdirSync(join(sandbox.directory, 'logs')).sort()).toEqual(['authority.log', 'endpoint.log', 'etcd-1.log'])
  })

  it('shows the steps of init, and below each what a host does and a sandbox does not', () => {
    const said = sandbox.said.split('\n').map((line) => line.replace(/ \([0-9.]+ m?s\)$/, ''))
    // Whether there is one depends on this machine's etcd; whether something is waited for, on how busy it is.
    const lines = said.filter((line) => !/^signet: warning: kubeadm refuses|: \d+ s at most$/.test(line))
    const from = lines.indexOf('signet: etcd-1 founds the cluster')
    expect(lines.slice(from, from + 19)).toEqual([
      'signet: etcd-1 founds the cluster',
      '        not in a sandbox: timedatectl; chronyc',
      '[ 1/10] make the CA',
      '[ 2/10] write the configuration: callers from 127.0.0.0/8, ::1/128',
      '[ 3/10] start the authority',
      '        not in a sandbox: starts at boot; signet-authority.socket',
      '[ 4/10] make the key of this host',
      '[ 5/10] obtain a certificate for etcd-1 at 127.0.0.1',
      '[ 6/10] write the configuration of etcd',
      "        not in a sandbox: systemd's drop-in: renewing before a start, starting again after an end",
      '[ 7/10] start etcd',
      '        not in a sandbox: starts at boot',
      '[ 8/10] verify that it answers',
      '[ 9/10] start the endpoint',
      "        not in a sandbox: sshd's drop-in, the account signer; starts at boot",
      '[10/10] clean up',
      '        not in a sandbox: starts at boot; signet-renew.timer; signet-snapshot.timer; signet-snapshot-copy.timer; signet-snapshot-drill.timer',
      '        not in a sandbox: first-boot.sh; the log of set-up; saving the CA key; closing joins',
      expect.stringMatching(/^signet: etcd-1 is the first member; the pin of the CA: SHA256:[0-9A-F]{64}$/),
    ])
  })

  it('says where it is and how to call it', async () => {
    await sandbox.until(() => sandbox.said.includes('get-peers\n'))
    const lines = sandbox.said.split('\n')
    expect(lines).toContain(
      `signet: ready in ${sandbox.directory} (described in ${sandbox.directory}/sandbox.json); Ctrl-C stops it`,
    )
    expect(lines).toContain(`  try:  ssh -F ${sandbox.directory}/ssh_config signer@leader get-peers`)
  })
})

describe('a sandbox is refused', () => {
  const sandbox = new SandboxFixture()
  afterAll(() => sandbox.stop())

  it.each([
    ['--members 0', 64, '--members is not a number from 1 to 9'],
    ['--members 10', 64, '--members is not a number from 1 to 9'],
    ['--members two', 64, '--members is not a number from 1 to 9'],
    ['--client-lifetime soon', 64, '--client-lifetime'],
    ['--network 10.0.0.0/33', 64, '--network is not a network'],
    ['--no-such-option', 64, ''],
  ])('with %s: status %d', async (options, status, message) => {
    const refused = await sandbox.signet(`sandbox --dir none ${options}`)
    expect(refused).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(message) })
    expect(existsSync(join(sandbox.workspace, 'none'))).toBe(false)
  })

  it('a directory that holds what no sandbox made, and leaves it as it was', async () => {
    const foreign = join(sandbox.workspace, 'foreign')
    mkdirSync(foreign)
    writeFileSync(join(foreign, 'thesis.tex'), 'mine')
    const refused = await sandbox.signet('sandbox --dir foreign')
    expect(refused).toMatchObject({
      status: 78,
      stderr: expect.stringContaining('is not empty, and no sandbox made it'),
    })
    expect(readdirSync(foreign)).toEqual(['thesis.tex'])
  })
})

describe('a sandbox that is ended while its second member joins', () => {
  let sandbox: SandboxFixture
  beforeEach(async () => {
    sandbox = new SandboxFixture()
    sandbox.launch('--members', '2')
    await sandbox.until(() => sandbox.said.includes('[ 6/12] write the configuration of etcd'))
  })
  afterEach(() => sandbox.stop())

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s takes the learner out, ends soon and well, and leaves no process',
    async (signal) => {
      const startedMs = performance.now()
      sandbox.child.kill(signal)
      await sandbox.until(() => sandbox.child.exitCode !== null)
      expect(sandbox.child.exitCode, sandbox.said).toBe(0)
      expect(performance.now() - startedMs).toBeLessThan(10_000)
      expect(sandbox.said).toContain('failed, undoing it (the run was interrupted)')
      expect(readFileSync(join(sandbox.directory, 'logs/etcd-1.log'), 'utf8')).toMatch(/"msg":"removed member"/)
      expect(sandbox.pids()).toEqual([])
      expect(existsSync(join(sandbox.directory, 'sandbox.json'))).toBe(false)
    },
  )

  it('by SIGKILL leaves no process, and the next start none of its files', async () => {
    expect(sandbox.pids().length).toBeGreaterThan(3)
    sandbox.child.kill('SIGKILL')
    await sandbox.until(() => sandbox.pids().length === 0)
    await sandbox.start()
    expect(readdirSync(join(sandbox.directory, 'members'))).toEqual(['etcd-1'])
    expect((await sandbox.run('ssh -F sandbox/ssh_config signer@leader get-peers')).status).toBe(0)
  })
})
