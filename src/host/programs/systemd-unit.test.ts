import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { RunProgram } from '../clock-sync.ts'
import { createSystemd } from './systemd-unit.ts'

function record(answers: Readonly<Record<string, string>> = {}) {
  const calls: string[] = []
  const run: RunProgram = async (command, args) => {
    calls.push([command, ...args].join(' '))
    return answers[args.at(-2) ?? ''] ?? ''
  }
  return { calls, systemd: createSystemd(run) }
}

it('says to systemctl what is to be done', async () => {
  const { calls, systemd } = record()
  await systemd.start('a.service')
  await systemd.launch('a.service')
  await systemd.restart('a.service')
  await systemd.stop('a.service')
  await systemd.enable('a.service')
  await systemd.disable('a.service')
  await systemd.reload()
  expect(calls).toEqual([
    'systemctl start a.service',
    'systemctl reset-failed a.service',
    'systemctl --no-block start a.service',
    'systemctl restart a.service',
    'systemctl stop a.service',
    'systemctl enable a.service',
    'systemctl disable a.service',
    'systemctl daemon-reload',
  ])
})

it.each([
  ['active', true],
  ['activating', true],
  ['reloading', true],
  ['inactive', false],
  ['failed', false],
  ['deactivating', false],
  ['', false],
])('a unit that is %s counts as running: %s', async (state, isActive) => {
  const run: RunProgram = async (_, args) => (args.includes('--property=ActiveState') ? `${state}\n` : '')
  expect(await createSystemd(run).isActive('a.service')).toBe(isActive)
})

it('a unit whose start waits for another job is about to run', async () => {
  const asked = (job: string) =>
    createSystemd(async (_, args) => (args.includes('--property=Job') ? `${job}\n` : 'inactive\n')).isActive(
      'a.service',
    )
  expect(await Promise.all([asked('4711'), asked('0'), asked('')])).toEqual([true, false, false])
})

it('a unit is enabled when systemd says so, and not when it does not know it', async () => {
  const answer = (state: string) => createSystemd(async () => `${state}\n`).isEnabled('a.service')
  expect(await Promise.all(['enabled', 'disabled', ''].map(answer))).toEqual([true, false, false])
})

it('what systemd refuses is a failure that names the unit and where its reasons are', async () => {
  const systemd = createSystemd(async () => {
    throw new Error('exit status 1')
  })
  const failure = await refusalOf(systemd.start('a.service'))
  expect(failure).toMatchObject({ code: 'configuration', message: 'systemd did not start a.service' })
  expect(failure.hint).toContain('journalctl -u a.service')
})

it('where systemd does not answer, what can be tried there is named', async () => {
  const systemd = createSystemd(async () => {
    throw new Error('System has not been booted with systemd as init system')
  })
  const failure = await refusalOf(systemd.isActive('a.service'))
  expect(failure).toMatchObject({ code: 'configuration', message: 'systemd does not answer on this host' })
  expect(failure.hint).toContain('signet sandbox')
})
