import { createConnection } from 'node:net'
import { SignetError } from '../../core/signet-error.ts'
import { countsQuestion, type EndpointCounts, parseCounts } from '../../protocol/endpoint-counts.ts'
import { LineSplitter } from '../../protocol/line-splitter.ts'
import { maxRelayLineBytes, parseRelayAnswer } from '../../protocol/relay-message.ts'

const deadlineMs = 2000

/** Asks the endpoint of this host how many calls it has answered. Throws `unavailable`: behind an embedded front nothing listens here. */
export function askCounts(socketPath: string): Promise<EndpointCounts> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(socketPath)
    const lines = new LineSplitter(maxRelayLineBytes)
    const absent = (cause?: unknown) => new SignetError('unavailable', 'the endpoint does not answer', { cause })
    socket.setTimeout(deadlineMs, () => socket.destroy())
    socket.on('error', (cause) => reject(absent(cause)))
    socket.on('close', () => reject(absent()))
    socket.on('data', (chunk) => {
      try {
        for (const line of lines.push(chunk)) resolve(parseCounts(parseRelayAnswer(line).stdout))
      } catch (error) {
        reject(error)
      }
    })
    socket.write(`${countsQuestion}\n`)
  })
}
