import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { formatDrill } from '../../src/recovery/drill/format-drill.ts'
import type { SnapshotReceipt } from '../../src/recovery/snapshot-receipt.ts'
import { DrilledMember, type DrillHost, rewriteSidecar } from '../support/etcd/drill-host.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { findRestorer } from '../support/etcd/restore-snapshot.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const restorer = etcd === undefined ? undefined : findRestorer(etcd)
// 3.4 may count what it restored as compacted, and then tells no hash of it.
const tellsHash = etcd?.version.minor !== 4

describe.skipIf(etcd === undefined || restorer === undefined)('a drill', { timeout: 60_000 }, () => {
  let member: DrilledMember
  let host: DrillHost
  let saved: SnapshotReceipt

  beforeAll(async () => {
    if (etcd !== undefined) member = await DrilledMember.start(etcd)
  })
  afterAll(() => member?.stop())
  beforeEach(async () => {
    ;({ host, saved } = await member.openHost())
  })
  afterEach(() => host?.remove())

  it('starts an etcd from the newest snapshot, finds all of it there, and leaves nothing but its receipt', async () => {
    const receipt = await host.drill()
    expect(receipt).toMatchObject({ file: saved.file, revision: saved.revision, sha256: saved.sha256 })
    const results = Object.fromEntries(receipt.comparisons.map(({ what, result }) => [what, result]))
    expect(results).toMatchObject({ revision: 'same', keys: 'same', read: 'same', written: 'same' })
    expect(results['hashKv']).toBeOneOf(tellsHash ? ['same'] : ['same', 'not-comparable'])
    expect(receipt.comparisons.find(({ what }) => what === 'read')?.detail).toContain(`${member.keys} keys`)
    expect(formatDrill(receipt)).toMatch(/^keys {7}ok: 520 saved, 520 restored$/m)
    expect([host.left, host.processes]).toEqual([[], []])
    expect(await host.state()).toMatchObject({ lastSuccess: { revision: saved.revision, takenAt: saved.time } })
  })

  it('names what differs from what was saved', async () => {
    rewriteSidecar(saved.file, { keys: member.keys - 1 })
    const refusal = await refusalOf(host.drill())
    const said = `keys: ${member.keys - 1} saved, ${member.keys} restored`
    expect(refusal).toMatchObject({ code: 'bad-data', message: expect.stringContaining(said) })
    expect((await host.state())?.lastTry.failure).toContain(said)
    expect([host.left, host.processes]).toEqual([[], []])
  })

  it('of a member whose database is full goes as well: the alarm comes with the data', async () => {
    await member.alarmed(1, async () => {
      const full = await member.openHost()
      const receipt = await full.host.drill().finally(() => full.host.remove())
      expect(receipt.comparisons).toContainEqual(expect.objectContaining({ what: 'written', result: 'same' }))
    })
  })

  it('of a member whose data etcd found to differ says that, and proves nothing', async () => {
    await member.alarmed(2, async () => {
      const doubtful = await member.openHost()
      const refusal = await refusalOf(doubtful.host.drill())
      const { left } = doubtful.host
      doubtful.host.remove()
      expect(refusal).toMatchObject({ code: 'bad-data', message: expect.stringContaining('alarm CORRUPT') })
      expect(left).toEqual([])
    })
  })
})
