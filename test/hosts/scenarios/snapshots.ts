import { strict as assert } from 'node:assert'
import type { Cluster } from '../cluster/cluster.ts'
import { copyToDesk, makeIdentity } from '../cluster/copy-to-desk.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { listSnapshots, saveWhenDue } from '../cluster/snapshot-timers.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const directory = '/var/lib/signet-snapshots'
const timers = ['signet-snapshot', 'signet-snapshot-copy', 'signet-snapshot-drill']
const units = ['signet-snapshot', 'signet-snapshot-copy', 'signet-snapshot-stage', 'signet-snapshot-drill']
const limit = { timeoutSeconds: 180 }

export const snapshots: Scenario = {
  name: 'snapshots',
  title:
    'members save in turns, have what they saved copied to another host, encrypted, and restore it for trial, by their units as shipped',
  run: async ({ cluster, note }) => {
    const found = await cluster()
    const { members, desk } = found
    for (const host of members) {
      await host.run(`systemctl is-enabled ${timers.map((name) => `${name}.timer`).join(' ')}`)
      // What is in the way of a turn that is looked at here: the timer's own runs.
      await host.run(
        `systemctl stop signet-snapshot.timer && rm -rf ${directory}/*.db ${directory}/*.json ${directory}/.state`,
      )
    }
    const recipient = await makeIdentity(desk)
    for (const host of members) await copyToDesk(host, desk, recipient)
    await saveInTurns(members)
    await copyByTimer(found)
    for (const host of members) await drill(host)
    await expectMetrics(members)
    for (const host of members) await expectQuiet(host)
    await fillDirectory(found.followers[0] ?? found.signer)
    for (const host of members) await host.run('rm /etc/signet/snapshot.yaml && systemctl start signet-snapshot.timer')
    note(await describeUnits(found.signer))
    await expectWell(found)
  },
}

/** A quarter of an hour, by three. */
const turnMs = 300_000

/** In the middle of three turns that follow each other everybody looks, and each time another one saves. */
async function saveInTurns(members: readonly Host[]): Promise<void> {
  const middleMs = (Math.floor(Date.now() / turnMs) + 0.5) * turnMs
  const savers: string[] = []
  for (const atMs of [middleMs - turnMs, middleMs, middleMs + turnMs]) {
    const before = await Promise.all(members.map(listSnapshots))
    await Promise.all(members.map((host) => saveWhenDue(host, atMs)))
    const after = await Promise.all(members.map(listSnapshots))
    const saved = members.filter((_, index) => (after[index]?.length ?? 0) > (before[index]?.length ?? 0))
    assert.equal(
      saved.length,
      1,
      `at ${new Date(atMs).toISOString()} these save: ${saved.map(({ name }) => name).join(', ')}`,
    )
    savers.push(...saved.map(({ name }) => name))
  }
  assert.deepEqual(savers.toSorted(), members.map(({ name }) => name).toSorted())
}

/** The timer, which looks more often here, has all copied; what is there opens with the identity alone, and is signed. */
async function copyByTimer({ members, desk, master }: Cluster): Promise<void> {
  for (const host of members) {
    const file = '/etc/systemd/system/signet-snapshot-copy.timer.d/often.conf'
    await host.run(`
      set -e
      mkdir -p ${file.slice(0, file.lastIndexOf('/'))}
      printf '[Timer]\\nOnActiveSec=1s\\nRandomizedDelaySec=0\\nAccuracySec=100ms\\n' > ${file}
      systemctl daemon-reload
      systemctl restart signet-snapshot-copy.timer`)
    const [name] = await listSnapshots(host)
    await desk.until(`test -s copies/${name}.age`, 60, `${name} of ${host.name} is copied`)
    await host.until(`grep -q '"failure": *null' ${directory}/.state/copy.json`, 30)
    const json = String(name).replace(/\.db$/, '.json')
    await master.run('rm -rf copies && mkdir copies')
    for (const each of [`${name}.age`, json]) {
      await master.run(`base64 -d > copies/${each}`, { input: await desk.run(`base64 copies/${each}`) })
    }
    await desk.run(`age -d -i identity -o plain.db copies/${name}.age`)
    await master.run(`base64 -d > copies/${name}`, { input: await desk.run('base64 plain.db; rm plain.db') })
    const { stdout, stderr, status } = await master.tryRun(
      `signet snapshot verify copies/${name} --ca=/etc/kubernetes/pki/etcd/ca.crt`,
    )
    assert.equal(status, 0, stderr)
    assert.match(stdout, new RegExp(`^signature +by ${host.name},`, 'm'), stdout)
    await host.run(`rm ${file} && systemctl daemon-reload && systemctl restart signet-snapshot-copy.timer`)
  }
}

/** In its unit: without a network, and as an etcd of its own. */
async function drill(host: Host): Promise<void> {
  const { status } = await host.tryRun('systemctl start signet-snapshot-drill.service', limit)
  const log = await host.run('journalctl -q -o cat -u signet-snapshot-drill.service')
  assert.equal(status, 0, log)
  const state = JSON.parse(await host.run(`cat ${directory}/.state/drill.json`))
  assert.equal(state.lastTry.failure, null)
  assert.equal(state.lastSuccess.snapshot, (await listSnapshots(host)).at(-1))
}

async function expectMetrics(members: readonly Host[]): Promise<void> {
  for (const host of members) {
    const text = await host.run('signet metrics')
    for (const act of ['save', 'copy', 'drill']) {
      assert.match(text, new RegExp(`^signet_snapshot_last_success_timestamp_seconds\\{act="${act}"\\} [0-9]{10}`, 'm'))
      assert.match(text, new RegExp(`^signet_snapshot_failed\\{act="${act}"\\} 0$`, 'm'))
    }
    assert.match(text, /^signet_snapshots_kept 1$/m)
  }
}

/** Nothing failed, and nothing was said that somebody would have to read. */
async function expectQuiet(host: Host): Promise<void> {
  assert.equal(await host.run('systemctl --failed --plain --no-legend'), '')
  const ofUnits = `journalctl -q -o cat ${units.map((unit) => `-u ${unit}.service`).join(' ')}`
  assert.equal(await host.run(`${ofUnits} -p warning`), '')
  assert.doesNotMatch(await host.run(ofUnits), /^signet: (error|warning)/m)
}

/** A disk that is full fails the save and says so; what there is stays, and with room again it goes on. */
async function fillDirectory(host: Host): Promise<void> {
  const [kept] = await listSnapshots(host)
  await host.run(`
    set -e
    cp -a ${directory} /run/kept-snapshots
    mount -t tmpfs -o size=16m,mode=0700 tmpfs ${directory}
    cp -a /run/kept-snapshots/. ${directory}/
    dd if=/dev/zero of=${directory}/filler bs=64k 2> /dev/null || true`)
  const full = await host.tryRun('signet snapshot save', limit)
  assert.equal(full.status, 78, full.stderr)
  assert.match(full.stderr, /free, and the snapshot needs/)
  assert.deepEqual(await listSnapshots(host), [kept])
  await host.run(`signet snapshot verify ${directory}/${kept}`)
  await host.run(`umount --lazy ${directory} && signet snapshot save`, limit)
  assert.equal((await listSnapshots(host)).length, 2)
}

async function describeUnits(host: Host): Promise<string> {
  const scores: string[] = []
  for (const unit of units) {
    const text = await host.run(`systemd-analyze security --no-pager ${unit}.service | tail -1`)
    scores.push(`${unit} ${/: ([0-9.]+) /.exec(text)?.[1]}`)
  }
  return `exposure: ${scores.join(', ')}`
}
