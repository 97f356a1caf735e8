import { createConnection, type Socket } from 'node:net'
import { SignetError } from '../../core/signet-error.ts'
import { maxInputBytes } from '../../protocol/csr-input.ts'
import { LineSplitter } from '../../protocol/line-splitter.ts'
import {
  formatRelayCall,
  formatRelayInput,
  inputRequest,
  maxRelayLineBytes,
  parseRelayAnswer,
  type RelayAnswer,
  type RelayCall,
} from '../../protocol/relay-message.ts'

// Imports stay few and small: the relay is one process a call.

const deadlineMs = 60_000

/** Asks the endpoint at this socket, and sends it standard input where it asks for that. Throws `unavailable`. */
export function askEndpoint(
  socketPath: string,
  call: RelayCall,
  openStdin: () => NodeJS.ReadableStream,
): Promise<RelayAnswer> {
  const socket = createConnection(socketPath)
  socket.write(`${formatRelayCall(call)}\n`)
  return readAnswer(socket, openStdin)
}

function readAnswer(socket: Socket, openStdin: () => NodeJS.ReadableStream): Promise<RelayAnswer> {
  return new Promise((resolve, reject) => {
    const lines = new LineSplitter(maxRelayLineBytes)
    socket.setTimeout(deadlineMs, () => socket.destroy())
    socket.on('data', (chunk) => {
      try {
        for (const line of lines.push(chunk)) {
          if (line === inputRequest) sendInput(openStdin(), socket)
          else resolve(parseRelayAnswer(line))
        }
      } catch (error) {
        reject(error)
        socket.destroy()
      }
    })
    socket.once('error', (cause) => reject(absent(cause)))
    socket.once('close', () => reject(absent()))
  })
}

function sendInput(stdin: NodeJS.ReadableStream, socket: Socket): void {
  const chunks: Buffer[] = []
  let length = 0
  let sent = false
  const send = (): void => {
    if (!sent) socket.write(`${formatRelayInput(Buffer.concat(chunks))}\n`)
    sent = true
  }
  stdin.on('data', (chunk: Buffer) => {
    // One byte too many says enough; what a caller sends beyond it must not fill the memory.
    if (length <= maxInputBytes) chunks.push(chunk)
    length += chunk.length
    if (length > maxInputBytes) send()
  })
  stdin.once('end', send)
  stdin.once('error', () => socket.destroy())
}

function absent(cause?: unknown): SignetError {
  return new SignetError('unavailable', 'the endpoint does not answer on this host', {
    hint: 'ask the signer; or try again, and if it stays, there: systemctl status signet-endpoint',
    cause,
  })
}
