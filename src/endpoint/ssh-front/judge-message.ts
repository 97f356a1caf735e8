/** RFC 4253 section 6.1 and RFC 4254 section 5.1 name no least size; no client that we know takes less than 16 KiB. */
const minPacketSizeBytes = 256
/** What ssh2 itself asks of others. More would only make longer messages of the same answer. */
const maxPacketSizeBytes = 32 * 1024
/** RFC 4254 section 5.2. */
const maxWindowBytes = 2 ** 32 - 1

/** What must be known of a connection to judge a message. */
export interface MessageFacts {
  readonly isLoggedIn: boolean
  /** How many bytes a channel still takes; undefined where there is no such channel. */
  readonly readWindow: (channel: number) => number | undefined
}

/**
 * Why a caller's message, decrypted and whole, must not reach ssh2; undefined where it may. Here, and nowhere else, every
 * number of a caller that bounds a loop or a buffer of ssh2 gets its floor and its ceiling. Lengths inside a message need
 * none: ssh2 refuses messages over 35,000 bytes, and strings that are longer than their message.
 */
export function judgeMessage(message: Buffer, context: MessageFacts): string | undefined {
  const [type = 0] = message
  // RFC 4252 section 6: must end the connection. ssh2 would read them first, long lists of keys among them.
  if (type >= 80 && !context.isLoggedIn) return 'a message of the connection came before the log-in'
  // We ask nothing. ssh2 makes room for as many answers as message 61 promises: 32 million take 256 MB.
  if (type > 50 && type < 80) return 'the log-in was answered where nobody asked'
  if (type === 80) return judgeGlobalRequest(message)
  if (type === 90) return judgeChannelOpen(message)
  if (type === 91 || type === 92) return 'a channel was confirmed that nobody opened'
  if (type === 93) return judgeWindowAdjust(message, context)
  return undefined
}

/** Keeps a caller's packets from being longer than ours are, whatever the caller says to take. */
export function limitPacketSize(message: Buffer): void {
  if (message[0] !== 90) return
  const at = numbersAt(message) + 8
  message.writeUInt32BE(Math.min(message.readUInt32BE(at), maxPacketSizeBytes), at)
}

// A server's message. ssh2 parses each key in it, whoever sends them, 2,000 to a message: 50 ms.
function judgeGlobalRequest(message: Buffer): string | undefined {
  return readName(message) === 'hostkeys-00@openssh.com' ? "a caller sent a server's keys" : undefined
}

// ssh2#1504, in every version up to 1.17: to send packets of 0 bytes it loops for ever, and keeps each of them in memory.
function judgeChannelOpen(message: Buffer): string | undefined {
  const at = numbersAt(message)
  if (message.length < at + 12) return 'a channel was opened without its numbers'
  const packetSize = message.readUInt32BE(at + 8)
  if (packetSize < minPacketSizeBytes) return `a channel takes packets of ${packetSize} bytes at most`
  return undefined
}

function judgeWindowAdjust(message: Buffer, { readWindow }: MessageFacts): string | undefined {
  if (message.length < 9) return 'a window was adjusted without its numbers'
  const window = readWindow(message.readUInt32BE(1)) ?? 0
  if (window + message.readUInt32BE(5) <= maxWindowBytes) return undefined
  return 'a window grows beyond 2^32 - 1 bytes'
}

function readName(message: Buffer): string {
  return message.subarray(5, numbersAt(message)).toString('latin1')
}

/** Where the string that begins a message ends; beyond the message where there is none. */
function numbersAt(message: Buffer): number {
  return message.length < 5 ? message.length : 5 + message.readUInt32BE(1)
}
