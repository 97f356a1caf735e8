import type { ServerChannel, Session } from 'ssh2'
import { SignetError } from '../../core/signet-error.ts'
import { maxInputBytes } from '../../protocol/csr-input.ts'
import { withinInputTime } from '../input-time.ts'

const cutOff = new SignetError('bad-data', 'standard input ended without an end of file')

/**
 * Takes standard input from a channel as it comes, and keeps one byte more than is allowed: the reader sees that it is
 * too long, and the rest is dropped as it arrives, whether anybody reads or not. Returns how to read it.
 */
export function collectInput(channel: ServerChannel, session: Session, timeoutMs: number): () => Promise<Buffer> {
  const chunks: Buffer[] = []
  let room = maxInputBytes + 1
  let sawEof = false
  session.once('eof', () => {
    sawEof = true
  })
  const whole = new Promise<Buffer>((resolve, reject) => {
    channel.on('data', (chunk: Buffer) => {
      if (room === 0) return
      chunks.push(chunk.subarray(0, room))
      room -= Math.min(room, chunk.length)
      if (room === 0) resolve(Buffer.concat(chunks))
    })
    // A connection that breaks ends the stream too: half a CSR must not pass for a whole one.
    channel.once('end', () => (sawEof ? resolve(Buffer.concat(chunks)) : reject(cutOff)))
  })
  // Nobody may be waiting yet, or ever.
  whole.catch(() => {})
  return () => withinInputTime(whole, timeoutMs)
}
