import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { parseAt } from '../diagnosis/parse-at.ts'
import { parseConfig } from '../host/signet-config.ts'
import { parseSandboxOptions } from '../sandbox/sandbox-options.ts'
import { parseSetupAnswers } from '../setup/setup-file.ts'
import { parseSignerSettings } from '../setup/signer/signer-settings.ts'
import { durationForm, parseDurationSeconds } from './duration.ts'

const network = ['127.0.0.0/8']

/** Every place where a duration is typed or written. */
const typed: readonly (readonly [place: string, (text: string) => unknown])[] = [
  ['renew --wait', (text) => parseDurationSeconds(text, '--wait')],
  ['doctor --at', (text) => parseAt(`+${text}`, 0)],
  ['init --client-lifetime', (text) => parseSignerSettings({ clientLifetime: text, network }, '127.0.0.1')],
  ['sandbox --client-lifetime', (text) => parseSandboxOptions({ members: '1', clientLifetime: text, network })],
]
const written: readonly (readonly [place: string, (text: string) => unknown])[] = [
  ['signet.yaml', (text) => parseConfig(`controlPlaneNetworks: [127.0.0.0/8]\nlifetimes: { client: ${text} }`, 'f')],
  ['a file of answers', (text) => parseSetupAnswers('init', `clientLifetime: ${text}`, 'f')],
]
const wrong = ['1w', '24', '0h', '24H', '24 h', '1.5h', '1h30m', '-1h', '24hours', '1y']

describe('a duration', () => {
  it.each(typed)('of %s has one grammar, and is refused with 64', async (_place, parse) => {
    for (const text of ['60s', '90m', '24h', '7d']) expect(() => parse(text)).not.toThrow()
    for (const text of wrong) {
      const failure = await refusalOf(() => parse(text))
      expect(failure, text).toMatchObject({ code: 'usage', message: expect.stringContaining(`"${text}"`) })
      expect(failure.hint, text).toContain(durationForm)
    }
  })

  it.each(written)('of %s has the same, and is refused with 78', (_place, parse) => {
    for (const text of ['60s', '90m', '24h', '7d']) expect(() => parse(text)).not.toThrow()
    for (const text of wrong) {
      const failure = syncRefusalOf(() => parse(text))
      expect(failure, text).toMatchObject({ code: 'configuration', hint: expect.stringContaining(durationForm) })
    }
  })
})
