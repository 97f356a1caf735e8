import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { newProgress } from '../run/run-progress.ts'
import { type AdoptFacts, planAdopt } from './plan-adopt.ts'

const facts: AdoptFacts = {
  name: 'etcd-2',
  address: '192.0.2.12',
  arguments: 'adopt --network=192.0.2.0/24',
  progress: undefined,
  settings: { networks: ['192.0.2.0/24'], clientLifetime: '24h', embeddedPort: undefined },
  hasCaKey: false,
  hasConfiguration: false,
  configurationFile: '/etc/signet/signet.yaml',
  answeringSigner: undefined,
}
const interrupted = { ...newProgress(facts.arguments), started: ['install-key'] }

it('a member that has no CA key becomes the signer', () => {
  const { steps, warnings } = planAdopt(facts)
  expect(steps.map(({ id }) => id)).toEqual([
    'install-key',
    'write-signet-configuration',
    'start-authority',
    'start-endpoint',
    'renew-here',
  ])
  expect(warnings).toEqual([])
})

it('an interrupted adoption goes on, though key and configuration are there already', () => {
  expect(planAdopt({ ...facts, progress: interrupted, hasCaKey: true, hasConfiguration: true }).steps).toHaveLength(5)
})

it('a signer that still answers is named', () => {
  expect(planAdopt({ ...facts, answeringSigner: '192.0.2.11' }).warnings.join()).toContain('answers at 192.0.2.11')
})

it.each<[string, Partial<AdoptFacts>, string]>([
  ['the signer', { hasCaKey: true }, 'etcd-2 is the signer already'],
  [
    'the signer that adopted',
    { hasCaKey: true, progress: { ...interrupted, isFinished: true } },
    'etcd-2 is the signer already',
  ],
  [
    'other arguments',
    { progress: { ...interrupted, arguments: 'adopt' } },
    'an interrupted adoption with other arguments is not finished',
  ],
])('refuses %s', async (_, change, message) => {
  expect(await refusalOf(() => planAdopt({ ...facts, ...change }))).toMatchObject({ code: 'refused', message })
})

it.each<[string, Partial<AdoptFacts>, RegExp]>([
  ['a configuration that is not ours', { hasConfiguration: true }, /signet\.yaml exists/],
  ['no network', { settings: { ...facts.settings, networks: [] } }, /cannot be told from 192\.0\.2\.12/],
])('refuses %s until it is put right', async (_, change, message) => {
  const failure = await refusalOf(() => planAdopt({ ...facts, ...change }))
  expect(failure).toMatchObject({ code: 'configuration', message: expect.stringMatching(message) })
})
