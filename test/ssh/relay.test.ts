import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerCall } from '../../src/endpoint/answer-call.ts'
import { type RelayFront, startRelayFront } from '../../src/endpoint/relay-front/relay-server.ts'
import { ownMain } from '../support/shell/own-program.ts'
import { type ClientInput, type ClientResult, runClient } from '../support/shell/run-client.ts'
import { defaultRelayLimits } from '../support/signer/default-limits.ts'
import { createFakeWorld } from '../support/signer/fake-endpoint-world.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-relay-'))
const socketPath = join(directory, 'relay.sock')
let front: RelayFront

beforeAll(async () => {
  const { world } = createFakeWorld()
  const listen = (server: Server) => new Promise<void>((resolve) => server.listen(socketPath, resolve))
  front = await startRelayFront({
    listen,
    answer: (call) => answerCall(call, world),
    refusals: world.refusals,
    describeCounts: () => '[]',
    limits: defaultRelayLimits,
  })
})
afterAll(async () => {
  await front.close()
  rmSync(directory, { recursive: true })
})

const connection = '192.0.2.7 50000 192.0.2.1 22'

function relay(command: string | undefined, options: ClientInput = {}): Promise<ClientResult> {
  const env = { SSH_CONNECTION: connection, SSH_ORIGINAL_COMMAND: command, ...options.env }
  return runClient(process.execPath, [ownMain, 'relay', `--socket=${socketPath}`], { ...options, env })
}

it('answers a word that reads no input while standard input stays open', async () => {
  expect(await relay('get-peers', { input: 'open' })).toEqual({
    status: 0,
    stdout: 'https://192.0.2.1:2379\n',
    stderr: '',
  })
})

it('answers no command with usage on standard error alone, and 64', async () => {
  for (const command of [undefined, '', ' ']) {
    const { status, stdout, stderr } = await relay(command)
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr).toContain('usage: ssh signer@LEADER WORD')
  }
})

it('hands on standard input', async () => {
  expect(await relay('kubemaster-1', { input: 'MAA=' })).toEqual({ status: 0, stdout: 'certificate\n', stderr: '' })
})

it.each([
  ['too much input', 'kubemaster-1', 'A'.repeat(1_000_000), 65],
  ['a command of many lines', 'get-peers\nsignet: forged\n', '', 64],
  ['a command that a shell would run', '$(touch /tmp/x); get-peers', '', 64],
  ['sftp, as OpenSSH hands it on', '/usr/lib/openssh/sftp-server', '', 64],
  ['scp, as OpenSSH hands it on', 'scp -t /tmp', '', 64],
  ['a command of 100,000 characters', 'x'.repeat(100_000), '', 64],
])('refuses %s', async (_what, command, input, status) => {
  const result = await relay(command, { input })
  expect(result).toMatchObject({ status, stdout: '' })
  expect(result.stderr).toMatch(/^signet: error: [ -~]+\nsignet: hint: [ -~]+\n$/)
})

it('is refused from outside the networks', async () => {
  const env = { SSH_CONNECTION: '198.51.100.1 50000 192.0.2.1 22' }
  expect(await relay('get-peers', { env })).toMatchObject({ status: 77, stdout: '' })
})

it('as a login shell relays and nothing else, whatever its arguments', async () => {
  for (const argv0 of ['-signet-relay', 'signet-relay']) {
    // bash's exec -a, since a process cannot choose its own argv[0].
    const script = `exec -a ${argv0} ${process.execPath} ${ownMain} version`
    const result = await runClient('bash', ['-c', script], { env: { SSH_CONNECTION: '' } })
    expect(result).toMatchObject({ status: 64, stdout: '' })
    expect(result.stderr).toContain('the relay is started by sshd')
  }
})

it('says 69 where no endpoint answers', async () => {
  const args = [ownMain, 'relay', '--socket=/nonexistent/relay.sock']
  const result = await runClient(process.execPath, args, { env: { SSH_CONNECTION: connection } })
  expect(result).toMatchObject({ status: 69, stdout: '' })
})
