import { readBusyPorts } from '../../host/net/busy-ports.ts'
import type { HostWorld } from '../host-world.ts'
import type { OwnAddresses } from './own-addresses.ts'

/** The ports of this member on which somebody else listens, at either address. */
export async function readMemberPorts(
  { address, secondAddress }: OwnAddresses,
  { client, peer }: HostWorld['etcdPorts'],
): Promise<readonly number[]> {
  const first = await readBusyPorts(address, [client, peer])
  const second = secondAddress === undefined ? [] : await readBusyPorts(secondAddress, [client])
  return [...new Set([...first, ...second])]
}
