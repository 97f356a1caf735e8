import { describe, expect, it } from 'vitest'
import { describeWith } from '../../test/support/shell/external-program.ts'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { openssl } from '../../test/support/x509/openssl.ts'
import { createTestCa } from '../../test/support/x509/test-ca.ts'
import { certificatePin, parsePin } from './certificate-pin.ts'

const { der } = createTestCa().certificate
const pin = certificatePin(der)

describe('a pin', () => {
  it('is SHA256: and 64 upper-case digits', () => {
    expect(pin).toMatch(/^SHA256:[0-9A-F]{64}$/)
    expect(parsePin(pin)).toBe(pin)
  })

  it('may be typed with colons and in lower case', () => {
    const colons = `SHA256:${(pin.slice(7).match(/../g) ?? []).join(':')}`
    expect(parsePin(colons)).toBe(pin)
    expect(parsePin(pin.toLowerCase())).toBe(pin)
  })

  it.each([
    '',
    'SHA256:',
    pin.slice(7),
    pin.slice(0, -1),
    `${pin}0`,
    `${pin}\n`,
    ` ${pin}`,
    pin.replace('SHA256', 'SHA1'),
    `${pin.slice(0, -1)}G`,
    `${pin.slice(0, 10)}:${pin.slice(10)}`,
    `SHA256:${'ı'.repeat(64)}`,
  ])('is refused as %j', (text) => {
    const error = syncRefusalOf(() => parsePin(text))
    expect(error.code).toBe('usage')
    expect(error.message).toBe('the pin is not SHA256: and 64 hexadecimal digits')
  })
})

describeWith('openssl', 'a pin, against openssl,', () => {
  it('is the fingerprint that openssl prints, without colons', () => {
    const said = openssl(['x509', '-inform', 'DER', '-noout', '-fingerprint', '-sha256'], der).toString()
    expect(pin).toBe(`SHA256:${said.trim().split('=')[1]?.replaceAll(':', '')}`)
  })
})
