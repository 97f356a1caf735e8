import { strict as assert } from 'node:assert'
import { readSerial } from '../cluster/certificate.ts'
import { expectWell } from '../cluster/expect-well.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const directory = '/var/lib/signet'
const journal = `${directory}/issued.jsonl`
const aside = '/run/issued.jsonl'

export const journalFull: Scenario = {
  name: 'journal-full',
  title: 'with the journal’s disk full nothing is signed and the message says so; with space again it goes on',
  run: async ({ cluster }) => {
    const found = await cluster()
    const { signer, master } = found
    await moveToSmallDisk(signer)
    await master.run('signet renew --force')
    await signer.run(`dd if=/dev/zero of=${directory}/filler bs=1k 2>/dev/null || true`)
    await expectRefused(master, signer)
    await signer.run(`rm ${directory}/filler`)
    const before = await readSerial(master)
    await master.run('signet renew --force')
    assert.notEqual(await readSerial(master), before)
    for (const line of (await signer.run(`cat ${journal}`)).trimEnd().split('\n')) JSON.parse(line)
    await moveBack(signer)
    await expectWell(found)
  },
}

async function expectRefused(master: Host, signer: Host): Promise<void> {
  const before = await readSerial(master)
  let end = await master.tryRun('signet renew --force')
  // What is left of the last block takes a few lines yet.
  for (let tries = 0; end.status === 0 && tries < 40; tries += 1) end = await master.tryRun('signet renew --force')
  assert.equal(end.status, 75, end.stderr)
  assert.match(end.stderr, /journal/)
  const serial = await readSerial(master)
  assert.equal((await master.tryRun('signet renew --force')).status, 75)
  assert.equal(await readSerial(master), serial, `the certificate stays (it was ${before} before)`)
  assert.match(await master.run(`ssh signer@${signer.address} get-certificate`), /BEGIN CERTIFICATE/)
  assert.match(await master.run(`ssh signer@${signer.address} get-peers`), /:2379$/m)
}

async function moveToSmallDisk(signer: Host): Promise<void> {
  await signer.run(`
    set -e
    cp -a ${journal} ${aside}
    mount -t tmpfs -o size=256k,mode=0700 tmpfs ${directory}
    cp -a ${aside} ${journal}
    systemctl restart signet-authority`)
}

async function moveBack(signer: Host): Promise<void> {
  await signer.run(`
    set -e
    cp -a ${journal} ${aside}
    systemctl stop signet-authority 2>/dev/null
    umount --lazy ${directory}
    cp -a ${aside} ${journal}
    systemctl restart signet-authority`)
}
