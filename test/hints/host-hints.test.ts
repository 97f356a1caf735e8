import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runInit } from '../../src/cli/host/init.ts'
import { memberOptions } from '../host/member-options.ts'
import { commandIn } from '../support/hints/said-hint.ts'
import { optionsOf, signetCalls } from '../support/hints/typed-line.ts'
import { TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'
import { shell } from '../support/shell/shell.ts'

let host: TestHost
beforeEach(async () => {
  host = await TestHost.create('127.0.0.45')
})
afterEach(() => host.remove())

const init = (change = {}) =>
  host.listen((streams) => runInit({ ...memberOptions(host), dryRun: true, ...change }, streams, host.world()))

describe('the hint of an init that is refused, typed, lets it go on', () => {
  it.each([
    'memberKey',
    'memberCertificate',
    'renewal',
    'standDown',
    'configuration',
    'caKey',
    'caCertificate',
  ] as const)('where a %s is in the way', async (file) => {
    const path = host.layout[file]
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, 'old')
    const { hint = '' } = await refusalOf(init())
    const typed = await shell(commandIn(hint, /: (mv .*)$/), { directory: host.root })
    expect(typed.status, typed.stderr).toBe(0)
    expect((await init()).stdout).toContain('CA')
  })

  it('where data of another member is in the way', async () => {
    mkdirSync(host.layout.dataDirectory, { recursive: true })
    const { hint = '' } = await refusalOf(init())
    const typed = await shell(commandIn(hint, /: (mv .*)$/), { directory: host.root })
    expect(typed.status, typed.stderr).toBe(0)
    expect((await init()).stdout).toContain('CA')
  })

  it('where a run with other arguments was interrupted: it is typed again, whole', async () => {
    const given = { ...memberOptions(host), name: 'etcd-other' }
    const run = `init --name=etcd-other --address=${host.address} --network=${given.network?.[0]} --endpoint=${given.endpoint} --client-lifetime=7h`
    mkdirSync(dirname(host.layout.progress), { recursive: true })
    writeFileSync(
      host.layout.progress,
      JSON.stringify({ arguments: run, started: ['make-ca'], done: [], isFinished: false }),
    )
    const { hint = '', message } = await refusalOf(init())
    expect(message).toContain('other arguments')
    const [words = []] = signetCalls(commandIn(hint, /: (signet .*)$/))
    expect(words[0]).toBe('init')
    expect((await init({ ...(await optionsOf(words)) })).stdout).toContain('CA')
  })
})
