import { formatBytes } from '../../core/byte-count.ts'
import type { Clock } from '../../core/clock.ts'
import { type CommandStreams, sayOn } from '../command-streams.ts'

interface Progress {
  readonly show: (receivedBytes: number, totalBytes: number) => void
  readonly clear: () => void
}

/** In a log of what takes long, a line each time so long has passed. */
const logEveryMs = 10_000

/** Shows how many bytes of how many have come of what is being done: on a terminal rewritten in place. */
export function createProgress(what: string, streams: CommandStreams, clock: Clock): Progress {
  const { stderr } = streams
  let shown = ''
  let saidMs = clock.now()
  const say = (text: string): void => {
    if (clock.now() < saidMs + logEveryMs) return
    saidMs = clock.now()
    sayOn(streams)(`${what}: ${text}`)
  }
  const show = (received: number, total: number): void => {
    const text = `${Math.floor((100 * received) / total)} % of ${formatBytes(total)}`
    if (!isTerminal(streams)) say(text)
    else if (text !== shown) stderr.write(`\r\u001b[K${text}`)
    shown = text
  }
  return { show, clear: () => void (isTerminal(streams) && shown !== '' && stderr.write('\r\u001b[K')) }
}

/** Whether a person sees what is said. */
export function isTerminal({ stderr }: CommandStreams): boolean {
  return 'isTTY' in stderr && stderr.isTTY === true
}
