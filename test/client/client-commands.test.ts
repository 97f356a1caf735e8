import { lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { runDoctor } from '../../src/cli/anywhere/doctor.ts'
import { warnOn } from '../../src/cli/command-streams.ts'
import { runKubeadmConfig } from '../../src/cli/master/kubeadm-config.ts'
import { runRenew } from '../../src/cli/master/renew.ts'
import { type RequestOptions, runRequest } from '../../src/cli/master/request.ts'
import { systemClock } from '../../src/core/clock.ts'
import { systemInspection } from '../../src/diagnosis/inspect/inspection-world.ts'
import { refusalOf } from '../support/refusal.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-commands-'))
const signer = new TestSigner(new TestAuthority({ clock: systemClock }))

beforeAll(() => signer.start())
afterAll(async () => {
  await signer.remove()
  rmSync(base, { recursive: true, force: true })
})

interface Said {
  readonly stdout: string
  readonly stderr: string
}

const streamsOf = () => ({ stdout: new PassThrough(), stderr: new PassThrough() })

async function listen(run: (streams: { stdout: PassThrough; stderr: PassThrough }) => Promise<void>): Promise<Said> {
  const streams = streamsOf()
  await run(streams)
  const read = (stream: PassThrough): string => String(stream.read() ?? '')
  return { stdout: read(streams.stdout), stderr: read(streams.stderr) }
}

function request(dir: string, change: Partial<RequestOptions> = {}): Promise<Said> {
  const options = { signerIp: '127.0.0.1', port: `${signer.port}`, name: 'kubemaster-1', dir: join(base, dir) }
  return listen((streams) => runRequest({ ...options, ...change }, streams))
}

describeWith('ssh', 'the commands of a master', () => {
  it('request prints what kube-apiserver is to be given, and shows a pin that nobody has compared', async () => {
    const { stdout, stderr } = await request('flags')
    const dir = join(base, 'flags')
    expect(stdout.split('\n')).toEqual([
      '--etcd-servers=https://127.0.0.1:2379',
      `--etcd-cafile=${dir}/ca.crt`,
      `--etcd-certfile=${dir}/client.crt`,
      `--etcd-keyfile=${dir}/client.key`,
      '',
    ])
    expect(stderr).toMatch(/compare its pin with init's: SHA256:[0-9A-F]{64}/)
    const again = await request('flags')
    expect(again.stderr).not.toContain('compare its pin')
  })

  it('request, renew and doctor name a certificate that is a link, and where it leads; a file takes its place', async () => {
    const dir = join(base, 'linked')
    const [certificate, kept] = [join(dir, 'client.crt'), join(dir, 'kept.crt')]
    const link = (): void => {
      renameSync(certificate, kept)
      symlinkSync('kept.crt', certificate)
    }
    expect((await request('linked')).stderr).not.toContain('is a link')
    const commands = [
      () => request('linked'),
      () => request('linked', { newKey: true }),
      () => listen((streams) => runRenew({ dir, force: true }, streams)),
    ]
    for (const command of commands) {
      link()
      const said = streamsOf()
      expect(await runDoctor({ dir }, said, systemInspection(warnOn(said)))).not.toBe(0)
      expect(String(said.stdout.read())).toMatch(`${certificate} is a link to ${kept}\n`)
      const before = readFileSync(kept, 'utf8')
      expect((await command()).stderr).toContain(
        `warning: ${certificate} is a link to ${kept}: a file takes its place, and ${kept} is not renewed\n`,
      )
      expect([lstatSync(certificate).isFile(), readFileSync(kept, 'utf8')]).toEqual([true, before])
      expect(readFileSync(certificate, 'utf8')).not.toBe(before)
    }
  })

  it('request prints JSON, and plans without asking for a certificate', async () => {
    const plan = JSON.parse((await request('json', { json: true, dryRun: true })).stdout)
    expect(plan).toMatchObject({ name: 'kubemaster-1', key: 'make' })
    expect(signer.calls.at(-1)?.command).toBe('get-peers')
    const said = await request('json', { json: true, pin: plan.pin })
    expect(JSON.parse(said.stdout)).toMatchObject({ name: 'kubemaster-1', keyWasMade: true, pin: plan.pin })
    expect((await request('json', { dryRun: true })).stdout).toContain('keep the key')
  })

  it('request works through an ssh_config, as the sandbox has it', async () => {
    const sshConfig = join(base, 'ssh_config')
    writeFileSync(sshConfig, `Host signer\n  HostName 127.0.0.1\n  Port ${signer.port}\n`)
    const options = { signerIp: 'signer', sshConfig, name: 'kubemaster-1', dir: join(base, 'alias') }
    const said = await listen((streams) => runRequest(options, streams))
    expect(said.stdout).toContain('--etcd-certfile=')
  })

  it.each<[string, Partial<RequestOptions>]>([
    ['a port', { port: 'ssh' }],
    ['a key type', { keyType: 'dsa' }],
    ['a name', { name: 'master' }],
    ['a signer', { signerIp: '-F/etc/passwd' }],
  ])('request refuses %s that is none', async (_, change) => {
    expect(await refusalOf(() => request('refused', change))).toMatchObject({ code: 'usage' })
  })

  it('kubeadm-config prints a whole document, with the endpoints of now or of then', async () => {
    await request('kubeadm')
    const dir = join(base, 'kubeadm')
    const external = { caFile: `${dir}/ca.crt`, certFile: `${dir}/client.crt`, keyFile: `${dir}/client.key` }
    const document = { apiVersion: 'kubeadm.k8s.io/v1beta4', kind: 'ClusterConfiguration' }
    signer.peers = 'https://127.0.0.1:2379\nhttps://[::1]:2379\n'
    const { stdout } = await listen((streams) => runKubeadmConfig({ dir }, streams))
    const endpoints = ['https://127.0.0.1:2379', 'https://[::1]:2379']
    expect(parseYaml(stdout)).toEqual({ ...document, etcd: { external: { endpoints, ...external } } })
    const flag = await listen((streams) => runKubeadmConfig({ dir, flag: true }, streams))
    expect(flag).toEqual({ stdout: '--etcd-servers=https://127.0.0.1:2379,https://[::1]:2379\n', stderr: '' })
    signer.peers = 'not now'
    const then = await listen((streams) => runKubeadmConfig({ dir, json: true }, streams))
    signer.peers = 'https://127.0.0.1:2379\n'
    const remembered = { external: { endpoints: ['https://127.0.0.1:2379'], ...external } }
    expect(JSON.parse(then.stdout)).toEqual({ ...document, etcd: remembered })
    expect(then.stderr).toContain('signet: warning: the members are not known')
  })

  it('kubeadm-config merges into a file that it does not touch, and says what it leaves out', async () => {
    await request('merge')
    const [dir, file] = [join(base, 'merge'), join(base, 'own.yaml')]
    const head = 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n'
    const own = `# ours\n${head}etcd:\n  local:\n    dataDir: /var/lib/etcd\nclusterName: one\n`
    writeFileSync(file, own)
    const merged = await listen((streams) => runKubeadmConfig({ dir, merge: file }, streams))
    expect(merged.stdout).toMatch(/^# ours\n.*\n.*\netcd:\n {2}external:\n[\s\S]*\nclusterName: one\n$/)
    expect(merged.stderr).toContain('signet: etcd.local of ')
    expect(readFileSync(file, 'utf8')).toBe(own)
  })

  it.each<[string, () => string, RegExp]>([
    [
      'that is not there',
      () => join(base, 'nowhere.yaml'),
      /^there is no file ".*nowhere\.yaml", which --merge names$/,
    ],
    ['that is a directory', () => base, / cannot be read$/],
    ['that is too large', () => writeAt('large.yaml', '#'.repeat(300_000)), / is larger than 256 KiB$/],
    ['that is no configuration', () => writeAt('other.yaml', 'kind: Pod\n'), / is no ClusterConfiguration of kubeadm/],
  ])('kubeadm-config refuses a file %s, and prints nothing', async (_, make, message) => {
    await request('refusing')
    const streams = streamsOf()
    const refusal = await refusalOf(() => runKubeadmConfig({ dir: join(base, 'refusing'), merge: make() }, streams))
    expect([refusal.code, refusal.message]).toEqual(['configuration', expect.stringMatching(message)])
    expect(streams.stdout.read()).toBeNull()
  })

  it('renew says when it is due, renews when it is forced, and then runs the hook', async () => {
    await request('renew')
    const dir = join(base, 'renew')
    const before = readFileSync(join(dir, 'client.crt'), 'utf8')
    const notDue = await listen((streams) => runRenew({ dir }, streams))
    expect(notDue.stderr).toMatch(/kubemaster-1 is valid until .*, due at /)
    const exec = `echo done > ${dir}/hook`
    const renewed = await listen((streams) => runRenew({ dir, force: true, exec, json: true }, streams))
    expect(JSON.parse(renewed.stdout)).toMatchObject({ outcome: 'renewed', name: 'kubemaster-1' })
    expect(readFileSync(join(dir, 'hook'), 'utf8')).toBe('done\n')
    expect(readFileSync(join(dir, 'client.crt'), 'utf8')).not.toBe(before)
  })

  it('renew tells of a hook that failed, after the renewal', async () => {
    const dir = join(base, 'renew')
    const before = readFileSync(join(dir, 'client.crt'), 'utf8')
    const error = await refusalOf(() => listen((streams) => runRenew({ dir, force: true, exec: 'exit 3' }, streams)))
    expect(error.message).toContain('renewed, but the command of --exec exited, status 3')
    expect(readFileSync(join(dir, 'client.crt'), 'utf8')).not.toBe(before)
  })

  it('renew as a daemon renews what is due, survives failures, and ends when it is told to', async () => {
    await request('daemon')
    const dir = join(base, 'daemon')
    const stateFile = join(dir, 'signet.json')
    const state = JSON.parse(readFileSync(stateFile, 'utf8'))
    // As if the certificate were gone since long.
    rmSync(join(dir, 'client.crt'))
    writeFileSync(stateFile, JSON.stringify({ ...state, attempts: { lastAttemptMs: 0, failures: 0 } }))
    const stop = Promise.withResolvers<void>()
    const said = listen((streams) => runRenew({ dir, daemon: true }, { ...streams, untilStopped: () => stop.promise }))
    await expect.poll(() => readOrNothing(join(dir, 'client.crt')), { timeout: 10_000 }).toContain('BEGIN CERTIFICATE')
    stop.resolve()
    expect((await said).stderr).toContain('signet: renewed kubemaster-1 until ')
  })
})

function writeAt(name: string, text: string): string {
  const file = join(base, name)
  writeFileSync(file, text)
  return file
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
