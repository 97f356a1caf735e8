import type { Connection } from 'ssh2'
import { SignetError } from '../../core/signet-error.ts'
import { judgeMessage, limitPacketSize } from './judge-message.ts'

export interface MessageGuard {
  /** Whether the connection is being ended: nothing more of it is read. */
  readonly isEnded: () => boolean
  /** Called with what is wrong with a message. */
  readonly refuse: (reason: string) => void
}

/**
 * Judges every message of a caller after it was decrypted and before ssh2 reads it. To be called before keys are exchanged;
 * until they are, ssh2 takes nothing but the exchange's own messages, whose lists are bounded by their length. ssh2 has no
 * such place of its own: this is the one function that 1.15 to 1.17 hand each message to, bundled or not.
 */
export function guardMessages(connection: Connection, { isEnded, refuse }: MessageGuard): void {
  const protocol = '_protocol' in connection ? connection._protocol : undefined
  if (!isProtocol(protocol)) throw new SignetError('internal', 'this version of ssh2 does not show its messages')
  const read = protocol._onPayload
  const context = {
    get isLoggedIn() {
      return 'authenticated' in connection && connection.authenticated === true
    },
    readWindow: (channel: number) => readWindow(connection, channel),
  }
  protocol._onPayload = (message) => {
    const fault = isEnded() ? undefined : judgeMessage(message, context)
    if (fault !== undefined) refuse(fault)
    // What came in the same read is not looked at either.
    if (isEnded()) return Number.POSITIVE_INFINITY
    limitPacketSize(message)
    return read(message)
  }
}

interface MessageReader {
  _onPayload: (message: Buffer) => number | false | undefined
}

function isProtocol(value: unknown): value is MessageReader {
  return isObject(value) && typeof value['_onPayload'] === 'function'
}

// A session that has no command yet keeps the numbers of its channel-to-be.
function readWindow(connection: Connection, channel: number): number | undefined {
  const manager = '_chanMgr' in connection ? connection._chanMgr : undefined
  const channels = isObject(manager) ? manager['_channels'] : undefined
  const found = isObject(channels) ? channels[channel] : undefined
  const info = isObject(found) ? (found['_chanInfo'] ?? found) : undefined
  const outgoing = isObject(info) ? info['outgoing'] : undefined
  const window = isObject(outgoing) ? outgoing['window'] : undefined
  return typeof window === 'number' ? window : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
