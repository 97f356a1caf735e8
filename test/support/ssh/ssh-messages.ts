import { wireString, wireUint32 } from './wire-types.ts'

export interface ChannelNumbers {
  readonly channel?: number
  readonly window?: number
  readonly packetSize?: number
}

/** Messages of RFC 4252 and 4254 by their parts, with any number in them. */
export function openSession({ channel = 0, window = 2 ** 21, packetSize = 32_768 }: ChannelNumbers): Buffer {
  return Buffer.concat([
    Buffer.of(90),
    wireString('session'),
    wireUint32(channel),
    wireUint32(window),
    wireUint32(packetSize),
  ])
}

export function execCommand(command: string): Buffer {
  return Buffer.concat([Buffer.of(98), wireUint32(0), wireString('exec'), Buffer.of(1), wireString(command)])
}

export function adjustWindow(bytes: number): Buffer {
  return Buffer.concat([Buffer.of(93), wireUint32(0), wireUint32(bytes)])
}

export function requestLogin(user: string, method: string, ...rest: readonly Buffer[]): Buffer {
  const strings = [user, 'ssh-connection', method].map(wireString)
  return Buffer.concat([Buffer.of(50), ...strings, ...rest])
}

/** Says how many responses follow, and sends none. */
export function promiseResponses(count: number): Buffer {
  return Buffer.concat([Buffer.of(61), wireUint32(count)])
}

export function requestGlobally(name: string, ...rest: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(80), wireString(name), Buffer.of(1), ...rest])
}
