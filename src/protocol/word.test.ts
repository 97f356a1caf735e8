import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../core/signet-error.ts'
import { isMasterName, isMemberName } from './names.ts'
import { parseWord } from './word.ts'

function refusal(command: string): SignetError {
  try {
    parseWord(command)
  } catch (error) {
    if (error instanceof SignetError) return error
  }
  throw new Error(`${JSON.stringify(command)} was not refused`)
}

// A naive judge of <id>, character by character.
const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
function isId(text: string): boolean {
  const characters = [...text]
  const inner = `${alphanumeric}-_`
  return (
    text.length >= 1 &&
    text.length <= 52 &&
    characters.every((character) => inner.includes(character)) &&
    alphanumeric.includes(characters.at(0) ?? '!') &&
    alphanumeric.includes(characters.at(-1) ?? '!')
  )
}

describe('parseWord', () => {
  it('understands every word of the contract', () => {
    for (const question of [
      'get-certificate',
      'get-trust',
      'get-peers',
      'get-topology',
      'get-status',
      'help',
    ] as const) {
      expect(parseWord(question)).toEqual({ kind: 'plain', word: question })
    }
    expect(parseWord('kubemaster-1')).toEqual({ kind: 'client', name: 'kubemaster-1' })
    expect(parseWord('etcd-2=192.0.2.7')).toEqual({ kind: 'member', name: 'etcd-2', address: '192.0.2.7' })
    expect(parseWord('etcd-2=2001:DB8:0::1')).toEqual({ kind: 'member', name: 'etcd-2', address: '2001:db8::1' })
  })

  it('takes --help for help', () => {
    expect(parseWord('--help')).toEqual({ kind: 'plain', word: 'help' })
  })

  it('knows no command, and one of blanks, for what it is', () => {
    for (const command of [undefined, '', '  ', '\t ']) expect(parseWord(command)).toEqual({ kind: 'none' })
  })

  it.each([
    'KUBEMASTER-1',
    'kubemaster-',
    'kubemaster',
    `kubemaster-${'a'.repeat(54)}`,
    'kubemaster-1.example.com',
    'kubemaster-1\n',
    'kubemaster-1\nget-peers',
    'kubemaster-"1"',
    "kubemaster-1'",
    'kubemaster-1;id',
    'kubemaster-1 kubemaster-2',
    'kubemaster--1-',
    'kubemaster-é',
    'etcd-1',
    'etcd-1=',
    'etcd-1=example.com',
    'etcd-1=192.0.2.1/24',
    'etcd-1=fe80::1%eth0',
    'etcd-=192.0.2.1',
    'ETCD-1=192.0.2.1',
    'get-peers now',
    'GET-PEERS',
    '/bin/sh',
    'signet-endpoint',
    'x'.repeat(100_000),
  ])('refuses %j as usage with a hint', (command) => {
    const error = refusal(command)
    expect(error.code).toBe('usage')
    expect(error.exitStatus).toBe(64)
    expect(error.hint).toBeDefined()
  })

  it('never repeats hostile text raw', () => {
    const { message } = refusal(`\u001b[2Jkubemaster-1\nsignet: error: forged${'A'.repeat(200)}`)
    expect(message).toMatch(/^[\x20-\x7e]+$/)
    expect(message.length).toBeLessThan(200)
  })

  it('takes exactly the ids that a naive reading of the contract takes', () => {
    const character = fc.constantFrom(...`${alphanumeric}-_. \n"=\u00e9`)
    fc.assert(
      fc.property(fc.array(character, { maxLength: 54 }), (characters) => {
        const id = characters.join('')
        expect(isMasterName(`kubemaster-${id}`)).toBe(isId(id))
        expect(isMemberName(`etcd-${id}`)).toBe(isId(id))
      }),
    )
  })
})
