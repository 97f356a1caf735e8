import { expect, it } from 'vitest'
import { failureTable, isFailureCode } from './failure-code.ts'
import { formatFailureLines, withoutFailureCode } from './failure-lines.ts'
import { SignetError } from './signet-error.ts'

const codes = Object.keys(failureTable).filter(isFailureCode)

it('prints what was wrong, the code by which the RUNBOOK is sorted, its exit status, and what to type', () => {
  const failure = new SignetError('refused', 'the name is held', { hint: 'choose another' })
  expect(formatFailureLines(failure)).toBe(
    'signet: error: the name is held [refused, status 77]\nsignet: hint: choose another\n',
  )
})

it.each(codes)('takes the code %s out of a line again, and nothing of the message', (code) => {
  const message = 'the CSR is not strict DER: it ends early (byte 7) [so it is]'
  const [line = ''] = formatFailureLines(new SignetError(code, message)).split('\n')
  expect(withoutFailureCode(line)).toBe(`signet: error: ${message}`)
})

it('leaves a line of an older signer, without a code, as it is', () => {
  expect(withoutFailureCode('etcd does not answer')).toBe('etcd does not answer')
})
