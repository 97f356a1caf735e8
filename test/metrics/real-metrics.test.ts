import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metricNames } from '../../src/diagnosis/metrics/metric-table.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { requestCertificate } from '../support/host/sandbox-master.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { ownMain } from '../support/shell/own-program.ts'

const sandbox = new SandboxFixture()

/** What promtool says against the text: nothing where it is as Prometheus wants it. */
function lint(text: string): string {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  return status === 0 ? `${stdout}${stderr}` : `${status} ${stdout}${stderr}`
}

/** The names of the series that were written. */
function namesIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^(signet_\w+)/gm)].map(([, name = '']) => name))
}

describe.skipIf(findEtcd() === undefined)('signet metrics', () => {
  beforeAll(async () => {
    await sandbox.start('--members', '1')
    await requestCertificate(sandbox)
  }, 90_000)
  afterAll(() => sandbox.stop())

  describeWith('promtool', 'judged by promtool', () => {
    it('is clean on a signer, and has all that its daemons tell', async () => {
      const { status, stdout, stderr } = await sandbox.signet('metrics --sandbox sandbox')
      expect([status, stderr]).toEqual([0, ''])
      expect(lint(stdout)).toBe('')
      // A sandbox renews nothing, nobody has renewed twice, its endpoint has a front of its own, and a clock may tell nothing.
      const absent = metricNames.filter((name) => !namesIn(stdout).has(name))
      expect(absent.filter((name) => !/renewal|first_expiry|calls|refused|synchronised/.test(name))).toEqual([])
      expect(stdout).toMatch(/^signet_host_info\{name="etcd-1",role="signer"\} 1$/m)
      expect(stdout).toMatch(/^signet_signer_up 1$/m)
      expect(stdout).toMatch(/^signet_masters\{state="unproven"\} 1$/m)
      expect(stdout).toMatch(/^signet_certificates_issued_total\{kind="client"\} 1$/m)
      expect(stdout).toMatch(/^signet_peer_ports_open 0$/m)
    })

    it('is clean on a master, has the renewal, and asks nobody', async () => {
      const { status, stdout, stderr } = await sandbox.signet('metrics --dir master')
      expect([status, stderr]).toEqual([0, ''])
      expect(lint(stdout)).toBe('')
      expect([...namesIn(stdout)].filter((name) => name !== 'signet_clock_synchronised')).toEqual([
        'signet_build_info',
        'signet_host_info',
        'signet_certificate_not_after_timestamp_seconds',
        'signet_certificate_renewal_timestamp_seconds',
        'signet_certificate_signed_timestamp_seconds',
        'signet_renewal_failures',
        'signet_ca_not_after_timestamp_seconds',
      ])
    })

    it('refuses a place for its extract that is not there', async () => {
      const { status, stderr } = await sandbox.signet('metrics --dir master --extract nowhere')
      expect([status, stderr.split('\n')[0]]).toEqual([78, expect.stringContaining('there is no directory nowhere')])
    })

    it('would be told of a counter without _total', () => {
      expect(lint('# HELP signet_x X.\n# TYPE signet_x counter\nsignet_x 1\n')).not.toBe('')
    })
  })
})

describe.skipIf(!canMount('a disk that is full'))('on a disk that takes nothing more', () => {
  const base = mkdtempSync(join(tmpdir(), 'signet-metrics-'))
  afterAll(() => rmSync(base, { recursive: true, force: true }))

  it('the old metrics stay whole, and nothing else is left', async () => {
    const { stdout } = await inMountNamespace(`
      publish() { '${process.execPath}' '${ownMain}' metrics --publish='${base}'; echo "status $?"; }
      mount -t tmpfs none /run && mkdir /run/signet-metrics
      mount -t tmpfs -o size=64k none '${base}'
      echo 'signet_signer_up 1' >/run/signet-metrics/signet.prom
      publish
      head -c 100000 /dev/zero >/run/signet-metrics/signet.prom
      publish
      cat '${base}/signet.prom'
      ls -A '${base}'
    `)
    expect(stdout).toBe('status 0\nstatus 78\nsignet_signer_up 1\nsignet.prom\n')
  }, 30_000)
})
