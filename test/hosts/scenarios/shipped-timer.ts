import { strict as assert } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { readExpiry } from '../cluster/certificate.ts'
import { renewNow, setLifetimes, usualLifetimes } from '../cluster/lifetimes.ts'
import type { Scenario } from '../runner/scenario.ts'

/** OnBootSec, RandomizedDelaySec and AccuracySec of the unit, and the renewal itself. */
const limitMs = 60_000 + 120_000 + 10_000 + 20_000

export const shippedTimer: Scenario = {
  name: 'shipped-timer',
  releases: ['bookworm'],
  title: 'a master that boots with an expired certificate renews by the timer as it is shipped',
  run: async ({ cluster, note }) => {
    const { signer, masters } = await cluster()
    const master = masters.at(-1)
    assert.ok(master !== undefined)
    await setLifetimes(signer, { ...usualLifetimes, client: '15s' })
    await renewNow([master])
    await setLifetimes(signer, usualLifetimes)
    await delay((await readExpiry(master)) + 1000 - Date.now())
    await master.reboot()
    const startedMs = performance.now()
    while ((await readExpiry(master)) < Date.now()) {
      assert.ok(performance.now() - startedMs < limitMs, 'it was not renewed')
      await delay(1000)
    }
    note(`${((performance.now() - startedMs) / 1000).toFixed(0)} s after the boot`)
  },
}
