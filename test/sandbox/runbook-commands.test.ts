import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { ownMain } from '../support/shell/own-program.ts'

const checkout = join(import.meta.dirname, '../..')
const runbook = readFileSync(join(checkout, 'docs/RUNBOOK.md'), 'utf8')
const sandbox = new SandboxFixture()

/** What happens on a master, with the exit statuses that a command may end with there. */
const sections: readonly (readonly [heading: string, statuses: readonly number[]])[] = [
  ['## Give a master its certificate', [0]],
  ['### Without Signet, with stock tools', [0]],
  ['## Set up kubeadm with this etcd', [0]],
  ['## Renew', [0]],
  ['### Renew with stock tools', [0]],
  ['## See how things are', [0]],
  // 1: an etcd of Debian is one that kubeadm refuses. In 36 hours the certificate will have expired, unless it is renewed.
  ['## Find out what is wrong', [0, 1, 2]],
]

/** The commands of a section, as an operator would paste them. */
function commandsOf(heading: string): readonly string[] {
  return blocksOf(heading, 'sh').flatMap(splitCommands)
}

function blocksOf(heading: string, language: string): readonly string[] {
  const start = runbook.indexOf(`\n${heading}\n`)
  const [section = ''] = runbook.slice(start + heading.length + 1).split(/\n##+ /, 1)
  return section
    .split('```')
    .flatMap((block) => (block.startsWith(`${language}\n`) ? [block.slice(language.length + 1)] : []))
}

/** One command each: a block in which lines go on, or set what others use, is one. */
function splitCommands(block: string): readonly string[] {
  return /&&$|^\w+=/m.test(block) ? [block] : block.trim().split('\n')
}

/** Programs of this name before all others, that know where a sandbox has what a host has at its usual place. */
function putInFront(name: string, script: string): void {
  const file = join(sandbox.workspace, 'bin', name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
}

/** What watches ends with the status of Ctrl-C, and that is well. */
const untilCtrlC = 'timeout --preserve-status --signal=INT 3 $&; [ $? = 130 ]'

let pin = ''

describe.skipIf(findEtcd() === undefined)('the commands of the RUNBOOK for a master', () => {
  beforeAll(async () => {
    await sandbox.start()
    mkdirSync(join(sandbox.workspace, 'bin'))
    const config = join(sandbox.directory, 'ssh_config')
    putInFront('ssh', `PATH=\${PATH#*:} exec ssh -F '${config}' "$@"`)
    putInFront(
      'signet',
      `case "$*" in *--signer-ip*) set -- "$@" --ssh-config '${config}' ;; esac
      case "$1" in request) set -- "$@" --name kubemaster-1 ;; esac
      PATH=\${PATH#*:} exec '${process.execPath}' '${ownMain}' "$@" --dir '${sandbox.workspace}/pki'`,
    )
    const [ownFile = ''] = blocksOf('## Set up kubeadm with this etcd', 'yaml')
    writeFileSync(join(sandbox.workspace, 'my-kubeadm.yaml'), ownFile)
    const status = await sandbox.run('ssh -F sandbox/ssh_config signer@leader get-status')
    pin = JSON.parse(status.stdout).ca.pin
  }, 60_000)
  afterAll(() => sandbox.stop())

  it.each(sections)(
    '%s run as they stand',
    async (heading, statuses) => {
      const commands = commandsOf(heading)
      expect(commands.length).toBeGreaterThan(0)
      for (const command of commands) {
        const typed = command.replaceAll('LEADER', 'signer').replace(/\bPIN\b/, pin)
        const { status, stdout, stderr } = await sandbox.run(
          `PATH="${sandbox.workspace}/bin:$PATH"; ${typed.replace(/^signet .*--watch$/, untilCtrlC)}`,
        )
        expect(statuses, `${typed}\n${stdout}${stderr}`).toContain(status)
      }
    },
    60_000,
  )

  it('give kubeadm the file that the RUNBOOK has, with the etcd of the sandbox in it', () => {
    const [ownFile = ''] = blocksOf('## Set up kubeadm with this etcd', 'yaml')
    const merged = parseYaml(readFileSync(join(sandbox.workspace, 'kubeadm.yaml'), 'utf8'))
    expect(merged).toMatchObject(parseYaml(ownFile))
    expect(merged.etcd.external).toMatchObject({
      endpoints: [expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/)],
      keyFile: join(sandbox.workspace, 'pki/client.key'),
    })
    expect(Object.keys(merged.etcd)).toEqual(['external'])
  })
})

it('ends by saying what to read, and who alone changes how signing works', () => {
  const [, last = ''] = runbook.split('\n## Before you escalate\n')
  expect(last.trim().replace(/\s+/g, ' ')).toMatch(
    /^Read \[SECURITY\.md\]\(SECURITY\.md\) before you escalate\. Changes to how signing works .* are root's edits of `signet\.yaml` .*nothing else/,
  )
})
