import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../test/support/etcd/fake-cluster.ts'
import { createInspectedPair } from '../../test/support/host/inspected-pair.ts'
import { wellSnapshotFacts } from '../../test/support/host/snapshot-facts.ts'
import { testNowMs } from '../../test/support/x509/test-ca.ts'
import { SignetError } from '../core/signet-error.ts'
import { localFiles } from '../host/files/local-files.ts'
import { allFacts, checks } from './checks.ts'
import type { InspectionWorld } from './inspect/inspection-world.ts'
import { inspectHost } from './inspect-host.ts'
import { type InspectedHost, shownFacts } from './inspected-host.ts'
import { judgeHost } from './judge-host.ts'
import { renewalTimer } from './renewal-timer.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-test-'))
afterAll(() => rmSync(directory, { recursive: true }))

const gone = new SignetError('unavailable', 'gone')
const signer = { address: '192.0.2.1', knownHostsFile: '/dev/null', hostKeyPolicy: 'report' } as const

/** A world in which nothing answers, and what was asked of it. */
function silentWorld(): InspectionWorld & { readonly asked: string[] } {
  const asked: string[] = []
  const tried = (what: string) => (): Promise<never> => {
    asked.push(what)
    return Promise.reject(gone)
  }
  const told = <Value>(what: string, value: Value) => {
    return (): Value => {
      asked.push(what)
      return value
    }
  }
  return {
    asked,
    ask: tried('signer'),
    files: localFiles,
    clock: { now: () => testNowMs },
    ownUid: process.geteuid?.() ?? 0,
    isClockSynchronised: told('clock', Promise.resolve(null)),
    hostName: told('host name', 'kubemaster-1'),
    ownAddresses: told('addresses', ['192.0.2.21']),
    run: tried('etcd'),
    guardProgram: async () => {},
    runningProgram: async () => undefined,
    canReach: told('peer ports', Promise.resolve(false)),
    isTimerActive: told('timer', Promise.resolve(false)),
    isUnitKnown: async () => undefined,
    resolveAddress: told('address', Promise.resolve({ host: '192.0.2.1', port: 22 })),
    lookUp: tried('name server'),
    remainingMs: () => 1000,
    connectTcp: tried('TCP'),
    front: {
      files: { read: tried('PAM') },
      list: tried('PAM'),
      run: tried('sshd'),
      ownAddresses: () => [],
      endProcessesOf: tried('processes'),
    },
  }
}

/** A member, and signer, of which every fact is known. */
async function knownHost(): Promise<InspectedHost> {
  const view = await new FakeCluster([fakeMember(1)]).operations().readView()
  const pair = await createInspectedPair({ kind: 'member', certificate: { ipAddresses: ['192.0.2.1'] } })
  return {
    nowMs: testNowMs,
    isSandbox: false,
    request: 'signet request --signer-ip=IP',
    pairs: [{ pair, state: undefined, stateFailure: gone, owners: { trustedUids: [0], readerUid: 0 } }],
    isClockSynchronised: null,
    signer: { signer, failure: gone },
    cluster: { endpoints: [], view },
    authority: { config: undefined, failure: gone },
    joins: { setting: 'open', members: { joins: 'open', configured: [], holders: [], reserved: [] } },
    signerPath: { signer, address: { host: '192.0.2.1', port: 22 }, name: 'is an address', tcp: 'ETIMEDOUT' },
    hostName: 'vm',
    ownAddresses: ['192.0.2.99'],
    etcdServers: {
      apiservers: [{ place: 'process 7', isManifest: false, failure: gone }],
      ...{ members: undefined, ownAddresses: [], certificateFile: undefined },
    },
    etcdBinaries: {
      ...{ link: '/etc/signet/etcd-bin', target: '/usr/bin', next: '/usr/bin/etcd' },
      ...{ running: '/usr/bin/etcd', hasUnit: true, move: undefined, problem: undefined },
    },
    versions: { members: ['3.5.9'], installed: '3.6.1' },
    peerPorts: { notTried: 'no reason' },
    peerReach: { reached: ['https://192.0.2.1:2380'] },
    timer: { unit: 'signet-renew.timer', isUsual: true, isActive: false },
    front: { failure: gone },
    snapshots: wellSnapshotFacts(testNowMs),
    recovery: { standDown: 'unreadable', receipt: undefined, unfinished: undefined },
    clusterIds: { places: [{ place: 'https://192.0.2.1:2379', clusterId: '0123456789abcdef' }], former: [] },
    snapshotTimers: [{ unit: 'signet-snapshot.timer', act: 'save', isActive: false }],
  }
}

describe('the table of checks', () => {
  it('has every file that reads and every file that judges', () => {
    const reached = new Set<string>()
    const follow = (file: string): void => {
      if (reached.has(file)) return
      reached.add(file)
      const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|} from) .*?'(\.[^']+)'$/gm)
      for (const [, path = ''] of imports) if (/inspect-|judge-/.test(path)) follow(join(dirname(file), path))
    }
    follow(join(import.meta.dirname, 'checks.ts'))
    const files = ['inspect', 'judge'].flatMap((room) =>
      readdirSync(join(import.meta.dirname, room), { recursive: true, encoding: 'utf8' })
        .filter((name) => /(?:^|\/)(?:inspect|judge)-[a-z-]+\.ts$/.test(name))
        .map((name) => join(import.meta.dirname, room, name)),
    )
    expect(files.length).toBeGreaterThan(25)
    expect(files.filter((file) => !reached.has(file))).toEqual([])
  })

  it('has each finding in one row', () => {
    const names = Object.values(checks).flatMap(({ finds }) => finds)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(allFacts.map((fact) => [fact] as const))(
    'judges by %s what its row says, and says something',
    async (fact) => {
      const host = await knownHost()
      const others = Object.fromEntries(allFacts.map((each) => [each, each === fact ? host[each] : undefined]))
      const shown = Object.fromEntries(shownFacts.map((each) => [each, host[each]]))
      const found = judgeHost({ ...host, ...others, ...shown })
      const own = found.filter(({ check }) => checks[fact].finds.includes(check))
      expect(own.length).toBeGreaterThan(0)
      const known = [fact, ...shownFacts].flatMap((each) => checks[each].finds)
      expect(found.map(({ check }) => check).filter((check) => !known.includes(check))).toEqual([])
    },
  )
})

describe('inspectHost', () => {
  it('reads for status what status shows, and nothing else', async () => {
    const world = silentWorld()
    const host = await inspectHost(shownFacts, { dir: directory, signerIp: '192.0.2.1' }, world)
    expect(Object.keys(host).toSorted()).toEqual([...shownFacts, 'nowMs', 'isSandbox', 'request'].toSorted())
    expect(world.asked.toSorted()).toEqual(['clock', 'signer'])
  })

  it('reads each fact once, and makes a fact of all that fails', async () => {
    const world = silentWorld()
    const host = await inspectHost(allFacts, { dir: directory, signerIp: '192.0.2.1' }, world)
    expect(world.asked.toSorted()).toEqual(['TCP', 'address', 'clock', 'etcd', 'signer'])
    expect(host.signer).toMatchObject({ failure: gone })
    expect(host.signerPath).toMatchObject({ name: 'is an address', tcp: gone.code })
    expect(host.versions).toEqual({ members: [], installed: undefined })
  })

  it('leaves out what does not apply: a timer where nothing is renewed, the name of a host that is no master', async () => {
    const found = await inspectHost(allFacts, { dir: directory }, silentWorld())
    const { hostName, ownAddresses, timer, front, snapshots, snapshotTimers } = found
    expect({ hostName, ownAddresses, timer, front, snapshots, snapshotTimers }).toEqual({})
  })

  it('reads the name and the timer of a master, and no address, which only the certificate of a member has', async () => {
    writeFileSync(join(directory, 'client.key'), 'none')
    const { hostName, ownAddresses, timer } = await inspectHost(allFacts, { dir: directory }, silentWorld())
    const expected = { unit: renewalTimer(directory), isUsual: false, isActive: false }
    expect([hostName, ownAddresses, timer]).toEqual(['kubemaster-1', undefined, expected])
  })
})
