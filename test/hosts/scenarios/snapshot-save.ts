import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const unit = 'signet-snapshot.service'
const dropIn = `/etc/systemd/system/${unit}.d`
const directory = '/var/lib/signet-snapshots'
// More often than systemd has it by itself.
const start = `systemctl reset-failed ${unit}; systemctl start ${unit}`

export const snapshotSave: Scenario = {
  name: 'snapshot-save',
  title: 'members save by themselves in turns, as their unit is shipped, and keep to the room that they are given',
  run: async ({ cluster }) => {
    const { members } = await cluster()
    for (const member of members)
      await member.run('systemctl is-enabled signet-snapshot.timer && systemctl is-active signet-snapshot.timer')
    // Whose turn it is saves, unless the timer has done so before; the others are left in peace.
    const counts = await Promise.all(members.map((member) => countSaved(member, start)))
    assert.ok(counts.reduce((sum, count) => sum + count, 0) <= 1, `at once: ${counts.join(', ')}`)
    const [member] = members
    assert.ok(member !== undefined)
    await savesInItsSandbox(member)
    await prunes(member)
    await isLeftInPeace(member)
  },
}

/** How many snapshots a command adds. */
async function countSaved(host: Host, command: string): Promise<number> {
  const count = async (): Promise<number> =>
    Number(await host.run(`ls ${directory} 2>/dev/null | grep -c '[.]db$' || true`))
  const before = await count()
  await host.run(command)
  return (await count()) - before
}

/** The unit as it is shipped, but for whose turn it is. */
async function savesInItsSandbox(host: Host): Promise<void> {
  await host.run(`
    set -e
    rm -rf ${directory}
    mkdir -p ${dropIn}
    printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/signet snapshot save\\n' > ${dropIn}/override.conf
    systemctl daemon-reload`)
  assert.equal(await countSaved(host, start), 1)
  assert.equal((await host.run(`stat -c '%U %a' ${directory}`)).trim(), 'root 700')
  const file = (await host.run(`ls ${directory}/*.db`)).trim()
  const { signedBy, signature } = JSON.parse(await host.run(`signet snapshot verify ${file} --json`))
  assert.equal(signature, 'good')
  const log = await host.run(`journalctl -u ${unit} -n 20 -o cat`)
  assert.match(log, new RegExp(`signed by ${signedBy.member}`))
}

async function prunes(host: Host): Promise<void> {
  await host.run("printf 'keep: {all: 1h, daily: 1d}\\n' > /etc/signet/snapshot.yaml")
  // So that two of them are more than the least that maxBytes can be.
  await host.run(
    'for n in 0 1 2 3 4 5 6 7 8 9; do signet etcdctl -- put filler/$n "$(head -c 90000 /dev/urandom | base64 -w0)"; done',
  )
  for (let more = 0; more < 3; more += 1) await host.run(`sleep 1.1; ${start}`)
  assert.match(await host.run('signet snapshot prune --dry-run'), /^4 snapshots stay, /m)
  await host.run("printf 'maxBytes: 1MiB\\n' >> /etc/signet/snapshot.yaml")
  const { snapshots } = JSON.parse(await host.run('signet snapshot list --json'))
  const refused = await host.tryRun(start)
  if (refused.status === 0)
    assert.ok(JSON.parse(await host.run('signet snapshot list --json')).snapshots.length < snapshots.length)
  await host.run('signet etcdctl -- del --prefix filler/')
  await host.run(`rm -r /etc/signet/snapshot.yaml ${dropIn}; systemctl daemon-reload; systemctl reset-failed`)
}

async function isLeftInPeace(host: Host): Promise<void> {
  await host.run('touch /etc/signet/stood-down')
  await host.run(start)
  assert.equal((await host.run(`systemctl show -P ConditionResult ${unit}`)).trim(), 'no')
  await host.run('rm /etc/signet/stood-down')
}
