import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HintedClient } from '../support/hints/hinted-client.ts'
import { commandIn, saidHint } from '../support/hints/said-hint.ts'
import { describeWith } from '../support/shell/external-program.ts'
import type { ShellResult } from '../support/shell/shell.ts'

const client = new HintedClient()
let count = 0

/** A first request, with more options, as somebody types it; in a directory that is not there yet. */
function request(options = '', before = ''): Promise<ShellResult> {
  count += 1
  return client.type(`${before} signet request --signer-ip=${client.place} --dir=new-${count} ${options}`)
}

describeWith('ssh', 'what is wrong with the ssh of this host', () => {
  beforeAll(async () => {
    await client.start()
    const write = (name: string, text: string): void => writeFileSync(join(client.base, name), text)
    write('wrong', 'Bogus yes\n')
    write('half', 'Host leader\n  Port none\n')
    mkdirSync(join(client.base, 'without'))
    mkdirSync(join(client.base, 'forbidden'))
    write('forbidden/ssh', '#!/bin/sh\n')
  }, 60_000)
  afterAll(() => client.stop())

  it.each(['wrong', 'half'])('is not blamed on the network: the configuration %s', async (name) => {
    const { status, stderr } = await request(`--ssh-config=${name}`)
    expect([status, stderr]).toEqual([
      78,
      expect.stringMatching(/^signet: error: ssh does not accept its configuration/),
    ])
    const command = commandIn(saidHint(stderr), /: (ssh -G .*)$/)
    const typed = await client.type(command)
    expect(typed.stderr).toMatch(new RegExp(`${name}.*line [12]`))
    const mended = await client.type(`: > ${name}; ${command}`)
    expect(mended.status, mended.stderr).toBe(0)
    expect((await request(`--ssh-config=${name}`)).status).toBe(0)
  })

  it('is not blamed on the network: a configuration that is not there', async () => {
    const { status, stderr } = await request('--ssh-config=nowhere')
    expect([status, stderr]).toEqual([
      78,
      expect.stringMatching(/^signet: error: the ssh configuration \S+ is not there/),
    ])
    await client.type(': > mine')
    const fill = { IP: client.place, FILE: 'mine' }
    const typed = await client.type(commandIn(saidHint(stderr), /: (signet request .*)$/, fill))
    expect(typed.status, typed.stderr).toBe(0)
  })

  it('is not blamed on the network: a configuration that is a directory', async () => {
    const { status, stderr } = await request('--ssh-config=without')
    expect([status, stderr]).toEqual([78, expect.stringMatching(/^signet: error: \S+ cannot be read/)])
    expect((await client.type(commandIn(saidHint(stderr), /: (ls .*)$/))).stdout).not.toBe('')
  })

  it('is not passed over: a list of host keys that cannot be read, in which a changed one would be seen', async () => {
    const directory = client.newDirectory()
    await client.type('rm known_hosts; mkdir known_hosts', directory)
    const { status, stderr } = await client.renew(directory)
    expect([status, stderr]).toEqual([78, expect.stringMatching(/^signet: error: .*known_hosts cannot be read/)])
    const typed = await client.type(commandIn(saidHint(stderr), /: (ls .*)$/))
    expect(typed.status, typed.stderr).toBe(0)
  })

  it('keeps nobody from looking at a signer who may not read the list, and writes nothing down', async () => {
    const directory = client.newDirectory()
    await client.type('rm known_hosts; mkdir known_hosts', directory)
    const place = `127.0.0.1 --port=${client.signer.port}`
    const { stdout } = await client.type(`signet status --dir="${directory}" --signer-ip=${place} --json`)
    expect(JSON.parse(stdout).findings).toContainEqual(expect.objectContaining({ check: 'signer', level: 'well' }))
  })

  it('is named: no ssh at all', async () => {
    const { status, stderr } = await request('', 'PATH="$PWD/bin:$PWD/without"')
    expect([status, stderr]).toEqual([78, expect.stringContaining('signet: error: ssh is not installed')])
    expect(saidHint(stderr)).toBe('apt install openssh-client')
  })

  it('is named: an ssh that may not be run', async () => {
    const { status, stderr } = await request('', 'PATH="$PWD/bin:$PWD/forbidden"')
    expect([status, stderr]).toEqual([78, expect.stringContaining('signet: error: ssh cannot be started')])
    const typed = await client.type(`PATH="$PWD/forbidden:$PATH"; ${commandIn(saidHint(stderr), /: (whereis .*?);/)}`)
    expect(typed.stdout).toContain(`${client.base}/forbidden/ssh`)
  })
})

describeWith('ssh', 'what a signer is called by', () => {
  const other = new HintedClient()
  beforeAll(() => other.start(), 60_000)
  afterAll(() => other.stop())

  it('is called by hand as it was called: what the hint says gets the same failure, from ssh itself', async () => {
    const { stderr } = await other.type(
      'signet request --signer-ip=127.0.0.1 --port=1 --name=kubemaster-1 --dir=x --dry-run',
    )
    expect(stderr).toContain('refuses the connection')
    const typed = await other.type(commandIn(saidHint(stderr), /by hand: (.*)$/))
    expect([typed.status, typed.stderr]).toEqual([255, expect.stringContaining('Connection refused')])
  })

  it('has another host key, which is forgotten as the hint says, in a directory with a hard name', async () => {
    const directory = other.newDirectory()
    const request = `signet request --signer-ip=${other.place} --dir="${directory}"`
    await other.signer.stop()
    await other.signer.start('another-host-key')
    const { status, stderr } = await other.type(request)
    expect([status, stderr]).toEqual([77, expect.stringContaining('is not the remembered one')])
    const typed = await other.type(commandIn(saidHint(stderr), /: (ssh-keygen .*)$/))
    expect(typed.status, typed.stderr).toBe(0)
    const again = await other.type(request)
    expect(again.status, again.stderr).toBe(0)
  })
})
