import { describe, expect, it } from 'vitest'
import {
  adjustWindow,
  execCommand,
  openSession,
  promiseResponses,
  requestGlobally,
  requestLogin,
} from '../../../test/support/ssh/ssh-messages.ts'
import { judgeMessage, limitPacketSize } from './judge-message.ts'

const loggedIn = { isLoggedIn: true, readWindow: () => 2 ** 21 }

describe('a message', () => {
  it.each([
    ['to open a session', openSession({})],
    ['to open one of the smallest packets', openSession({ packetSize: 256, window: 0 })],
    ['to open one of the largest numbers', openSession({ packetSize: 2 ** 32 - 1, window: 2 ** 32 - 1 })],
    ['with a command', execCommand('help')],
    ['to open the window to the last byte', adjustWindow(2 ** 32 - 1 - 2 ** 21)],
    ['to keep the connection alive', requestGlobally('keepalive@openssh.com')],
    ['to take no more sessions', requestGlobally('no-more-sessions@openssh.com')],
    ['of a kind that nobody knows', Buffer.of(192, 1, 2, 3)],
    ['that is empty', Buffer.alloc(0)],
  ])('%s reaches ssh2', (_what, message) => expect(judgeMessage(message, loggedIn)).toBeUndefined())

  it.each([
    ['to open a session of packets that are too small', openSession({ packetSize: 255 })],
    ['to open a session, cut short', openSession({}).subarray(0, -1)],
    ['to open a channel with a name beyond its end', Buffer.of(90, 255, 255, 255, 255)],
    ['to open a channel, and no more', Buffer.of(90)],
    ['to open the window a byte too far', adjustWindow(2 ** 32 - 2 ** 21)],
    ['to open the window, cut short', adjustWindow(1).subarray(0, -1)],
    ['that promises answers', promiseResponses(1)],
    ['that lets us in', Buffer.of(52)],
    ['that confirms a channel', Buffer.of(91)],
    ["with a server's keys", requestGlobally('hostkeys-00@openssh.com')],
  ])('%s does not', (_what, message) => expect(judgeMessage(message, loggedIn)).toMatch(/./))

  it('of the connection does not before the log-in, and one of the log-in does', () => {
    const stranger = { ...loggedIn, isLoggedIn: false }
    for (const message of [openSession({}), execCommand('help'), requestGlobally('x'), Buffer.of(80), Buffer.of(255)])
      expect(judgeMessage(message, stranger)).toMatch(/before the log-in/)
    expect(judgeMessage(requestLogin('signer', 'none'), stranger)).toBeUndefined()
  })
})

it('the size of packets is lowered to what we send ourselves, and left where it is lower', () => {
  const read = (packetSize: number): number => {
    const message = openSession({ packetSize })
    limitPacketSize(message)
    return message.readUInt32BE(message.length - 4)
  }
  expect([256, 32_768, 32_769, 2 ** 32 - 1].map(read)).toEqual([256, 32_768, 32_768, 32_768])
})
