import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { confirm } from './confirm.ts'

const asked = { question: 'Close joins?', command: 'signet joins close', yes: undefined }

it('goes on where root says yes, at the terminal or before', async () => {
  await confirm(asked, { confirm: async () => true })
  await confirm({ ...asked, yes: true }, { confirm: () => Promise.reject(new Error('it was asked')) })
})

it('changes nothing where root says no, or nobody is there to ask', async () => {
  expect(await refusalOf(confirm(asked, { confirm: async () => false }))).toMatchObject({ code: 'refused' })
  expect(await refusalOf(confirm(asked, { confirm: async () => undefined }))).toMatchObject({
    code: 'usage',
    hint: expect.stringContaining('signet joins close --yes'),
  })
})
