import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { ScriptedSigner } from '../support/signer/test-signer.ts'

// ssh2 compiles a part of itself while it is loaded, and reads nobody before that is done. On a busy machine, callers come
// earlier: those who waited in the socket while the endpoint was restarted.
const compilingMs = 300

interface Compiler {
  instantiate(...given: readonly unknown[]): Promise<unknown>
}

let test: ScriptedSigner

beforeAll(async () => {
  const compiler: Compiler = Reflect.get(globalThis, 'WebAssembly')
  const { instantiate } = compiler
  vi.spyOn(compiler, 'instantiate').mockImplementation(async (...given) => {
    await new Promise((resolve) => setTimeout(resolve, compilingMs))
    return instantiate(...given)
  })
  const { startScriptedFront } = await import('../support/signer/test-signer.ts')
  test = await startScriptedFront({ loginTimeoutMs: 5000, closeTimeoutMs: 200 })
})
afterAll(() => test.remove())

it('a caller who comes before the SSH library is ready is read all the same', async () => {
  const socket = connect(test.port, '127.0.0.1')
  socket.write('SSH-2.0-early\r\n')
  let heard = Buffer.alloc(0)
  await new Promise<void>((resolve) => {
    socket.on('close', () => resolve())
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk])
      if (heard.includes('curve25519-sha256')) resolve()
    })
  })
  socket.destroy()
  // The server's own list comes only once it has read the caller's first line.
  expect(heard.toString('latin1')).toContain('curve25519-sha256')
})
