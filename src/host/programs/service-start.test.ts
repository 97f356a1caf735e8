import { expect, it } from 'vitest'
import { readServiceStart } from './service-start.ts'

it('takes the socket that systemd passed to this very process', () => {
  expect(readServiceStart({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 7).inheritedFd).toBe(3)
})

it('takes no socket that was passed to another process, and no bundle of sockets', () => {
  expect(readServiceStart({ LISTEN_PID: '7', LISTEN_FDS: '1' }, 8).inheritedFd).toBeUndefined()
  expect(readServiceStart({ LISTEN_PID: '7', LISTEN_FDS: '2' }, 7).inheritedFd).toBeUndefined()
})

it('knows when nobody started it as a service', () => {
  expect(readServiceStart({}, 7)).toEqual({
    credentialsDirectory: undefined,
    inheritedFd: undefined,
    isAwaited: false,
    watchdogMs: undefined,
  })
})

it('reads the watchdog in milliseconds', () => {
  expect(readServiceStart({ WATCHDOG_USEC: '60000000', NOTIFY_SOCKET: '/run/systemd/notify' }, 7)).toMatchObject({
    isAwaited: true,
    watchdogMs: 60_000,
  })
})
