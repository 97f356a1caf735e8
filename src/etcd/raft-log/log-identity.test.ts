import { expect, it } from 'vitest'
import { parseLogIdentity } from './log-identity.ts'

it('reads ids of 64 bits, and nothing of what is no such record', () => {
  const record = Buffer.from('08cd9a93a3a2c19fcf8e0110b8d2a4e8d0dfcfa12c', 'hex')
  expect(parseLogIdentity(record)?.memberId).toHaveLength(16)
  expect(parseLogIdentity(Buffer.from('08011002', 'hex'))).toEqual({
    memberId: '0000000000000001',
    clusterId: '0000000000000002',
  })
  for (const bytes of ['', '08', '0801', '080110', '10010802', '08ffffffffffffffffffffff10'])
    expect(parseLogIdentity(Buffer.from(bytes, 'hex'))).toBeUndefined()
})
