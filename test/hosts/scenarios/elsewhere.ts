import { strict as assert } from 'node:assert'
import type { Cluster } from '../cluster/cluster.ts'
import type { Scenario } from '../runner/scenario.ts'

export const elsewhere: Scenario = {
  name: 'elsewhere',
  title: 'a caller from a second network is refused, and administrators from there come in as before',
  run: async ({ cluster }) => {
    const found = await cluster()
    await expectSignerShut(found)
    await expectAdministratorsIn(found)
    await expectMasterIn(found)
  },
}

async function expectSignerShut({ desk, signer }: Cluster): Promise<void> {
  const script = `
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out stray.key 2>/dev/null ||
      openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out stray.key
    openssl req -new -key stray.key -subj /CN=kubemaster-1 -out stray.csr
    base64 < stray.csr | ssh signer@${signer.address} kubemaster-1`
  const { status, stdout, stderr } = await desk.tryRun(script)
  assert.equal(status, 255, stderr)
  assert.match(stderr, /Permission denied/)
  assert.equal(stdout, '')
}

async function expectAdministratorsIn({ desk, signer, members }: Cluster): Promise<void> {
  for (const { address, name } of [signer, ...members]) {
    assert.match(await desk.run(`ssh root@${address} hostname`), new RegExp(`^${name}$`, 'm'))
  }
}

// The same signer, at the same time, over the same router's other leg.
async function expectMasterIn({ master, signer, founded }: Cluster): Promise<void> {
  assert.match(await master.run(`ssh signer@${signer.address} get-status`), new RegExp(founded.pin))
}
