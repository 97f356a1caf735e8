import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SignetError } from '../../src/core/signet-error.ts'
import { waitUntil } from '../../src/host/wait-until.ts'
import { formatDrillPlan } from '../../src/recovery/drill/format-drill.ts'
import { readDrillPlan, readRecordedPlan } from '../../src/recovery/drill/read-drill-plan.ts'
import type { SnapshotReceipt } from '../../src/recovery/snapshot-receipt.ts'
import { DrilledMember, type DrillHost, rewriteSidecar } from '../support/etcd/drill-host.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { findRestorer } from '../support/etcd/restore-snapshot.ts'
import { onceLetGo } from '../support/host/once-let-go.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const restorer = etcd === undefined ? undefined : findRestorer(etcd)
// 3.4 may count what it restored as compacted, and then tells no hash of it.
const tellsHash = etcd?.version.minor !== 4

describe.skipIf(etcd === undefined || restorer === undefined)(
  'a drill, whatever comes in its way,',
  { timeout: 60_000 },
  () => {
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

    it('says before it begins what it takes, and knows it from the last one', async () => {
      const said = formatDrillPlan(await readDrillPlan({}, host.drillWorld)).join('\n')
      expect(said).toMatch(/it takes about \d+ s, and \S+ MiB of the disk/)
      expect(host.left).toEqual([])
    })

    it.skipIf(process.geteuid?.() !== 0)('runs etcd as an account that can do nothing else', async () => {
      const seen: number[] = []
      const say = (line: string): void => {
        if (line === 'reading it') seen.push(...host.processes.map((pid) => host.uidOf(pid)))
      }
      await host.drill(undefined, say)
      expect(seen).toEqual([65_534])
    })

    it('refuses a file that was changed, and keeps that it failed', async () => {
      const before = await host.drill()
      const bytes = readFileSync(saved.file)
      bytes[9000] = (bytes[9000] ?? 0) ^ 1
      writeFileSync(saved.file, bytes)
      expect(await refusalOf(host.drill())).toMatchObject({ code: 'bad-data' })
      const state = await host.state()
      expect(state?.lastTry.failure).toContain('was changed since etcd sent it')
      expect(state?.lastSuccess?.time).not.toBe(undefined)
      expect(before.file).toBe(saved.file)
      truncateSync(saved.file, 10_000)
      expect(await refusalOf(host.drill())).toMatchObject({ code: 'bad-data' })
      expect(host.left).toEqual([])
    })

    it.skipIf(!tellsHash)('compares the hash only where it can be the same', async () => {
      const { hashKv } = saved
      if (hashKv === null) throw new Error('no hash')
      rewriteSidecar(saved.file, { hashKv: { ...hashKv, hash: hashKv.hash + 1 } })
      expect((await refusalOf(host.drill())).message).toContain(
        `hashKv: ${hashKv.hash + 1} saved, ${hashKv.hash} restored`,
      )
      rewriteSidecar(saved.file, { hashKv: { hash: hashKv.hash + 1, compactRevision: '5' } })
      expect((await host.drill()).comparisons).toContainEqual(
        expect.objectContaining({
          what: 'hashKv',
          result: 'not-comparable',
          detail: expect.stringContaining('compacted'),
        }),
      )
    })

    it('raises no false alarm after a compaction, finished or not when it was saved', async () => {
      for (const revision of [300, 521, 522, 523]) {
        member.compact(revision)
        const next = await member.openHost()
        const { comparisons } = await next.host.drill()
        next.host.remove()
        expect(comparisons.filter(({ result }) => result === 'differs')).toEqual([])
      }
    })

    it('does without a sidecar what can be done without', async () => {
      const bare = join(host.root, 'bare.db')
      symlinkSync(saved.file, bare)
      const { comparisons, takenAt } = await host.drill(bare)
      expect(takenAt).toBeNull()
      expect(comparisons.filter(({ result }) => result === 'not-comparable').map(({ what }) => what)).toEqual([
        'keys',
        'hashKv',
      ])
      // Of a file that has no name of ours nothing is kept: the next one still counts from this host's own.
      expect(await host.state()).toBeUndefined()
    })

    it('of a file that another host saved is no news of those of this one', async () => {
      const other = await member.openHost()
      const [file, mine] = [other.saved.file, await host.drill()]
      const before = await host.state()
      rmSync(saved.file)
      expect((await host.drill(file)).file).toBe(file)
      expect(await host.state()).toEqual(before)
      truncateSync(file, 10_000)
      expect(await refusalOf(host.drill(file))).toMatchObject({ code: 'bad-data' })
      expect(await host.state()).toEqual(before)
      other.host.remove()
      expect(mine.file).toBe(saved.file)
    })

    it('that cannot begin is kept as one that failed', async () => {
      const world = {
        ...host.drillWorld,
        guardProgram: () => Promise.reject(new SignetError('refused', 'not its own')),
      }
      expect(await refusalOf(readRecordedPlan({ file: saved.file }, world))).toMatchObject({ code: 'refused' })
      expect(await host.state()).toBeUndefined()
      expect(await refusalOf(readRecordedPlan({}, world))).toMatchObject({ code: 'refused' })
      expect(await host.state()).toMatchObject({ lastTry: { failure: 'not its own' }, lastSuccess: null })
    })

    it('refuses what a newer etcd has saved', async () => {
      rewriteSidecar(saved.file, { etcdVersion: '3.99.0' })
      expect(await refusalOf(host.drill())).toMatchObject({ code: 'configuration' })
    })

    it('is one at a time: the second is told to come later', async () => {
      const [one, other] = await Promise.allSettled([host.drill(), host.drill()])
      const refused = [one, other].filter(({ status }) => status === 'rejected')
      expect(refused).toMatchObject([{ reason: { code: 'try-later' } }])
      expect((await host.state())?.lastTry.failure).toBeNull()
    })

    it('that is interrupted while etcd runs leaves nothing, and counts for no failure', async () => {
      const say = (line: string): void => {
        if (line === 'reading it') host.interrupt.abort()
      }
      const refusal = await refusalOf(host.drill(undefined, say))
      expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('nothing of it is left') })
      expect([host.left, host.processes, await host.state()]).toEqual([[], [], undefined])
    })

    it('that is killed takes its etcd with it, and the next one clears what it left', async () => {
      const killed = startElsewhere()
      await waitUntil(() => host.processes.length > 0, {
        timeoutMs: 20_000,
        failure: () => new SignetError('unavailable', 'no etcd of a drill'),
      })
      killed.kill('SIGKILL')
      await waitUntil(() => host.processes.length === 0, {
        timeoutMs: 5000,
        failure: () => new SignetError('unavailable', `etcd ${host.processes} outlives its drill`),
      })
      expect(host.left).toContain('run')
      // And one that has outlived it all the same, as under a kernel that tells it nothing.
      const place = join(host.world.layout.snapshots, '.drill/run/etcd')
      const orphan = spawn('sh', ['-c', 'sleep 60 & wait', '--name=signet-drill'], { cwd: place })
      const ended = new Promise<string | null>((resolve) => orphan.once('exit', (_, signal) => resolve(signal)))
      await onceLetGo(() => host.drill())
      expect(await ended).toBe('SIGKILL')
      expect(host.left).toEqual([])
    })

    /** A drill in a process of its own. */
    function startElsewhere(): ChildProcess {
      const source = join(import.meta.dirname, '../../src/recovery/drill')
      const { layout, etcdPorts } = host.drillWorld
      const program = `
      import { drillSnapshot } from '${source}/drill-snapshot.ts'
      import { readDrillPlan } from '${source}/read-drill-plan.ts'
      import { localFiles } from '${source}/../../host/files/local-files.ts'
      import { runProgram } from '${source}/../../host/programs/run-program.ts'
      const world = {
        layout: ${JSON.stringify(layout)}, etcdPorts: ${JSON.stringify(etcdPorts)}, files: localFiles, run: runProgram,
        ownUid: process.geteuid(), clock: { now: Date.now }, signal: new AbortController().signal,
        guardProgram: async () => {}, searchPath: process.env.PATH, readOwner: async () => undefined,
      }
      const hold = () => new Promise(() => setInterval(() => {}, 1000))
      await drillSnapshot(await readDrillPlan({}, world), { say: () => {} }, world)
      await hold()
    `
      const file = join(host.root, 'drill.mjs')
      writeFileSync(file, program)
      return spawn(process.execPath, [file], { stdio: 'inherit' })
    }
  },
)
