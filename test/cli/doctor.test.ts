import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probePeerPort } from '../../src/diagnosis/inspect/probe-peer-port.ts'
import { judgePeerPorts } from '../../src/diagnosis/judge/judge-peer-ports.ts'
import type { EtcdVersion } from '../../src/etcd/versions/flags-by-version.ts'
import { EtcdCluster } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { parseReport, requestCertificate, troubleIn } from '../support/host/sandbox-master.ts'
import { readCredential } from '../support/x509/openssl-pki.ts'

const etcd = findEtcd()

/** What doctor says of the etcd that these tests run with, where it is one of a Debian release. */
const kubeadmTrouble = sayOfKubeadm(etcd?.version)

function sayOfKubeadm(version: EtcdVersion | undefined): readonly string[] {
  if (version === undefined) return []
  const { minor, patch } = version
  const isOld = minor < 5 || (minor === 5 && patch < 24)
  const what = `kubeadm refuses an external etcd below 3.5.24, and this one is 3.${minor}.${patch}`
  return isOld ? [`kubeadm-minimum: ${what}`] : []
}

describe.skipIf(etcd === undefined)('signet doctor', () => {
  const sandbox = new SandboxFixture()
  beforeAll(async () => {
    await sandbox.start('--network', '127.0.0.1/32')
    await requestCertificate(sandbox)
  }, 60_000)

  afterAll(() => sandbox.stop())

  it('finds a fresh signer well, its peer port closed included', async () => {
    const result = await sandbox.signet('doctor --sandbox sandbox --json')
    const report = parseReport(result)
    expect(troubleIn(report)).toEqual(kubeadmTrouble)
    expect(result.status).toBe(kubeadmTrouble.length)
    const well = report.findings.filter(({ level }) => level === 'well').map(({ check }) => check)
    expect(well).toEqual(
      expect.arrayContaining([
        'files',
        'key-match',
        'chain',
        'purpose',
        'name',
        'expiry',
        'ca-expiry',
        'signer',
        'signer-name',
        'signer-tcp',
        'clock-skew',
        'etcd',
        'quorum',
        'authority',
        'address',
        'peer-port',
      ]),
    )
  })

  it('leaves the probe of the peer port in the journal', async () => {
    const journal = readFileSync(join(sandbox.directory, 'journal/issued.jsonl'), 'utf8')
    expect(journal).toContain('"name":"signet-doctor"')
  })

  it('compares what a kube-apiserver was started with to the members that there are', async () => {
    const [member] = sandbox.description.members
    const doctorBeside = async (...servers: readonly string[]) => {
      const certificate = `--etcd-certfile=${join(sandbox.workspace, 'master/client.crt')}`
      const words = ['-c', 'read _; :', certificate, `--etcd-servers=${servers.join(',')}`]
      const apiserver = spawn('/bin/sh', words, { argv0: 'kube-apiserver', stdio: ['pipe', 'ignore', 'ignore'] })
      await once(apiserver, 'spawn')
      const result = await sandbox.signet('doctor --dir master --json')
      apiserver.stdin?.end()
      await once(apiserver, 'exit')
      const place = `process ${apiserver.pid}`
      return { ...result, own: parseReport(result).findings.filter(({ what }) => what.startsWith(place)) }
    }
    const [gone, there] = ['https://192.0.2.9:2379', member?.clientUrl ?? '']
    expect(await doctorBeside(gone)).toMatchObject({
      status: 2,
      own: [{ check: 'etcd-servers', level: 'broken', fix: `start kube-apiserver with --etcd-servers=${there}` }],
    })
    expect(await doctorBeside(gone, there)).toMatchObject({ status: 1, own: [{ level: 'attention' }] })
    expect(await doctorBeside(there)).toMatchObject({ status: kubeadmTrouble.length, own: [{ level: 'well' }] })
  })

  it('finds a fresh master well, and says what it could not look at', async () => {
    const { status, stdout } = await sandbox.signet('doctor --dir master')
    expect(status, stdout).toBe(kubeadmTrouble.length)
    expect(stdout.match(/^(?:ATTENTION|BROKEN) /gm) ?? []).toHaveLength(kubeadmTrouble.length)
    expect(stdout).toMatch(/^(?:well|attention: 1 finding); first certificate ends in 23 h /)
    expect(stdout).toMatch(/^ok +1\d checks are well \(--all shows them\)$/m)
    expect((await sandbox.signet('doctor --dir master --all')).stdout).toMatch(/^ok +the signer signer answers$/m)
    expect(stdout).toMatch(/^not known +whether peer ports are closed to clients was not tried: only the signer/m)
  })

  it('tells what will be broken in 36 hours unless it is renewed', async () => {
    const { status, stdout } = await sandbox.signet('doctor --dir master --at +36h')
    expect(status).toBe(2)
    expect(stdout).toMatch(/^BROKEN +.*client\.crt will have expired/m)
    expect(stdout).toMatch(/^ +type: renewing is due at 20\d\d-/m)
  })

  it.each([
    ['a key that others can read', 'chmod 644 DIR/client.key', 2, /^file-modes: /],
    ['a CA file that others can write', 'chmod 666 DIR/ca.crt', 2, /^file-modes: /],
    ['a certificate cut in half', "sed -i '5,$d' DIR/client.crt", 2, /^files: /],
    ['a key of another kind', 'openssl ecparam -name secp256k1 -genkey -noout -out DIR/client.key', 2, /^files: /],
    ['a saved state that is gone', 'rm DIR/signet.json', 1, /^renewal: no certificate was requested/],
    [
      'another CA',
      'openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=x -out DIR/ca.crt',
      2,
      /^chain: /,
    ],
  ])('tells of %s', async (title, harm, status, expected) => {
    const directory = title.replaceAll(' ', '-')
    const move = `cp -rp master ${directory} && sed -i s,/master/,/${directory}/, ${directory}/signet.json`
    await sandbox.run(`${move}; ${harm.replaceAll('DIR', directory)}`)
    const result = await sandbox.signet(`doctor --dir ${directory} --json`)
    const report = parseReport(result)
    const trouble = troubleIn(report).filter((line) => !kubeadmTrouble.includes(line))
    for (const { level, why, fix } of report.findings) {
      if (level === 'attention' || level === 'broken')
        expect([why, fix]).toEqual([expect.any(String), expect.any(String)])
    }
    expect([trouble.length > 0, trouble.join('\n')]).toEqual([
      true,
      expect.stringMatching(new RegExp(expected.source, 'm')),
    ])
    expect(result.status).toBe(status)
  })

  it('tells of a signer that is not there, at each step of the way', async () => {
    const result = await sandbox.signet('doctor --dir master --signer-ip 127.0.0.1 --port 1 --json')
    expect(result.status).toBe(1)
    expect(troubleIn(parseReport(result))).toEqual([
      expect.stringMatching(/^signer: .*refuses the connection/),
      expect.stringMatching(/^signer-tcp: TCP to 127\.0\.0\.1:1 fails: ECONNREFUSED/),
      ...kubeadmTrouble,
    ])
  })

  it('tells of a network policy that keeps this host out, where TCP works', async () => {
    await sandbox.run('cp -rp master outside')
    const file = join(sandbox.workspace, 'outside/signet.json')
    const state = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...state, signer: { ...state.signer, bindAddress: '127.0.0.9' } }))
    const result = await sandbox.signet('doctor --dir outside --json')
    expect(result.status).toBe(1)
    const report = parseReport(result)
    expect(troubleIn(report)).toEqual([expect.stringMatching(/^signer: /), ...kubeadmTrouble])
    expect(report.findings).toContainEqual(expect.objectContaining({ check: 'signer-tcp', level: 'well' }))
  })

  it('refuses a time that is none', async () => {
    const { status, stdout, stderr } = await sandbox.signet('doctor --dir master --at tomorrow')
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr).toMatch(/^signet: error: --at is not a time: "[^"]+" \[usage, status 64\]\nsignet: hint: /)
  })
})

if (etcd !== undefined) {
  describe('the probe of a peer port', () => {
    const cluster = new EtcdCluster(etcd)
    afterAll(() => cluster.stop())

    it.each([
      [
        'open',
        'without',
        (flags: readonly string[]) => flags.filter((flag) => !flag.startsWith('--peer-cert-allowed')),
      ],
      ['closed', 'with', (flags: readonly string[]) => flags],
    ])('finds it %s %s --peer-cert-allowed-hostname', async (peerPort, _with, change) => {
      const member = await cluster.start(await cluster.settle({ name: `etcd-${peerPort}` }), change)
      await cluster.waitUntilServing(member)
      const probe = await probePeerPort(member, readCredential(cluster.clientFiles))
      expect(probe).toEqual({ peerUrl: member.peerUrl, peerPort, clientPortAccepts: true })
      const levels = judgePeerPorts({ probes: [probe] }).map(({ level }) => level)
      expect(levels).toEqual([peerPort === 'open' ? 'broken' : 'well'])
      await member.kill()
      expect(await probePeerPort(member, readCredential(cluster.clientFiles))).toMatchObject({
        peerPort: 'unreachable',
      })
    })
  })
}
