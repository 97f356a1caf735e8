import { expect, it } from 'vitest'
import { systemClock } from '../../core/clock.ts'
import { localFiles } from '../../host/files/local-files.ts'
import { askEndpoints } from './ask-endpoints.ts'

const signer = { address: '192.0.2.1', knownHostsFile: '/dev/null', hostKeyPolicy: 'strict' } as const

it.each([
  ['more URLs than a cluster has', Array.from({ length: 65 }, (_, index) => `https://192.0.2.1:${2000 + index}`)],
  ['what is no URL', ['https://192.0.2.1:2379/path']],
])('takes no members from %s, told by the signer or by etcd, and says so', async (_, urls) => {
  const warnings: string[] = []
  const answer = `${urls.join('\n')}\n`
  const world = {
    ask: async () => answer,
    files: localFiles,
    clock: systemClock,
    onWarning: (text: string) => void warnings.push(text),
  }
  expect(await askEndpoints(signer, world)).toBeUndefined()
  expect(
    await askEndpoints(signer, { ...world, ask: () => Promise.reject(new Error('asked')) }, answer),
  ).toBeUndefined()
  expect(warnings).toHaveLength(2)
  for (const warning of warnings)
    expect(warning).toMatch(/^the members are not known: the signer's answer to get-peers/)
})
