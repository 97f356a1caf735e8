import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { SignetError } from '../../core/signet-error.ts'
import { formatPem } from '../../x509/pem.ts'
import { fetchIssuingCa, readIssuingCa } from './fetch-issuing-ca.ts'
import type { Signer } from './signer.ts'

const signer: Signer = { address: '192.0.2.11', knownHostsFile: '/dev/null', hostKeyPolicy: 'remember' }
const [one, two] = [1, 2].map((byte) => formatPem('CERTIFICATE', Buffer.alloc(90, byte))) as [string, string]
const statement = one.replaceAll('CERTIFICATE', 'SIGNET STATEMENT 1')

describe('the CA that a signer issues with', () => {
  it('is the first of what get-trust answers, whatever a later version puts behind it', () => {
    for (const answer of [one, one + two, one + two + statement, `${one}${two}`.replaceAll('\n', '\r\n')]) {
      expect(readIssuingCa(answer)).toBe(one)
    }
  })

  it.each([
    ['a banner', `Welcome\n${one}`],
    ['text between', `${one}and\n${two}`],
    ['text at the end', `${one}bye\n`],
    ['nothing', ''],
    ['something else first', statement + one],
    ['a block that breaks off', `${one}${two.slice(0, 60)}`],
    ['labels that differ', one.replace('END CERTIFICATE', 'END X')],
    ['blocks without end', two.repeat(17)],
  ])('is not read out of %s', (_what, answer) => {
    expect(syncRefusalOf(() => readIssuingCa(answer))).toMatchObject({ code: 'bad-data', hint: expect.anything() })
  })

  it('is asked for by get-certificate of a signer that does not know get-trust', async () => {
    const asked: string[] = []
    const ask = async (_: Signer, word: string): Promise<string> => {
      asked.push(word)
      if (word === 'get-trust') throw new SignetError('usage', 'unknown word "get-trust"')
      return one
    }
    expect(await fetchIssuingCa(signer, { ask })).toBe(one)
    expect(asked).toEqual(['get-trust', 'get-certificate'])
  })

  it.each(['unavailable', 'try-later', 'configuration', 'refused'] as const)(
    'is not asked for again after %s',
    async (code) => {
      const ask = async (): Promise<string> => Promise.reject(new SignetError(code, 'no'))
      await expect(fetchIssuingCa(signer, { ask })).rejects.toMatchObject({ code })
    },
  )
})
