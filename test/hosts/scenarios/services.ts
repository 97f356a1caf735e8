import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const shipped = '/usr/lib/systemd/system/signet-* etcd.service'

const most: Readonly<Record<string, number>> = {
  'signet-authority': 1,
  'signet-endpoint': 2,
  etcd: 3,
  'signet-renew': 4,
}

/** What systemd thinks of the services, and what it does to one that hangs or dies. */
export const services: Scenario = {
  name: 'services',
  title:
    'systemd finds nothing to complain of, exposes little, starts again what dies or hangs, and renews in own directories only',
  run: async ({ cluster, note }) => {
    const { signer, master } = await cluster()
    // Hosts here have no man, so that systemd-analyze complains of the pages that units name.
    const { stdout } = await signer.tryRun(`systemd-analyze verify --recursive-errors=no ${shipped} 2>&1`)
    assert.deepEqual(
      stdout.split('\n').filter((line) => !/Command 'man .*' failed|^$/.test(line)),
      [],
    )
    note(await expectLittleExposure(signer))
    await expectBoundedMemory(signer)
    await survives(signer, master, 'signet-authority', 'KILL')
    await survives(signer, master, 'signet-endpoint', 'KILL')
    await survives(signer, master, 'signet-authority', 'STOP')
    await survives(signer, master, 'signet-endpoint', 'STOP')
    await drySpellOfTimer(master)
    await refusesSharedDirectory(master, signer)
  },
}

async function expectLittleExposure(signer: Host): Promise<string> {
  const scores: string[] = []
  for (const [unit, limit] of Object.entries(most)) {
    const text = await signer.run(`systemd-analyze security --no-pager ${unit}.service | tail -1`)
    const score = Number(/: ([0-9.]+) /.exec(text)?.[1])
    assert(score <= limit, `${unit} is exposed by ${score}, over ${limit}`)
    scores.push(`${unit} ${score}`)
  }
  return `exposure: ${scores.join(', ')}`
}

/** What is in force: the kernel of hosts here has no memory controller that could show it. */
async function expectBoundedMemory(signer: Host): Promise<void> {
  assert.equal((await signer.run('systemctl show -P MemoryMax signet-endpoint')).trim(), `${1024 ** 3}`)
  const pid = (await signer.run('systemctl show -P MainPID signet-endpoint')).trim()
  assert.match(await signer.run(`cat /proc/${pid}/task/*/comm`), /^watch$/m, 'nobody watches the endpoint')
}

/** A caller is answered again after a signal to a service; one that stands still is ended by its watchdog. */
async function survives(signer: Host, caller: Host, unit: string, signal: 'KILL' | 'STOP'): Promise<void> {
  const before = await signer.run(`systemctl show -P MainPID ${unit}`)
  const settings = `/run/systemd/system/${unit}.service.d`
  // Not the sixty seconds of the unit; and whoever is started must have been told so.
  const hasten = `mkdir -p ${settings} && printf '[Service]\\nWatchdogSec=4s\\n' > ${settings}/watchdog.conf && systemctl daemon-reload && systemctl restart ${unit}`
  if (signal === 'STOP') await signer.run(hasten)
  const pid = (await signer.run(`systemctl show -P MainPID ${unit}`)).trim()
  assert(signal === 'STOP' ? pid !== before.trim() : pid === before.trim())
  await signer.run(`kill -${signal} ${pid}`)
  await signer.until(
    `pid=$(systemctl show -P MainPID ${unit}); test "$pid" != 0 -a "$pid" != ${pid}`,
    30,
    `${unit} is started again`,
  )
  const csr =
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=kubemaster-1 2> /dev/null'
  await caller.until(`${csr} | base64 | ssh signer@${signer.address} kubemaster-1 | grep -q BEGIN`, 20)
  if (signal === 'STOP') await signer.run(`rm -r ${settings} && systemctl daemon-reload && systemctl restart ${unit}`)
}

// A timer whose service is skipped, since there is nothing to renew yet, must come back: request would else be its end.
async function drySpellOfTimer(master: Host): Promise<void> {
  const settings = '/run/systemd/system/signet-renew.timer.d'
  await master.run(`
    mv /var/lib/signet-client/signet.json /root/
    mkdir -p ${settings} && printf '[Timer]\\nOnUnitInactiveSec=2s\\nOnActiveSec=1s\\nRandomizedDelaySec=0\\n' > ${settings}/soon.conf
    systemctl daemon-reload && systemctl restart signet-renew.timer`)
  await master.until(
    'systemctl show -P ConditionResult signet-renew.service | grep -q no',
    20,
    'the service is skipped',
  )
  await master.run('mv /root/signet.json /var/lib/signet-client/ && touch /run/since')
  await master.until(
    'test -n "$(journalctl -q -o cat -u signet-renew --since "@$(stat -c %Y /run/since)")"',
    30,
    'the timer looks again',
  )
  await master.run(`rm -r ${settings} && systemctl daemon-reload && systemctl restart signet-renew.timer`)
}

/** In the sandbox of its unit too, root's renewal sees who could exchange what it writes. */
async function refusesSharedDirectory(master: Host, signer: Host): Promise<void> {
  await master.run(`signet request --signer-ip=${signer.address} --dir=/srv/pki && chgrp nogroup /srv/pki`)
  const renewal =
    'systemctl reset-failed; systemctl start signet-renew@srv-pki; systemctl show -P ExecMainStatus signet-renew@srv-pki'
  const { stdout } = await master.tryRun(`chmod 775 /srv/pki; ${renewal}`)
  assert.equal(stdout.trim(), '77')
  const log = await master.run('journalctl -q -o cat -u signet-renew@srv-pki')
  assert.match(log, /\/srv\/pki can be changed by other accounts \(mode 0775\)/)
  assert.equal((await master.run(`chmod 755 /srv/pki; ${renewal}`)).trim(), '0')
  await master.run('rm -r /srv/pki')
}
