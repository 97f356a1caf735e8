import { chmodSync, unlinkSync } from 'node:fs'
import { createConnection, type Server } from 'node:net'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'

/** Longest path of a unix socket, in bytes (sun_path of unix(7), less its final zero). */
const maxPathBytes = 107

/** Refuses a socket path that the system cannot take, before anything else is done. Throws `configuration`. */
export function requireSocketPath(path: string): void {
  if (Buffer.byteLength(path) <= maxPathBytes) return
  throw new SignetError('configuration', `the socket path ${path} is over ${maxPathBytes} bytes`, {
    hint: 'choose a directory with a shorter path',
  })
}

/**
 * Listens on a unix socket that only its owner (or with mode 0o660 its group) can reach. A socket left by a process that
 * is gone is replaced; one that answers is not. Throws `configuration`.
 */
export async function listenOnSocket(server: Server, path: string, mode: number): Promise<void> {
  requireSocketPath(path)
  await refuseAnswered(path)
  removeStale(path)
  // Nobody can connect between bind and chmod: the mode is set by the mask at once.
  const mask = process.umask(0o777)
  try {
    await listen(server, path)
  } finally {
    process.umask(mask)
  }
  chmodSync(path, mode)
}

/** Refuses a socket on which another process answers. Throws `configuration`. */
export async function refuseAnswered(path: string): Promise<void> {
  if (!(await isAnswered(path))) return
  throw new SignetError('configuration', `another process answers on ${path}`, { hint: 'stop it first' })
}

/** Where a service listens: what listens already where systemd passed it, otherwise a socket of its own. */
export interface ServiceSocket {
  readonly inheritedFd: number | undefined
  readonly path: string
  readonly mode: number
}

/** Listens where callers of a service come. Throws `configuration`. */
export function listenAsService(server: Server, { inheritedFd: fd, path, mode }: ServiceSocket): Promise<void> {
  return fd === undefined ? listenOnSocket(server, path, mode) : listen(server, { fd })
}

function listen(server: Server, place: string | { readonly fd: number }): Promise<void> {
  const name = typeof place === 'string' ? place : `descriptor ${place.fd}`
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(new SignetError('configuration', `cannot listen on ${name}`, { hint: 'see its directory', cause }))
    server.once('error', fail)
    server.listen(place, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

/** What connect(2) says where nobody listens: any other failure may hide a process that is alive. */
const nobodyListens = ['ECONNREFUSED', 'ENOENT']

/** Whether a process accepts connections on the socket. Throws `configuration` where that cannot be told. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      if (nobodyListens.includes(cause.code ?? '')) resolve(false)
      else reject(new SignetError('configuration', `${path} cannot be asked`, { hint: 'see who owns it', cause }))
    })
  })
}

function removeStale(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
}
