import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { putKey } from '../../src/etcd/key-value.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { saveSnapshot } from '../../src/recovery/save-snapshot.ts'
import { verifySnapshot } from '../../src/recovery/verify-snapshot.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { RecoveryHost } from '../support/etcd/recovery-host.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { onceLetGo } from '../support/host/once-let-go.ts'

const etcd = findEtcd()
const child = join(import.meta.dirname, '../support/etcd/saving-child.ts')

describe.skipIf(etcd === undefined)('a save that is cut off', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let host: RecoveryHost

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
    const client = cluster.connect([member.clientUrl])
    for (let key = 0; key < 6; key += 1) await putKey(client, `large-${key}`, new Uint8Array(1_000_000))
  })
  afterAll(() => cluster?.stop())
  beforeEach(() => {
    host = new RecoveryHost(cluster, member)
  })
  afterEach(() => host.remove())

  const described = () => JSON.stringify({ layout: host.world.layout, etcdPorts: host.world.etcdPorts })
  const names = () => readdirSync(host.world.layout.snapshots).filter((name) => name !== '.state')

  it('by SIGKILL leaves nothing that is named as a snapshot, and what it leaves the next save clears once nobody can be writing it', async () => {
    const saving = spawn(process.execPath, [child, described(), 'stand'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(saving.stdout, 'data')
    expect(names().filter((name) => !name.startsWith('.signet-'))).toEqual([])
    saving.kill('SIGKILL')
    await once(saving, 'close')
    const [debris = ''] = names().filter((name) => name.endsWith('.new'))
    expect(debris).not.toBe('')
    await onceLetGo(() => saveSnapshot(host.world))
    expect(names()).toContain(debris)
    utimesSync(join(host.world.layout.snapshots, debris), 1, 1)
    const later = { ...host.world, clock: { now: () => Date.now() + 3_600_000 } }
    const { file } = await saveSnapshot(later)
    expect(names().filter((name) => !/^etcd-.*\.(db|json)$/.test(name))).toEqual([])
    await verifySnapshot(file, localFiles)
  })

  it.skipIf(!canMount('a disk that fills up while a snapshot comes'))(
    'by a disk that fills up leaves nothing, and is told',
    async () => {
      const place = host.world.layout.snapshots
      const { stdout } = await inMountNamespace(`
        mkdir -p '${host.root}/var' && mount -t tmpfs -o size=120m,mode=755 none '${host.root}/var'
        '${process.execPath}' '${child}' '${described()}' fill; ls -A '${place}' '${place}/.state'
      `)
      expect(stdout).toMatch(/^configuration: .* cannot be written: no space is left on its file system\n/)
      expect(stdout.split('\n').slice(1)).toEqual([`${place}:`, '.state', '', `${place}/.state:`, 'save.json', ''])
    },
  )
})
