import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { planMemoryBound } from '../../src/endpoint/memory-bound.ts'
import { hostLayout } from '../../src/host/host-layout.ts'
import { parseConfig } from '../../src/host/signet-config.ts'
import { accountView, copyPlaces } from '../../src/recovery/copy/copy-places.ts'
import { describeWith } from '../support/shell/external-program.ts'

const units = 'packaging/units'
const scratch = mkdtempSync(join(tmpdir(), 'signet-units-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function analyze(...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  return `${stdout}${stderr}`
}

function exposureOf(service: string): number {
  const text = analyze('security', '--offline=true', join(units, service))
  return Number(/Overall exposure level for \S+: ([0-9.]+)/.exec(text)?.[1])
}

/** The units with a program that this machine has, and no man page that it lacks. */
function copyUnits(): readonly string[] {
  cpSync(units, scratch, { recursive: true })
  return readdirSync(scratch).map((name) => {
    const file = join(scratch, name)
    const text = readFileSync(file, 'utf8').replaceAll('/usr/bin/signet', '/usr/bin/true')
    writeFileSync(file, text.replace(/^Documentation=.*\n/m, ''))
    return file
  })
}

describeWith('systemd-analyze', 'the units', () => {
  it('have no word that systemd does not know', () => {
    expect(analyze('verify', '--recursive-errors=no', ...copyUnits())).toBe('')
  })

  it('a misspelt word would be seen', () => {
    const [file = ''] = copyUnits().filter((name) => name.endsWith('renew.service'))
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nProtectHoem=yes\n`)
    expect(analyze('verify', '--recursive-errors=no', file)).toContain('ProtectHoem')
  })

  it('expose the authority by at most 1.0, the endpoint by at most 2.0', () => {
    expect(exposureOf('signet-authority.service')).toBeLessThanOrEqual(1)
    expect(exposureOf('signet-endpoint.service')).toBeLessThanOrEqual(2)
  })
})

describeWith('systemd-analyze', 'the units of metrics', () => {
  it('expose the account that publishes by at most 1.0, and root who reads by at most 4.0', () => {
    expect(exposureOf('signet-metrics.service')).toBeLessThanOrEqual(1)
    expect(exposureOf('signet-metrics-extract.service')).toBeLessThanOrEqual(4)
  })
})

describeWith('systemd-analyze', 'the unit that saves snapshots', () => {
  it('exposes root, who reads the database, by at most 3.0', () => {
    expect(exposureOf('signet-snapshot.service')).toBeLessThanOrEqual(3)
  })
})

it('a snapshot is saved on members alone, after whatever etcd does itself, and by looking no less often than a turn lasts', () => {
  const service = readFileSync(join(units, 'signet-snapshot.service'), 'utf8')
  expect(service.match(/^Condition.*$/gm)).toEqual([
    'ConditionPathExists=/etc/signet/etcd.env',
    'ConditionPathExists=/etc/etcd/pki/server.key',
    'ConditionPathExists=!/etc/signet/stood-down',
  ])
  for (const line of [/^Nice=19$/m, /^IOSchedulingClass=idle$/m, /^MemoryMax=512M$/m, /^StateDirectoryMode=0700$/m]) {
    expect(service).toMatch(line)
  }
  expect(readFileSync(join(units, 'signet-snapshot.timer'), 'utf8')).toMatch(/^OnCalendar=\*:0\/5$/m)
})

describeWith('systemd-analyze', 'the unit that tries snapshots', () => {
  it('exposes root by at most 3.5', () => {
    expect(exposureOf('signet-snapshot-drill.service')).toBeLessThanOrEqual(3.5)
  })
})

it('a snapshot is tried on members alone, once a week, without a network, and never in the way of etcd', () => {
  const service = readFileSync(join(units, 'signet-snapshot-drill.service'), 'utf8')
  expect(service).toMatch(/^ConditionPathExists=\/etc\/signet\/etcd\.env$/m)
  const bounds = [/^Nice=19$/m, /^IOSchedulingClass=idle$/m, /^MemoryMax=50%$/m, /^OOMScoreAdjust=900$/m]
  for (const line of [...bounds, /^PrivateNetwork=yes$/m, /^KillMode=control-group$/m]) expect(service).toMatch(line)
  expect(readFileSync(join(units, 'signet-snapshot-drill.timer'), 'utf8')).toMatch(/^OnCalendar=Sun /m)
})

it('metrics are published by an account of its own, of what root has made where nobody else can write', () => {
  const publisher = readFileSync(join(units, 'signet-metrics.service'), 'utf8')
  expect(publisher).toMatch(/^User=signet-metrics$/m)
  expect(publisher).toMatch(/^Requires=signet-metrics-extract\.service$/m)
  expect(publisher).toMatch(/^ProtectSystem=strict$/m)
  const reader = readFileSync(join(units, 'signet-metrics-extract.service'), 'utf8')
  expect(reader).toMatch(/^RuntimeDirectory=signet-metrics$/m)
  expect(reader).not.toMatch(/^User=/m)
  // The page's extract is for that account, and for nobody else.
  expect(reader).toMatch(/^Group=signet-metrics$/m)
  expect(readFileSync('packaging/sysusers-signet.conf', 'utf8')).toMatch(/^u signet-metrics - /m)
})

it('neither half of the metrics runs where nobody reads them', () => {
  const conditionsOf = (name: string) => readFileSync(join(units, name), 'utf8').match(/^Condition.*$/gm)
  expect(conditionsOf('signet-metrics.service')).toEqual([
    'ConditionPathIsDirectory=|/var/lib/prometheus/node-exporter',
    'ConditionPathIsDirectory=|/etc/signet/textfile-directory',
    'ConditionPathExists=|/etc/signet/page',
  ])
  expect(conditionsOf('signet-metrics-extract.service')).toEqual(conditionsOf('signet-metrics.service'))
})

describeWith('systemd-analyze', 'the units of copies', () => {
  it('expose the account of the programs by at most 2.0, and root who shows it what to copy by at most 3.0', () => {
    expect(exposureOf('signet-snapshot-copy.service')).toBeLessThanOrEqual(2)
    expect(exposureOf('signet-snapshot-stage.service')).toBeLessThanOrEqual(3)
  })
})

it('copies of snapshots are made by an account of its own, which is shown two directories and killed when it hangs', () => {
  const text = readFileSync(join(units, 'signet-snapshot-copy.service'), 'utf8')
  const { layout, view } = { layout: copyPlaces(hostLayout()), view: accountView }
  for (const line of [
    'User=signet-copy',
    'ProtectSystem=strict',
    `BindReadOnlyPaths=${layout.outgoing}:${view}/out`,
    `BindPaths=${layout.incoming}:${view}/in`,
    `ConditionPathExists=${layout.outgoing}/order.json`,
    'KillMode=control-group',
    'CapabilityBoundingSet=',
    'StateDirectoryMode=0700',
  ])
    expect(text.split('\n')).toContain(line)
  expect(text).toMatch(/^TimeoutStartSec=\d+h$/m)
  expect(readFileSync('packaging/sysusers.conf', 'utf8')).toMatch(/^u signet-copy - .* \/var\/lib\/signet-copy -$/m)
  const timer = readFileSync(join(units, 'signet-snapshot-copy.timer'), 'utf8')
  expect(timer).toMatch(/^Unit=signet-snapshot-stage\.service$/m)
})

it('the authority has no network, and the key through a credential alone', () => {
  const text = readFileSync(join(units, 'signet-authority.service'), 'utf8')
  expect(text).toMatch(/^PrivateNetwork=yes$/m)
  expect(text).toMatch(/^RestrictAddressFamilies=AF_UNIX$/m)
  expect(text).toMatch(/^LoadCredential=ca\.key:\/etc\/etcd\/pki\/ca\.key$/m)
  expect(text).toMatch(/^User=signet-authority$/m)
  expect(text).toMatch(/^LimitCORE=0$/m)
})

it('services tell when they are ready, are restarted whatever ends them, and are watched', () => {
  for (const name of ['signet-authority.service', 'signet-endpoint.service']) {
    const text = readFileSync(join(units, name), 'utf8')
    for (const line of [/^Type=notify$/m, /^Restart=always$/m, /^StartLimitIntervalSec=0$/m, /^WatchdogSec=\d+s$/m])
      expect(text, name).toMatch(line)
  }
})

it('etcd renews first, for a minute at most, and starts whatever comes of it, with its flags for all to see', () => {
  const text = readFileSync('packaging/etcd.service.d/signet.conf', 'utf8')
  expect(text).toMatch(
    /^ExecStartPre=-\+\/usr\/bin\/timeout --kill-after=\d+s 60s \/usr\/bin\/signet renew --wait=50s$/m,
  )
  expect(text).toMatch(/^ExecStart=\nExecStart=\/etc\/signet\/etcd-bin\/etcd \$SIGNET_ETCD_FLAGS$/m)
  expect(text).toMatch(/^Restart=always$/m)
})

it('the authority is not killed while it reads a long journal', () => {
  expect(readFileSync(join(units, 'signet-authority.service'), 'utf8')).toMatch(/^TimeoutStartSec=infinity$/m)
})

it('a directory of its own is renewed in the same sandbox as the usual paths', () => {
  const settingsOf = (name: string): readonly string[] =>
    readFileSync(join(units, name), 'utf8')
      .split('\n')
      .filter(
        (line) => /^[A-Z]\w+=/.test(line) && !/^(Description|ConditionPathExists|ExecStart|ReadWritePaths)=/.test(line),
      )
  const usual = settingsOf('signet-renew.service').filter((line) => line !== 'PrivateTmp=yes')
  expect(settingsOf('signet-renew@.service')).toEqual(usual)
  expect(settingsOf('signet-renew@.timer')).toEqual(settingsOf('signet-renew.timer'))
})

it('nothing that hands out certificates waits for etcd', () => {
  for (const name of readdirSync(units)) expect(readFileSync(join(units, name), 'utf8')).not.toMatch(/etcd\.service/)
})

it('etcd is never reloaded, which would end it', () => {
  expect(readFileSync('packaging/etcd.service.d/signet.conf', 'utf8')).not.toMatch(/^ExecReload=|HUP$/m)
})

it('the endpoint ends by itself before systemd ends it, and long before strangers have taken the memory of its host', () => {
  const text = readFileSync(join(units, 'signet-endpoint.service'), 'utf8')
  expect(text).toMatch(/^MemoryMax=1G$/m)
  const { limits } = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test').endpoint
  expect(planMemoryBound(limits)).toBe(768 * 1024 ** 2)
})

it('neither etcd nor the authority is the first to go where strangers take the memory', () => {
  for (const file of ['packaging/etcd.service.d/signet.conf', join(units, 'signet-authority.service')]) {
    expect(readFileSync(file, 'utf8')).toMatch(/^OOMScoreAdjust=-[5-9]00$/m)
  }
})
