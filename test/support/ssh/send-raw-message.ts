import type { Client } from 'ssh2'
import { type ChannelNumbers, openSession } from './ssh-messages.ts'

interface WireProtocol {
  session: (channel: number) => void
  readonly _packetRW: {
    readonly write: { allocStart: number; alloc(length: number): Buffer; finalize(packet: Buffer): Buffer }
  }
  readonly _cipher: { encrypt(packet: Buffer): void }
}

/** Sends a message as it stands: nothing in ssh2's own interface sends what no client should. */
export function sendMessage(client: Client, payload: Buffer): void {
  const { _packetRW, _cipher } = protocolOf(client)
  const packet = _packetRW.write.alloc(payload.length)
  packet.set(payload, _packetRW.write.allocStart)
  _cipher.encrypt(_packetRW.write.finalize(packet))
}

/** Has the client open its sessions with these numbers, whatever it has room for. */
export function tellNumbers(client: Client, numbers: ChannelNumbers): void {
  protocolOf(client).session = (channel) => sendMessage(client, openSession({ ...numbers, channel }))
}

function protocolOf(client: Client): WireProtocol {
  return (client as unknown as { readonly _protocol: WireProtocol })._protocol
}
