import type { Client } from 'ssh2'
import { sendMessage } from '../support/ssh/send-raw-message.ts'
import { adjustWindow, execCommand, openSession, promiseResponses, requestLogin } from '../support/ssh/ssh-messages.ts'
import { wireString } from '../support/ssh/wire-types.ts'
import { mutateBytes } from './mutate-bytes.ts'
import type { SeededRandom } from './seeded-random.ts'

// Where a number of a caller bounds a loop or a buffer: nothing, too little, one beside a border, more than fits.
const tellingNumbers = [
  0,
  1,
  2,
  63,
  255,
  256,
  257,
  32_767,
  32_768,
  32_769,
  35_000,
  1_000_000,
  32_000_000,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 2,
  2 ** 32 - 1,
]
const commands = ['get-certificate', 'help', 'get-status', 'kubemaster-1', 'kubemaster-1\n', '']
const maxMessageBytes = 32_000

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What a caller sends after the log-in: numbers changed on purpose, and the command that follows, or anything at all. */
export async function sendHostileMessages(
  client: Client,
  random: SeededRandom,
  corpus: readonly Buffer[],
): Promise<number> {
  const opening = random.below(4) > 0 ? random.pick(openings)(random) : []
  const rest = Array.from({ length: random.below(10) }, () => hostileMessage(random, corpus))
  for (const message of [...opening, ...rest]) {
    sendMessage(client, message.subarray(0, maxMessageBytes))
    if (random.below(4) === 0) await pause(random.below(3))
  }
  return opening.length + rest.length
}

const openings = [openHostileSession, openHostileSession, openHostileSession, logInAgain]

// ssh2 ends a connection that logs in twice, and reads on.
function logInAgain(random: SeededRandom): readonly Buffer[] {
  const request = requestLogin('signer', 'keyboard-interactive', wireString(''), wireString(''))
  return [request, promiseResponses(random.pick(tellingNumbers))]
}

function openHostileSession(random: SeededRandom): readonly Buffer[] {
  const numbers = { window: random.pick(tellingNumbers), packetSize: random.pick(tellingNumbers) }
  const usual = random.below(3)
  // Each number also beside a usual one: two that are wrong hide each other.
  const session = openSession(
    usual === 0 ? numbers : usual === 1 ? { window: numbers.window } : { packetSize: numbers.packetSize },
  )
  const adjustments = Array.from({ length: random.below(4) }, () => adjustWindow(random.pick(tellingNumbers)))
  return [session, execCommand(random.pick(commands)), ...adjustments]
}

function hostileMessage(random: SeededRandom, corpus: readonly Buffer[]): Buffer {
  const message = random.pick(corpus)
  return random.pick([() => message, () => withNumber(message, random), () => mutateBytes(message, random, corpus)])()
}

function withNumber(message: Buffer, random: SeededRandom): Buffer {
  if (message.length < 5) return message
  const changed = Buffer.from(message)
  changed.writeUInt32BE(random.pick(tellingNumbers), 1 + random.below(message.length - 4))
  return changed
}
