import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { wireUint32 } from './wire-types.ts'

/** One direction of a connection: how its packets are made or read (RFC 4253 section 6). */
export interface PacketForm {
  seal(payload: Buffer, sequence: number): Buffer
  /** The payload of the first whole packet and how long that packet is; undefined where it is not whole yet. */
  open(bytes: Buffer, sequence: number): { readonly payload: Buffer; readonly length: number } | undefined
}

/** Before the first NEWKEYS. */
export const plainForm: PacketForm = {
  seal: (payload) => pad(payload, 8, 4),
  open: (bytes) => {
    if (bytes.length < 4 || bytes.length < 4 + bytes.readUInt32BE()) return undefined
    const length = 4 + bytes.readUInt32BE()
    return { payload: strip(bytes.subarray(4, length)), length }
  },
}

export interface DirectionKeys {
  readonly iv: Buffer
  readonly key: Buffer
  readonly macKey: Buffer
}

const macLength = 32

/** aes128-ctr with hmac-sha2-256-etm@openssh.com: a form whose MAC covers the sequence number. */
export function encryptedForm({ iv, key, macKey }: DirectionKeys): PacketForm {
  const [cipher, decipher] = [createCipheriv('aes-128-ctr', key, iv), createDecipheriv('aes-128-ctr', key, iv)]
  const mac = (sequence: number, bytes: Buffer): Buffer =>
    createHmac('sha256', macKey).update(wireUint32(sequence)).update(bytes).digest()
  return {
    seal: (payload, sequence) => {
      const packet = pad(payload, 16, 0)
      const sealed = Buffer.concat([packet.subarray(0, 4), cipher.update(packet.subarray(4))])
      return Buffer.concat([sealed, mac(sequence, sealed)])
    },
    open: (bytes, sequence) => {
      if (bytes.length < 4 || bytes.length < 4 + bytes.readUInt32BE() + macLength) return undefined
      const end = 4 + bytes.readUInt32BE()
      const sealed = bytes.subarray(0, end)
      if (!mac(sequence, sealed).equals(bytes.subarray(end, end + macLength))) throw new Error('the MAC is wrong')
      return { payload: strip(decipher.update(sealed.subarray(4))), length: end + macLength }
    },
  }
}

/** With its length and padding; `counted` bytes of the length count for the block size. */
function pad(payload: Buffer, block: number, counted: number): Buffer {
  const rest = (counted + 1 + payload.length) % block
  const padding = block - rest < 4 ? 2 * block - rest : block - rest
  return Buffer.concat([wireUint32(1 + payload.length + padding), Buffer.of(padding), payload, Buffer.alloc(padding)])
}

function strip(packet: Buffer): Buffer {
  return packet.subarray(1, packet.length - (packet[0] ?? 0))
}
