import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { warnOn } from '../../src/cli/command-streams.ts'
import { systemInspection } from '../../src/diagnosis/inspect/inspection-world.ts'
import { lookAtStatus } from '../../src/diagnosis/look-at-status.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { commandIn, saidHint } from '../support/hints/said-hint.ts'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { parseReport, requestCertificate, troubleIn } from '../support/host/sandbox-master.ts'
import { readPage } from '../support/host/shown-pages.ts'

const sandbox = new SandboxFixture()
const hourMs = 3_600_000

describe.skipIf(findEtcd() === undefined)('signet status', () => {
  beforeAll(async () => {
    await sandbox.start('--members', '3')
    await requestCertificate(sandbox)
  }, 90_000)

  afterAll(() => sandbox.stop())

  it('shows the signer its certificate, the members, itself and the masters seen, and ends with 0', async () => {
    const { status, stdout, stderr } = await sandbox.signet('status --sandbox sandbox')
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /^well; first certificate ends in 23 h \d+ m, \d\d:\d\d UTC: kubemaster-1; without this signer: unknown for 1 master$/m,
    )
    expect(stdout).toMatch(/^member +etcd-1 +\[-{20}\] +0 % +in 89 days, 20\d\d-/m)
    expect(stdout).toMatch(/^CA +in 36\d\d days, 20\d\d-/m)
    expect(stdout).toMatch(/^CA pin: SHA256:[0-9A-F]{64}$/m)
    for (const { name, clientUrl } of sandbox.description.members) {
      expect(stdout).toMatch(new RegExp(`${name} +(raftLeader|voter) +healthy .* ${clientUrl}$`, 'm'))
    }
    expect(stdout).toMatch(/^signer signer: answers/m)
    expect(stdout).toMatch(/^kubemaster-1 +127\.0\.0\.1 +in 23 h .* same$/m)
    expect(stdout).toMatch(/^1 master seen, .*\n\nnext: no action is needed\n$/m)
  })

  it('gives a program on a master the same as JSON, without what only a signer knows', async () => {
    const result = await sandbox.signet('status --dir master --json')
    const report = parseReport(result)
    expect(result.status, troubleIn(report).join('\n')).toBe(0)
    expect(report).toMatchObject({
      state: 'well',
      certificates: [{ kind: 'client', name: 'kubemaster-1', lifetimeUsed: expect.any(Number) }],
      ca: { pin: expect.stringMatching(/^SHA256:[0-9A-F]{64}$/), daysLeft: expect.any(Number) },
      signer: { address: 'signer', isReachable: true },
      masters: null,
    })
    expect(report['members']).toHaveLength(3)
  })

  it('writes a page for a browser, and prints nothing; where there is no directory, what to type helps', async () => {
    const line = 'status --sandbox sandbox --html "web pages/page.html"'
    const refused = await sandbox.signet(line)
    expect(refused.status).toBe(78)
    await sandbox.run(commandIn(saidHint(refused.stderr), /: (mkdir .*)$/))
    const { status, stdout, stderr } = await sandbox.signet(line, 'umask 077;')
    expect([status, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/^signet: wrote web pages\/page\.html, to be believed until 20\d\d-[0-9T:-]+Z: well\n$/)
    const file = join(sandbox.workspace, 'web pages/page.html')
    expect(statSync(file).mode & 0o777).toBe(0o640)
    const page = readPage(readFileSync(file, 'utf8'))
    expect(page).toContain('the signer, a member of etcd')
    expect(page).toMatch(/3 of 3 members are healthy .* etcd-1 healthy (?:Raft leader|voter) 3\.\d+\.\d+ /)
    expect(page).toMatch(/kubemaster-1 20\d\d-.* in 23 h /)
    expect(page).toMatch(/signer signer answers .* pin of that CA SHA256:[0-9A-F]{64}/)
  })

  it('tells the signer when the first master would fail, and while its authority hangs when it fails', async () => {
    const renewal =
      'openssl req -new -key master/client.key -subj /CN=kubemaster-1 | base64 | ssh -F sandbox/ssh_config signer@signer kubemaster-1'
    const renewed = await sandbox.run(`${renewal} && ${renewal}`)
    expect(renewed.stdout).toContain('BEGIN CERTIFICATE')
    const { stdout } = await sandbox.signet('status --sandbox sandbox')
    expect(stdout).toMatch(
      /^well; the first master would fail in 23 h \d+ m, \d\d:\d\d UTC, without this signer: kubemaster-1$/m,
    )
    const { authority } = sandbox.description.pids
    process.kill(authority, 'SIGSTOP')
    try {
      const result = await sandbox.signet('status --sandbox sandbox')
      expect(result.status).toBe(2)
      expect(result.stdout).toMatch(
        /^broken: \d findings?.*; no signer answers; the first master fails in 23 h \d+ m, \d\d:\d\d UTC: kubemaster-1$/m,
      )
      const report = parseReport(await sandbox.signet('status --sandbox sandbox --json'))
      expect(report['horizon']).toMatchObject({ name: 'kubemaster-1', masters: 1, unknownFor: 0, isSignerUp: false })
    } finally {
      process.kill(authority, 'SIGCONT')
    }
  }, 40_000)

  it('calls for attention while a member hangs, and names it', async () => {
    const [, second] = sandbox.description.members
    if (second === undefined) throw new Error('no second member')
    process.kill(second.pid, 'SIGSTOP')
    try {
      const result = await sandbox.signet('status --dir master --json')
      expect(result.status).toBe(1)
      expect(troubleIn(parseReport(result))).toEqual([expect.stringMatching(/^member: member etcd-2: /)])
    } finally {
      process.kill(second.pid, 'SIGCONT')
    }
  }, 40_000)

  it('calls for attention while the signer does not answer, and no more: the certificate works', async () => {
    const result = await sandbox.signet('status --dir master --signer-ip 127.0.0.1 --port 1 --json')
    expect(result.status).toBe(1)
    expect(troubleIn(parseReport(result))).toEqual([expect.stringMatching(/^signer: .*refuses the connection/)])
  })

  it.each([
    [14 * hourMs, 'attention'],
    [25 * hourMs, 'broken'],
  ])('judges the certificate by the clock: %i ms later it calls for %s', async (laterMs, level) => {
    const world = systemInspection(warnOn({ stderr: new PassThrough() }))
    const clock = { now: () => Date.now() + laterMs }
    const options = { dir: join(sandbox.workspace, 'master'), json: true }
    const shown = await lookAtStatus(
      options,
      { stdout: new PassThrough(), stderr: new PassThrough() },
      { ...world, clock },
    )
    const { findings } = JSON.parse(shown.text)
    expect(findings).toContainEqual(expect.objectContaining({ check: 'expiry', level }))
    // The signer's clock stayed behind, and that breaks renewing.
    expect(shown.status).toBe(2)
  })

  it('is broken where there is no certificate at all', async () => {
    const { status, stdout } = await sandbox.run(`mkdir empty; ${sandbox.signetLine('status --dir empty')}`)
    expect(status).toBe(2)
    expect(stdout).toMatch(/^broken: 1 finding\n\nBROKEN +this host has no certificate/)
    expect(stdout).toMatch(/\nnext: .*signet request --signer-ip=IP --dir=\S+empty\n$/)
  })

  it('is broken where the key is another one', async () => {
    await sandbox.run(
      'cp -r master swapped && sed -i s,/master/,/swapped/, swapped/signet.json && openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out swapped/client.key && chmod 600 swapped/client.key',
    )
    const result = await sandbox.signet('status --dir swapped --json')
    expect(result.status).toBe(2)
    expect(troubleIn(parseReport(result))).toContainEqual(expect.stringMatching(/^key-match: /))
  })

  it('tells the signer of a master whose key changed', async () => {
    await sandbox.signet(
      'request --signer-ip signer --ssh-config sandbox/ssh_config --name kubemaster-1 --dir master --new-key',
    )
    const result = await sandbox.signet('status --sandbox sandbox --json')
    expect(result.status).toBe(1)
    const report = parseReport(result)
    expect(troubleIn(report)).toEqual([expect.stringMatching(/^changed-keys: .*kubemaster-1 \(127\.0\.0\.1\)/)])
    expect(report).toMatchObject({ masters: { total: 1, keysChanged: 1, soonest: [{ keyChanged: true }] } })
  })

  it('tells the signer of two masters that use one key', async () => {
    const asked = await sandbox.run(
      'openssl req -new -key master/client.key -subj /CN=kubemaster-2 | base64 | ssh -F sandbox/ssh_config signer@signer kubemaster-2',
    )
    expect(asked.stdout).toContain('BEGIN CERTIFICATE')
    const result = await sandbox.signet('status --sandbox sandbox --json')
    const report = parseReport(result)
    expect(troubleIn(report)).toContainEqual(
      expect.stringMatching(/^shared-keys: use one key: kubemaster-1 \(127\.0\.0\.1\), kubemaster-2 \(127\.0\.0\.1\)$/),
    )
    expect(report).toMatchObject({ masters: { keysShared: 1, sharedKeys: [{ total: 2 }] } })
    expect((await sandbox.signet('doctor --sandbox sandbox')).stdout).toMatch(/use one key: kubemaster-1/)
  })
})
