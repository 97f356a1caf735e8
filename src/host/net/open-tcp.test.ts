import { type AddressInfo, createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { canReachUrl } from './open-tcp.ts'

const server = createServer((socket) => socket.destroy())

async function listen(host: string): Promise<number> {
  await new Promise<void>((resolve) => server.listen({ host, port: 0 }, resolve))
  return (server.address() as AddressInfo).port
}

async function close(): Promise<void> {
  if (server.listening) await new Promise((resolve) => server.close(resolve))
}

describe('canReachUrl', () => {
  afterEach(close)

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
  ])('tells whether somebody listens at %s', async (host, inUrl) => {
    const url = `https://${inUrl}:${await listen(host)}`
    expect(await canReachUrl(url)).toBe(true)
    await close()
    expect(await canReachUrl(url)).toBe(false)
  })
})
