import { strict as assert } from 'node:assert'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { etcdctl } from '../cluster/follow-runbook.ts'
import { type SteadyWriter, startWriting } from '../cluster/steady-writer.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

/** How many certificates have come when the power goes. */
const enough = 10

export const powerCut: Scenario = {
  name: 'power-cut',
  title: 'all members lose power at once while they write and sign; nothing that was acknowledged is lost',
  run: async ({ cluster, note }) => {
    const found = await cluster()
    const [writer, caller] = found.masters
    assert.ok(writer !== undefined && caller !== undefined)
    const writing = await startWriting(writer, found.members)
    const calling = await startCalling(caller, found.signer)
    await caller.until(`[ $(wc -l < serials) -ge ${enough} ]`, 60, 'there is load')
    await Promise.all(found.members.map((member) => member.cutPower()))
    const serials = await calling.serials()
    await Promise.all(found.members.map((member) => member.boot()))
    note(`well ${(await expectWell(found)).toFixed(1)} s after the boot`)
    await expectWritesKept(found, writer, writing)
    await expectJournalled(found.signer, serials)
    note(`${serials.length} certificates, all in the journal`)
  },
}

/** Asks for one certificate after the other, with stock tools, until the signer is gone. */
async function startCalling(
  caller: Host,
  signer: Host,
): Promise<{ readonly serials: () => Promise<readonly string[]> }> {
  const script = `
    rm -f serials
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out load.key 2>/dev/null
    openssl req -new -key load.key -subj /CN=$HOSTNAME -out load.csr
    while base64 < load.csr | ssh -o ConnectTimeout=2 -o ServerAliveInterval=1 signer@${signer.address} $HOSTNAME > load.crt
    do openssl x509 -noout -serial -in load.crt >> serials; done
    cat serials`
  const calling = caller.tryRun(script, { timeoutSeconds: 120 })
  return {
    serials: async () =>
      [...(await calling).stdout.matchAll(/^serial=([0-9A-F]+)$/gm)].map(([, serial = '']) => serial),
  }
}

// The version of a key counts its writes since it was made.
async function expectWritesKept({ members }: Cluster, writer: Host, { key, stop }: SteadyWriter): Promise<void> {
  const { writes: acknowledged } = await stop()
  const command = etcdctl(...members.map(({ address }) => address))
  const version = Number(/"version":(\d+)/.exec(await writer.run(`${command} get ${key} -w json`))?.[1])
  assert.ok(version >= acknowledged, `${acknowledged} writes were acknowledged, and there are ${version}`)
}

async function expectJournalled(signer: Host, serials: readonly string[]): Promise<void> {
  assert.ok(serials.length >= enough, `${serials.length} certificates`)
  const journal = (await signer.run('cat /var/lib/signet/issued.jsonl')).trimEnd().split('\n')
  const known = new Set(journal.map((line) => String(JSON.parse(line).serial).toUpperCase().replace(/^0+/, '')))
  const missing = serials.filter((serial) => !known.has(serial.replace(/^0+/, '')))
  assert.deepEqual(missing, [], 'every certificate that left is in the journal')
}
