import { expect, it } from 'vitest'
import { createFakeWorld, unavailable } from '../../../test/support/signer/fake-endpoint-world.ts'
import { fakeStatus } from '../../../test/support/signer/scripted-authority.ts'
import { answerCall } from '../answer-call.ts'
import type { EndpointWorld, TrustedCa } from '../endpoint-world.ts'

const issuing: TrustedCa = { pem: 'issuing\n', pin: fakeStatus.pin }
const old: TrustedCa = { pem: 'old\n', pin: 'SHA256:00' }
const older: TrustedCa = { pem: 'older\n', pin: 'SHA256:11' }

function ask(command: string, cas: readonly TrustedCa[], authority?: Partial<EndpointWorld['authority']>) {
  const { world } = createFakeWorld({ readCaCertificates: async () => cas })
  const changed = { ...world, authority: { ...world.authority, ...authority } }
  return answerCall({ command, address: '192.0.2.1', readInput: async () => Buffer.alloc(0) }, changed)
}

it('get-trust answers every CA of the file, the one that signs first, and get-certificate that one alone', async () => {
  for (const cas of [
    [issuing, old, older],
    [old, issuing, older],
    [old, older, issuing],
  ]) {
    expect(await ask('get-trust', cas)).toMatchObject({ exitStatus: 0, stdout: 'issuing\nold\nolder\n', stderr: '' })
    expect(await ask('get-certificate', cas)).toMatchObject({ exitStatus: 0, stdout: 'issuing\n' })
  }
})

it('both answer the one CA that there is, while the authority is down too', async () => {
  for (const word of ['get-trust', 'get-certificate']) {
    expect(await ask(word, [old], { status: unavailable })).toMatchObject({ exitStatus: 0, stdout: 'old\n' })
  }
})

it('of several none is called the one that signs while the authority cannot tell', async () => {
  for (const word of ['get-trust', 'get-certificate']) {
    expect(await ask(word, [old, issuing], { status: unavailable })).toMatchObject({ exitStatus: 69, stdout: '' })
  }
})

it('a file without the CA that signs is a fault of the configuration', async () => {
  for (const cas of [[], [old, older]]) {
    const answer = await ask('get-trust', cas)
    expect(answer).toMatchObject({ exitStatus: 78, stdout: '' })
    expect(answer.stderr).toContain("the CA that signs is not in the signer's CA file")
  }
})
