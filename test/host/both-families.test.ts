import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInit } from '../../src/cli/host/init.ts'
import { readOwnCidr } from '../../src/host/net/advertised-address.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { TestHost } from '../support/host/test-host.ts'
import { memberOptions } from './member-options.ts'

const etcd = findEtcd()
const canHaveBoth = etcd !== undefined && readOwnCidr('::1') !== undefined
if (!canHaveBoth) process.stderr.write('a member with two addresses is not tried: it needs etcd, and ::1\n')

describe.skipIf(!canHaveBoth)('a member with an address of each family', () => {
  let host: TestHost

  beforeAll(async () => {
    host = await TestHost.create('127.0.0.46', etcd?.path)
    const options = memberOptions(host, { address: [host.address, '::1'] })
    await host.listen((streams) => runInit(options, streams, host.world()))
  }, 60_000)
  afterAll(() => host.remove())

  it.each(['127.0.0.46', '::1'])('serves at %s whoever verifies its name', async (address) => {
    const read = (file: string): Buffer => readFileSync(file)
    const { caCertificate, memberCertificate, memberKey } = host.layout
    const pair = { ca: read(caCertificate), cert: read(memberCertificate), key: read(memberKey) }
    const socket = connect({ host: address, port: host.place.etcdPorts.client, servername: 'etcd-1', ...pair })
    await once(socket, 'secureConnect')
    expect(socket.authorized).toBe(true)
    socket.destroy()
  })

  it('is listed at the first, which is the one that its certificate holds', () => {
    const { etcdPorts } = host.place
    const flags = readFileSync(host.layout.etcdFlags, 'utf8')
    expect(flags).toContain(` --advertise-client-urls=https://127.0.0.46:${etcdPorts.client} `)
    expect(flags).toContain(` --listen-peer-urls=https://127.0.0.46:${etcdPorts.peer} `)
    expect(flags).toContain(`,https://[::1]:${etcdPorts.client},`)
  })

  it('is typed again with both, where its set-up was interrupted', () => {
    const { arguments: typed } = JSON.parse(readFileSync(host.layout.progress, 'utf8'))
    expect(typed).toContain(' --address=127.0.0.46 --address=::1 ')
  })
})
