import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInit } from '../../src/cli/host/init.ts'
import type { JoinOptions } from '../../src/cli/host/join.ts'
import { formatHostPort } from '../../src/core/ip-address.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { connectEtcd, type EtcdClient } from '../../src/etcd/etcd-client.ts'
import { getKey } from '../../src/etcd/key-value.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import { waitUntil } from '../../src/host/wait-until.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import type { Asked } from '../support/host/killable-join.ts'
import { TestHost } from '../support/host/test-host.ts'
import { memberOptions } from './member-options.ts'

const etcd = findEtcd()
const program = join(import.meta.dirname, '../support/host/killable-join.ts')
const secondAddress = '127.0.0.45'

/** How a process that joined came to its end. */
interface JoinEnd {
  readonly changes: number
  /** The change before which it was killed. */
  readonly killedBefore: string | undefined
  readonly status: number | null
  readonly said: string
}

describe.skipIf(etcd === undefined)('a join whose process is killed by SIGKILL', () => {
  let signer: TestHost
  let client: EtcdClient

  beforeAll(async () => {
    signer = await TestHost.create('127.0.0.44', etcd?.path)
    await signer.listen((streams) => runInit(memberOptions(signer), streams, signer.world()))
    const { layout, place } = signer
    const read = (file: string): string => readFileSync(file, 'utf8')
    client = connectEtcd({
      endpoints: [`https://${formatHostPort(signer.address, place.etcdPorts.client)}`],
      caPem: read(layout.caCertificate),
      certPem: read(layout.memberCertificate),
      keyPem: read(layout.memberKey),
      timeoutMs: 5000,
    })
  })
  afterAll(async () => {
    client.close()
    await signer.remove()
  })

  it('before any change of a file, is finished by the same command run again', { timeout: 240_000 }, async () => {
    const untouched = await joinOnce()
    const steps = new Set<string>()
    for (let change = 1; change <= untouched.changes; change += 1) {
      const { killedBefore = '' } = await joinOnce(change)
      steps.add(killedBefore)
    }
    expect(untouched.changes).toBeGreaterThan(30)
    expect(steps.size).toBeGreaterThan(25)
  })

  /** Joins a new host, killed before this change and then run again. */
  async function joinOnce(killBefore?: number): Promise<JoinEnd> {
    await goBackToOneMember()
    const host = await TestHost.create(secondAddress, etcd?.path)
    try {
      host.active.add('etcd.service')
      const first = await runKillable(host, killBefore)
      const last = killBefore === undefined ? first : await runKillable(host)
      await expectJoined(host, last, `killed before: ${first.killedBefore}`)
      return first
    } finally {
      await host.remove()
    }
  }

  function options(): JoinOptions {
    const port = `${signer.embeddedPort}`
    return { signerIp: signer.address, port, address: [secondAddress], name: 'etcd-2' }
  }

  async function runKillable(host: TestHost, killBefore?: number): Promise<JoinEnd> {
    const child = fork(program, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    let said = ''
    let changes = 0
    let killedBefore: string | undefined
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.on('message', (asked: Asked) => {
      if ('change' in asked) changes += 1
      if ('change' in asked && changes === killBefore) {
        killedBefore = asked.change
        child.kill('SIGKILL')
      } else if (killedBefore === undefined) answer(child, host, asked)
    })
    child.send({ place: host.place, options: options() })
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { changes, status, said, killedBefore }
  }

  async function expectJoined(host: TestHost, { status, said }: JoinEnd, where: string): Promise<void> {
    expect(status, `${where}\n${said}`).toBe(0)
    const members = await listMembers(client, { linearizable: true })
    expect(members.map(({ name, isLearner }) => [name, isLearner]).toSorted(), where).toEqual([
      ['etcd-1', false],
      ['etcd-2', false],
    ])
    const { layout } = host
    const kept = [layout.caCertificate, layout.memberCertificate, layout.memberKey, layout.renewal, layout.etcdDropIn]
    for (const file of kept) expect(existsSync(file), `${where}: ${file}`).toBe(true)
    expect(existsSync(layout.firstBoot), where).toBe(false)
    expect(JSON.parse(readFileSync(layout.progress, 'utf8')), where).toMatchObject({ isFinished: true })
    expect([...host.active].toSorted(), where).toEqual([
      'etcd.service',
      'signet-renew.timer',
      'signet-snapshot-copy.timer',
      'signet-snapshot-drill.timer',
      'signet-snapshot.timer',
    ])
    expect(
      Object.keys(host.files()).filter((name) => name.endsWith('.new')),
      where,
    ).toEqual([])
    expect(await getKey(client, 'signet/canary'), where).toBeUndefined()
  }

  // Taking a member out would do as well, but etcd allows it only once all have been connected for five seconds.
  async function goBackToOneMember(): Promise<void> {
    const { systemd } = signer.world()
    const data = signer.layout.dataDirectory
    const saved = join(signer.root, 'data-of-one-member')
    await systemd.stop('etcd.service')
    if (existsSync(saved)) rmSync(data, { recursive: true })
    cpSync(existsSync(saved) ? saved : data, existsSync(saved) ? data : saved, { recursive: true })
    await systemd.start('etcd.service')
    await waitUntil(() => listMembers(client, { linearizable: true }).then(Boolean, () => false), {
      timeoutMs: 20_000,
      failure: () => new SignetError('unavailable', 'the signer did not come up again'),
    })
  }
})

function answer(child: ChildProcess, host: TestHost, asked: Asked): void {
  const { ask } = asked
  const work = 'change' in asked ? Promise.resolve('') : host.run(asked.command, asked.args, 60_000)
  work.then(
    (text) => child.connected && child.send({ ask, text }),
    (error: unknown) => child.connected && child.send({ ask, failure: `${error}` }),
  )
}
