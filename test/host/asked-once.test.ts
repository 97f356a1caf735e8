import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInit } from '../../src/cli/host/init.ts'
import { runJoin } from '../../src/cli/host/join.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'
import { memberOptions } from './member-options.ts'

const etcd = findEtcd()
const timeoutMs = 60_000

describe.skipIf(etcd === undefined)('what a join asks of its signer, with the real daemons and a real etcd', () => {
  let signer: TestHost
  let other: TestHost
  let joining: TestHost
  let certificateWord = ''

  beforeAll(async () => {
    signer = await TestHost.create('127.0.0.48', etcd?.path)
    other = await TestHost.create('127.0.0.50', etcd?.path)
    joining = await TestHost.create('127.0.0.49', etcd?.path)
    certificateWord = `etcd-2=${joining.address}`
    for (const host of [signer, other])
      await host.listen((streams) => runInit(memberOptions(host), streams, host.world()))
  }, 2 * timeoutMs)
  afterAll(async () => {
    for (const host of [joining, other, signer]) await host.remove()
  })

  const joinAs = (world: HostWorld) => {
    const options = { signerIp: signer.address, port: `${signer.embeddedPort}`, address: [joining.address] }
    return joining.listen((streams) => runJoin({ ...options, name: 'etcd-2' }, streams, world))
  }

  /** From the count-th call with this word on another signer, with a CA of its own, answers in its place. */
  function replacedAt(word: string, count = 1): HostWorld {
    const real = joining.world()
    let seen = 0
    return {
      ...real,
      ask: async (asked, said, input) => {
        if (said === word) seen += 1
        const place = seen < count ? {} : { address: other.address, port: other.embeddedPort }
        return real.ask({ ...asked, ...place }, said, input)
      },
    }
  }

  /** The words that are said to the signer and the files that are read, in this order. */
  function listening(world: HostWorld) {
    const words: string[] = []
    const read: string[] = []
    const { ask, files } = world
    const heard: HostWorld = {
      ...world,
      ask: async (asked, word, input) => {
        words.push(word)
        return ask(asked, word, input)
      },
      files: {
        ...files,
        read: async (path) => {
          read.push(path)
          return files.read(path)
        },
      },
    }
    return { world: heard, words, timesRead: (path: string) => read.filter((one) => one === path).length }
  }

  const filesOfRuns = (): Readonly<Record<string, string>> => {
    const { 'root/setup.log': _log, 'var/lib/signet-client/known_hosts': _hosts, ...rest } = joining.files()
    return rest
  }

  it.each([
    ['the CA is fetched', () => 'get-trust'],
    ['the members are asked for', () => 'get-peers'],
    ['the certificate is obtained', () => certificateWord],
  ])(
    'refuses another signer that answers in its place from when %s, and leaves nothing',
    { timeout: timeoutMs },
    async (_, word) => {
      const before = filesOfRuns()
      expect(await refusalOf(joinAs(replacedAt(word())))).toMatchObject({ code: 'refused' })
      expect(filesOfRuns()).toEqual(before)
    },
  )

  it('is asked again for the members alone, where it did not tell them', { timeout: timeoutMs }, async () => {
    const before = filesOfRuns()
    const { world, words } = listening(joining.world())
    const ask: HostWorld['ask'] = async (asked, word, input) => {
      const answer = await world.ask(asked, word, input)
      if (word !== 'get-peers') return answer
      throw new SignetError('unavailable', 'etcd of the signer is away')
    }
    const failure = await refusalOf(joinAs({ ...world, ask }))
    expect(failure).toMatchObject({ code: 'unavailable', message: 'etcd of the signer is away' })
    expect(words).toEqual(['get-status', 'get-trust', 'get-peers', certificateWord, 'get-peers'])
    const log = readFileSync(joining.layout.setupLog, 'utf8')
    expect(log).toContain('warning: the members are not known: etcd of the signer is away')
    expect(filesOfRuns()).toEqual(before)
  })

  it('ends before anything is changed where another run has begun while the signer was asked', async () => {
    const { progress, setupDirectory, memberKey } = joining.layout
    const real = joining.world()
    const other = { arguments: 'join', started: ['fetch-ca', 'make-key', 'add-learner'], done: [], isFinished: false }
    const ask: HostWorld['ask'] = async (asked, word, input) => {
      await real.files.makeDirectory(setupDirectory, { mode: 0o700 })
      await real.files.write(progress, JSON.stringify(other), { mode: 0o600 })
      await real.files.makeDirectory(dirname(memberKey), { mode: 0o755 })
      await real.files.write(memberKey, 'the key of that run', { mode: 0o600 })
      return real.ask(asked, word, input)
    }
    expect(await refusalOf(joinAs({ ...real, ask }))).toMatchObject({ code: 'try-later' })
    expect(readFileSync(memberKey, 'utf8')).toBe('the key of that run')
    expect(JSON.parse(readFileSync(progress, 'utf8'))).toEqual(other)
    for (const file of [progress, memberKey]) await real.files.remove(file)
  })

  it('is each thing once, and how far an earlier run came is read once', { timeout: timeoutMs }, async () => {
    const eachOnce = ['get-status', 'get-trust', 'get-peers', certificateWord, certificateWord]
    const certificate = (): string => readFileSync(joining.layout.memberCertificate, 'utf8')
    const interrupted = listening(replacedAt(certificateWord, 2))
    // It votes by then: the run is left to be made again, and nothing of the other CA is installed.
    const failure = await refusalOf(joinAs(interrupted.world))
    expect(failure).toMatchObject({ code: 'refused', message: expect.stringContaining('votes already') })
    expect(interrupted.words).toEqual(eachOnce)
    expect(interrupted.timesRead(joining.layout.progress)).toBe(1)
    const shortLived = certificate()
    const continued = listening(joining.world())
    await joinAs(continued.world)
    expect(continued.words).toEqual(eachOnce)
    expect(continued.timesRead(joining.layout.progress)).toBe(1)
    expect(certificate()).not.toBe(shortLived)
  })

  it('leaves the CA, what renewing needs with the members of by then, and the policy that was told', () => {
    const { renewal, caCertificate } = joining.layout
    const read = (path: string): string => readFileSync(path, 'utf8')
    const urlOf = ({ address, place }: TestHost): string => `https://${address}:${place.etcdPorts.client}`
    // etcd lists its members by ids that nobody chose.
    expect(JSON.parse(read(renewal)).endpoints.toSorted()).toEqual([signer, joining].map(urlOf).toSorted())
    const policy = { networks: ['127.0.0.0/8'], members: {} }
    expect(JSON.parse(read(join(dirname(renewal), 'policy.json')))).toMatchObject({ signer: signer.address, policy })
    expect(read(caCertificate)).toBe(read(signer.layout.caCertificate))
  })
})
