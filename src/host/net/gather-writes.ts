import type { Socket } from 'node:net'

/**
 * Lets what is written until the end of this turn of the event loop leave together. ssh2 writes every message by itself,
 * about ten in a call, and the system calls were a fifth of the endpoint's work. Nothing waits longer than that turn.
 */
export function gatherWrites(socket: Socket): void {
  // Once a turn, however often it is asked for.
  if (socket.writableCorked > 0) return
  socket.cork()
  setImmediate(() => socket.uncork())
}
