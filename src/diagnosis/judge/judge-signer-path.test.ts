import { describe, expect, it } from 'vitest'
import type { Signer } from '../../client/ask/signer.ts'
import { inspectSignerPath, type SignerPathWorld } from '../inspect/inspect-signer-path.ts'
import { judgeSignerPath } from './judge-signer-path.ts'

const signer: Signer = { address: 'signer', knownHostsFile: '/known_hosts', hostKeyPolicy: 'report' }

function failing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code }))
}

async function walk(change: Partial<SignerPathWorld> = {}) {
  const world: SignerPathWorld = {
    resolveAddress: async () => ({ host: 'signer.example', port: 22 }),
    lookUp: async () => undefined,
    connectTcp: async () => undefined,
    ...change,
  }
  const path = await inspectSignerPath(signer, world)
  return judgeSignerPath(path, { authority: undefined }).map(({ check, level, what }) => [check, level, what])
}

describe('judgeSignerPath', () => {
  it('finds nothing wrong where the name resolves and TCP works', async () => {
    expect((await walk()).map(([, level]) => level)).toEqual(['well', 'well'])
  })

  it('does not look an address up', async () => {
    const resolveAddress = async () => ({ host: '192.0.2.1', port: 22 })
    expect((await walk({ resolveAddress, lookUp: failing('ENOTFOUND') }))[0]?.[1]).toBe('well')
  })

  it('tells of a name that does not resolve, and that the port was not tried', async () => {
    expect(await walk({ lookUp: failing('ENOTFOUND') })).toEqual([
      ['signer-name', 'attention', expect.stringContaining('signer.example of the signer does not resolve')],
      ['signer-tcp', 'unknown', expect.stringContaining('not tried')],
    ])
  })

  it.each(['ECONNREFUSED', 'ETIMEDOUT'])('tells of a port that ends in %s', async (code) => {
    expect((await walk({ connectTcp: failing(code) }))[1]).toEqual([
      'signer-tcp',
      'attention',
      expect.stringContaining(code),
    ])
  })

  it('says so where ssh does not tell the address', async () => {
    expect(await walk({ resolveAddress: failing('ENOENT') })).toEqual([['signer-name', 'unknown', expect.any(String)]])
  })
})
