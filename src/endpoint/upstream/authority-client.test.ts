import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { fakeStatus, reply, ScriptedAuthority } from '../../../test/support/signer/scripted-authority.ts'
import { AuthorityClient } from './authority-client.ts'

const question = (name: string) => ({ ask: 'client', name, address: '192.0.2.1', csr: 'MAA=' }) as const

let authority: ScriptedAuthority
let client: AuthorityClient

beforeEach(async () => {
  authority = new ScriptedAuthority()
  client = new AuthorityClient({ socketPath: authority.socketPath, deadlineMs: 5000, maxInFlight: 100 })
  await authority.start()
})
afterEach(async () => {
  client.close()
  await authority.remove()
})

describe('AuthorityClient', () => {
  it('brings certificates and the status', async () => {
    expect(await client.sign(question('kubemaster-1'))).toBe('certificate for kubemaster-1\n')
    expect(await client.status()).toEqual(fakeStatus)
  })

  it('asks many at once on one connection, and takes answers in any order', async () => {
    const waiting: (() => void)[] = []
    authority.respond = (request, socket) => {
      const name = 'name' in request.question ? request.question.name : ''
      waiting.push(() => reply(socket, request, { certificate: name }))
      if (waiting.length === 50) for (const answer of waiting.reverse()) answer()
    }
    const names = Array.from({ length: 50 }, (_, index) => `kubemaster-${index}`)
    expect(await Promise.all(names.map((name) => client.sign(question(name))))).toEqual(names)
    expect(authority.connectionCount).toBe(1)
  })

  it('hands on what the authority refuses', async () => {
    authority.respond = (request, socket) =>
      reply(socket, request, { failure: { code: 'refused', message: 'the CN differs', hint: 'make another CSR' } })
    const { code, message, hint } = await refusalOf(client.sign(question('kubemaster-1')))
    expect([code, message, hint]).toEqual(['refused', 'the CN differs', 'make another CSR'])
  })

  it('says that the authority is absent, and reaches it once it is back', async () => {
    await authority.stop()
    const refusal = await refusalOf(client.status())
    expect(refusal.code).toBe('unavailable')
    expect(refusal.hint).toContain('systemctl status signet-authority')
    await authority.start()
    expect(await client.status()).toEqual(fakeStatus)
  })

  it('fails what waits when the authority dies, and connects again for the next', async () => {
    const { respond } = authority
    authority.respond = (_request, socket) => socket.destroy()
    const refusals = await Promise.all([refusalOf(client.status()), refusalOf(client.sign(question('kubemaster-1')))])
    expect(refusals.map(({ code }) => code)).toEqual(['unavailable', 'unavailable'])
    authority.respond = respond
    expect(await client.status()).toEqual(fakeStatus)
    expect(authority.connectionCount).toBe(2)
  })

  it('gives up on one question after its deadline, and drops an answer that comes later', async () => {
    const hasty = new AuthorityClient({ socketPath: authority.socketPath, deadlineMs: 30 })
    const late: (() => void)[] = []
    authority.respond = (request, socket) => {
      if (late.length === 0) late.push(() => reply(socket, request, { certificate: 'too late' }))
      else reply(socket, request, { certificate: 'in time' })
    }
    expect((await refusalOf(hasty.sign(question('kubemaster-1')))).code).toBe('try-later')
    late[0]?.()
    expect(await hasty.sign(question('kubemaster-2'))).toBe('in time')
    expect(authority.connectionCount).toBe(1)
    hasty.close()
  })

  it('refuses one question more than may wait', async () => {
    authority.respond = () => {}
    const waiting = Array.from({ length: 100 }, () => client.status().catch(() => {}))
    expect((await refusalOf(client.status())).code).toBe('try-later')
    client.close()
    await Promise.all(waiting)
  })

  it.each([
    ['is not JSON', 'nonsense\n'],
    ['has another shape', '{"id":1,"certificate":5}\n'],
    ['is too long', 'x'.repeat(70_000)],
  ])('closes the connection at a line that %s', async (_what, line) => {
    const { respond } = authority
    authority.respond = (_request, socket) => void socket.write(line)
    expect((await refusalOf(client.status())).code).toBe('unavailable')
    authority.respond = respond
    expect(await client.status()).toEqual(fakeStatus)
    expect(authority.connectionCount).toBe(2)
  })

  it('does not take a status for a certificate', async () => {
    authority.respond = (request, socket) => reply(socket, request, { status: fakeStatus })
    expect((await refusalOf(client.sign(question('kubemaster-1')))).code).toBe('unavailable')
  })
})
