import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { metricNames } from '../../src/diagnosis/metrics/metric-table.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { canBeTwoAccounts } from '../support/host/other-account.ts'
import { pathWithTools, SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { requestCertificate } from '../support/host/sandbox-master.ts'
import { readPage } from '../support/host/shown-pages.ts'
import { doneAct } from '../support/host/snapshot-facts.ts'
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
      // A sandbox renews and saves nothing by itself, nobody has renewed twice, its endpoint has a front of its own, and a clock may tell nothing.
      const absent = metricNames.filter((name) => !namesIn(stdout).has(name))
      expect(
        absent.filter((name) => !/renewal|first_expiry|calls|refused|synchronised|snapshot|member_since/.test(name)),
      ).toEqual([])
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

  // By root with the group of the unit, and then by the account that publishes, as the two units are run.
  const timer = (place: string, path = pathWithTools): string => `
    export PATH='${path}'
    cd '${sandbox.workspace}'
    mount -t tmpfs none /var/lib && mkdir /var/lib/signet-metrics && chown nobody: /var/lib/signet-metrics
    mount -t tmpfs none /run && mkdir /run/signet-metrics
    as() { setpriv --reuid="$1" --regid="$2" --clear-groups sh -c "$3"; echo "$1 $?"; }
    as root nogroup '${sandbox.signetLine(`metrics ${place} --extract=/run/signet-metrics`)}'
    as nobody nogroup '${sandbox.signetLine('metrics --publish=/var/lib/signet-metrics')}'
    stat -c '%U %G %a %n' /run/signet-metrics/s* /var/lib/signet-metrics/*
    as daemon daemon 'cat /run/signet-metrics/status.html 2>&1; cat /var/lib/signet-metrics/status.html 2>&1'
    as daemon nogroup 'cat /var/lib/signet-metrics/status.html'
  `
  const canRun = canMount('what the timer writes') && canBeTwoAccounts('what the timer writes')

  it.skipIf(!canRun)(
    'the timer publishes for all, and a page of the same look for its group alone',
    async () => {
      const { stdout, stderr } = await inMountNamespace(timer('--sandbox sandbox'))
      const [said = '', page = ''] = stdout.split('<!doctype html>')
      expect([stderr, said]).toEqual([
        '',
        [
          ...['root 0', 'nobody 0'],
          'root nogroup 644 /run/signet-metrics/signet.prom',
          'root nogroup 640 /run/signet-metrics/status.html',
          'nobody nogroup 644 /var/lib/signet-metrics/signet.prom',
          'nobody nogroup 640 /var/lib/signet-metrics/status.html',
          'cat: /run/signet-metrics/status.html: Permission denied',
          'cat: /var/lib/signet-metrics/status.html: Permission denied',
          ...['daemon 1', ''],
        ].join('\n'),
      ])
      expect(readPage(page)).toMatch(/1 of 1 member is healthy .* signer signer answers/)
      expect(readPage(page)).toContain('It is written every minute.')
    },
    40_000,
  )

  it.skipIf(!canRun)(
    'the timer of a master asks nobody, for the page neither',
    async () => {
      const ssh = `#!/bin/sh\ntouch '${sandbox.workspace}/called'\nexit 255\n`
      mkdirSync(join(sandbox.workspace, 'bin'))
      writeFileSync(join(sandbox.workspace, 'bin/ssh'), ssh, { mode: 0o755 })
      const path = `${sandbox.workspace}/bin:${pathWithTools}`
      const { stdout } = await inMountNamespace(timer('--dir master', path))
      expect(readPage(stdout)).toMatch(/root 0 nobody 0 .* kubemaster-1 .* The timer of a master asks nobody/)
      expect(readdirSync(sandbox.workspace)).not.toContain('called')
      // It would be seen: status asks.
      await sandbox.signet('status --dir master --signer-ip 127.0.0.1 --port 1', `PATH='${path}'`)
      expect(readdirSync(sandbox.workspace)).toContain('called')
    },
    40_000,
  )
})

describe.skipIf(findEtcd() === undefined || !canMount('a member with snapshots'))('on a member', () => {
  beforeAll(() => sandbox.start('--members', '1'), 90_000)
  afterAll(() => sandbox.stop())

  // The member's certificate at a host's own place, and what its timers have written.
  const onMember = (line: string): string => `
    cd '${sandbox.workspace}'
    cp -a /etc own-etc && mkdir -p own-etc/etcd/pki && cp sandbox/members/etcd-1/server.* sandbox/pki/ca.crt own-etc/etcd/pki/
    mount --bind own-etc /etc
    mount -t tmpfs none /var/lib && mkdir -m 700 -p /var/lib/signet-snapshots/.state
    head -c 1000 /dev/zero >/var/lib/signet-snapshots/etcd-0123abcd-20310101T120000Z-r421337.db
    echo '${JSON.stringify(doneAct(Date.UTC(2031, 0, 1, 12)))}' >/var/lib/signet-snapshots/.state/save.json
    ${line}
  `

  describeWith('promtool', 'judged by promtool', () => {
    it('what the timers have written of snapshots is told, and nothing that nobody has written', async () => {
      const { stdout, stderr } = await inMountNamespace(onMember(`'${process.execPath}' '${ownMain}' metrics`))
      expect([stderr, lint(stdout)]).toEqual(['', ''])
      const told = stdout.split('\n').filter((line) => /^signet_(?:snapshot|member)/.test(line))
      expect(told.filter((line) => !/member_since|room/.test(line))).toEqual([
        'signet_snapshot_period_seconds{act="save"} 3600',
        'signet_snapshot_period_seconds{act="drill"} 604800',
        'signet_snapshot_last_try_timestamp_seconds{act="save"} 1925035200',
        'signet_snapshot_last_success_timestamp_seconds{act="save"} 1925035200',
        'signet_snapshot_failed{act="save"} 0',
        'signet_snapshot_taken_timestamp_seconds{act="save"} 1925035200',
        'signet_snapshot_duration_seconds{act="save"} 0.812',
        'signet_snapshot_revision{act="save"} 421337',
        'signet_snapshot_bytes{act="save"} 26214400',
        'signet_snapshots_kept 1',
        'signet_snapshots_kept_bytes 1000',
      ])
      expect(told.length).toBe(13)
    })
  })
})

describe.skipIf(!canMount('a disk that is full'))('on a disk that takes nothing more', () => {
  const base = mkdtempSync(join(tmpdir(), 'signet-metrics-'))
  afterAll(() => rmSync(base, { recursive: true, force: true }))

  it('the old metrics and the old pages stay whole, and nothing else is left', async () => {
    const { stdout } = await inMountNamespace(`
      publish() { '${process.execPath}' '${ownMain}' metrics --publish='${base}'; echo "status $?"; }
      mount -t tmpfs none /run && mkdir /run/signet-metrics
      mount -t tmpfs -o size=64k none '${base}'
      chmod 755 '${base}'
      echo 'signet_signer_up 1' >/run/signet-metrics/signet.prom
      echo 'old' >/run/signet-metrics/status.html
      publish
      for name in signet.prom status.html; do head -c 100000 /dev/zero >/run/signet-metrics/$name; done
      publish
      head -c 100000 /dev/zero >'${base}/rest' 2>/dev/null
      '${process.execPath}' '${ownMain}' status --dir '${base}' --html '${base}/status.html' 2>&1; echo "status $?"
      rm '${base}/rest'
      cat '${base}/signet.prom' '${base}/status.html'
      ls -A '${base}'
    `)
    expect(stdout.replaceAll(/^signet: hint: .*\n/gm, '')).toBe(
      [
        ...['status 0', 'status 78'],
        `signet: error: ${base}/status.html cannot be written: no space is left on its file system [configuration, status 78]`,
        ...['status 78', 'signet_signer_up 1', 'old', 'signet.prom', 'status.html', ''],
      ].join('\n'),
    )
  }, 30_000)
})
