import { describe, expect, it } from 'vitest'
import { describeWith } from '../support/shell/external-program.ts'
import { fuzzPure } from './fuzz-pure.ts'
import { fuzzSockets } from './fuzz-sockets.ts'
import { fuzzSsh } from './fuzz-ssh.ts'
import { judgeCsr } from './judge-csr.ts'
import { pureTargets } from './pure-targets.ts'
import { readCorpus } from './read-corpus.ts'
import { buildSignedCsr } from './signed-csr.ts'

const soon = (ms: number): number => Date.now() + ms

describe.each(pureTargets)('the fuzzing target $name', ({ corpus, run }) => {
  it.each(readCorpus(corpus))('takes or refuses $name of the corpus, and does nothing else', ({ bytes }) => {
    run(bytes)
  })
})

describeWith('openssl', 'the corpus of CSRs', () => {
  const csrs = readCorpus('csr')
    .filter(({ name }) => !name.startsWith('refused-'))
    .map(({ name, bytes }) => ({ name, der: bytes }))
  const signed = readCorpus('csr-body')
    .filter(({ name }) => !/^(another-key|found)/.test(name))
    .map(({ name, bytes }) => ({ name: `signed ${name}`, der: buildSignedCsr(bytes) }))

  it.each([...csrs, ...signed])('is accepted by us and by the judges: $name', async ({ der }) => {
    expect(pureTargets[0]?.run(der)).toBe(true)
    expect(await judgeCsr(der)).toEqual([])
  })
})

describe('the fuzzer', () => {
  it('finds nothing in the pure targets, and asks the same for the same seed', () => {
    const runs = [1, 2].map(() => {
      const accepted: string[] = []
      const onAccepted = (_: unknown, bytes: Buffer): void => void accepted.push(bytes.toString('hex'))
      return { accepted, ...fuzzPure({ seed: 'test', cases: 3000, untilMs: soon(50_000), onAccepted }) }
    })
    expect(runs[0]?.findings).toEqual([])
    expect(runs[0]?.accepted.length).toBeGreaterThan(10)
    expect(runs[1]?.accepted).toEqual(runs[0]?.accepted)
  })

  it('finds nothing in the sockets of authority and relay', async () => {
    const { defects, connections, answers } = await fuzzSockets({ seed: 'test', cases: 192, untilMs: soon(50_000) })
    expect(defects).toEqual([])
    expect(connections).toBe(192)
    expect(answers).toBeGreaterThan(10)
  })

  it('finds nothing in the SSH front, before and after the log-in', async () => {
    const { defects, beforeLogin, afterLogin, answers } = await fuzzSsh({
      seed: 'test',
      cases: 96,
      untilMs: soon(50_000),
    })
    expect(defects).toEqual([])
    expect([beforeLogin, afterLogin, answers]).toEqual([32, 64, 8])
  })
})
