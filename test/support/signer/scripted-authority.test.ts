import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseAuthorityAnswer } from '../../../src/protocol/authority-message.ts'
import { ScriptedAuthority } from './scripted-authority.ts'
import { askAuthority, clientQuestion, TestAuthority } from './test-authority.ts'

const scripted = new ScriptedAuthority()
const real = new TestAuthority()

beforeAll(async () => {
  await scripted.start()
  await real.start()
})
afterAll(async () => {
  await scripted.remove()
  await real.remove()
})

it('tells a status as a real authority does', async () => {
  const [ours] = await askAuthority(scripted.socketPath, { ask: 'status' })
  const [theirs] = await askAuthority(real.socketPath, { ask: 'status' })
  expect(parseAuthorityAnswer(JSON.stringify(ours))).toEqual(ours)
  const fieldsOf = (answer: typeof ours) => Object.keys(answer !== undefined && 'status' in answer ? answer.status : {})
  expect(fieldsOf(ours).sort()).toEqual(fieldsOf(theirs).sort())
})

it('answers every other question with a certificate, which only the name makes different', async () => {
  const before = scripted.requests.length
  const questions = ['kubemaster-1', 'kubemaster-2'].map((name) => clientQuestion(name))
  const answers = await askAuthority(scripted.socketPath, ...questions)
  expect(answers.map((answer) => parseAuthorityAnswer(JSON.stringify(answer)))).toEqual([
    { id: 0, certificate: 'certificate for kubemaster-1\n' },
    { id: 1, certificate: 'certificate for kubemaster-2\n' },
  ])
  expect(scripted.requests.slice(before).map(({ question }) => question)).toEqual(questions)
})

it('hangs up on a line that is no question, as a real authority does', async () => {
  for (const { socketPath } of [scripted, real]) {
    const socket = connect(socketPath)
    socket.write('nonsense\n')
    expect(await text(socket)).toBe('')
  }
})

it('hangs up on everybody when it stops, and starts again at the same place, as a real authority does', async () => {
  for (const authority of [scripted, real]) {
    const socket = connect(authority.socketPath)
    await new Promise((resolve) => socket.once('connect', resolve))
    const ended = text(socket)
    await authority.stop()
    expect(await ended).toBe('')
    await expect(askAuthority(authority.socketPath, { ask: 'status' })).rejects.toThrow(/ENOENT|ECONNREFUSED/)
    await authority.start()
    expect(await askAuthority(authority.socketPath, { ask: 'status' })).toHaveLength(1)
  }
})
