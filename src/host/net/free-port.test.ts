import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { readBusyPorts } from './busy-ports.ts'
import { findFreePorts } from './free-port.ts'

describe('findFreePorts', () => {
  it('finds different ports, none of those that outgoing connections take', async () => {
    const ports = await findFreePorts('127.0.0.1', 50)
    expect(new Set(ports).size).toBe(50)
    for (const port of ports) expect(port > 1024 && port < 32_768).toBe(true)
  })

  it('finds ports that are free at every one of several addresses, one that is there twice included', async () => {
    const addresses = ['127.0.0.1', '127.0.0.2', '127.0.0.1']
    const ports = await findFreePorts(addresses, 20)
    expect(new Set(ports).size).toBe(20)
    for (const address of addresses) expect(await readBusyPorts(address, ports)).toEqual([])
  })

  it('fails for an address that this machine does not have', async () => {
    await expect(refusalOf(findFreePorts('192.0.2.1', 1))).rejects.toThrow('EADDRNOTAVAIL')
    await expect(refusalOf(findFreePorts(['127.0.0.1', '192.0.2.1'], 1))).rejects.toThrow('EADDRNOTAVAIL')
  })
})
