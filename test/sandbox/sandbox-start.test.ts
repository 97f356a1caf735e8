import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathWithTools, SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { ownMain } from '../support/shell/own-program.ts'

let sandbox: SandboxFixture

beforeEach(() => {
  sandbox = new SandboxFixture()
})

afterEach(() => sandbox.stop())

/** An etcd that knows its version and then does what is said, in front of the real one on PATH. */
function pathOfEtcdThat(does: string): string {
  const folder = join(sandbox.workspace, 'bin')
  const answer = 'etcd Version: 3.5.21\\nGit SHA: a17edfd\\nGo Version: go1.23.7\\nGo OS/Arch: linux/amd64\\n'
  const script = `#!/bin/sh\nif [ "$1" = --version ]; then printf '${answer}'; exit 0; fi\n${does}\n`
  mkdirSync(folder)
  writeFileSync(join(folder, 'etcd'), script)
  chmodSync(join(folder, 'etcd'), 0o755)
  return `${folder}${delimiter}${pathWithTools}`
}

// With /proc alone: a small Debian has no pgrep.
const untilChildSleeps = `until [ -s child ]; do sleep 0.1
        grep -ls "^PPid:[[:space:]]*$pid$" /proc/[0-9]*/status | xargs -r grep -ls '^Name:[[:space:]]*sleep' | cut -d/ -f3 > child
      done`

describe('a sandbox whose etcd never serves', () => {
  it('ends promptly at Ctrl-C and leaves no process behind', async () => {
    // A parent that waits, so that the sandbox is signalled as by a terminal, and its children are looked for.
    const line = `PATH='${pathOfEtcdThat('exec sleep 600 # "$@"')}' ; export PATH
      ${process.execPath} ${ownMain} sandbox --dir sandbox 2> said & pid=$!
      ${untilChildSleeps}
      date +%s%N > from; kill -INT $pid; wait $pid; echo status $?; date +%s%N > until
      kill -0 $(cat child) 2>&1 | grep -c 'such process'
      echo $(( ($(cat until) - $(cat from)) / 1000000 ))`
    const { stdout } = await sandbox.run(line)
    const [status, gone, elapsedMs] = stdout.trim().split('\n')
    expect([status, gone]).toEqual(['status 0', '1'])
    expect(Number(elapsedMs)).toBeLessThan(6000)
  })
})

describe('a sandbox that cannot start', () => {
  const start = `${process.execPath} ${ownMain} sandbox`
  const fatal = `echo '{"level":"fatal","msg":"boom","error":"no space left on device"}'; exit 1`

  it('says why, as etcd tells it, and keeps its directory', async () => {
    const { status, stdout, stderr } = await sandbox.run(`PATH='${pathOfEtcdThat(fatal)}' ${start} --dir sandbox`)
    expect([status, stdout]).toEqual([69, ''])
    expect(stderr).toContain(
      'signet: error: etcd-1 did not start: "boom: no space left on device" [unavailable, status 69]\n',
    )
    expect(stderr).toContain(`signet: hint: read ${sandbox.directory}/logs/etcd-1.log\n`)
    expect(stderr).toContain('failed, undoing it (etcd-1 did not start: "boom: no space left on device")')
    expect(stderr).not.toContain('the run was interrupted')
  })

  it('leaves nothing but the log that it names where its directory was to be removed', async () => {
    const temporary = join(sandbox.workspace, 'tmp')
    mkdirSync(temporary)
    const { status, stderr } = await sandbox.run(`TMPDIR=${temporary} PATH='${pathOfEtcdThat(fatal)}' ${start}`)
    expect(status).toBe(69)
    const [, log = ''] = /^signet: hint: read (.+)$/m.exec(stderr) ?? []
    expect(readFileSync(log, 'utf8')).toContain('boom')
    expect(
      readdirSync(temporary, { recursive: true }).filter((name) => !/(^|\/)logs(\/|$)/.test(`${name}`)),
    ).toHaveLength(1)
  })

  it('says which package is missing where there is no etcd, before it starts anything', async () => {
    const temporary = join(sandbox.workspace, 'tmp')
    mkdirSync(temporary)
    const { status, stdout, stderr } = await sandbox.run(`TMPDIR=${temporary} PATH=/nowhere ${start}`)
    expect([status, stdout]).toEqual([78, ''])
    expect(stderr).toMatch(
      /^signet: error: etcd is not installed \[configuration, status 78\]\nsignet: hint: apt install etcd-server; /,
    )
    expect(readdirSync(temporary)).toEqual([])
  })

  it('runs the etcd that is named and not the one on PATH, and refuses a directory without any', async () => {
    pathOfEtcdThat(fatal)
    const named = await sandbox.run(`PATH='${pathWithTools}' ${start} --dir sandbox --etcd bin`)
    expect(named.status).toBe(69)
    expect(named.stderr).toContain('etcd-1 did not start: "boom: no space left on device"')
    const none = await sandbox.run(`PATH='${pathWithTools}' ${start} --dir other --etcd /`)
    expect([none.status, none.stderr]).toEqual([78, expect.stringContaining('there is no etcd in "/"')])
  })

  it('leaves nothing behind when it is killed with SIGKILL', async () => {
    const temporary = join(sandbox.workspace, 'tmp')
    mkdirSync(temporary)
    const line = `TMPDIR=${temporary} PATH='${pathOfEtcdThat('exec sleep 600 # "$@"')}' ; export TMPDIR PATH
      ${start} 2> said & pid=$!
      ${untilChildSleeps}
      kill -KILL $pid; wait $pid; echo status $?`
    expect((await sandbox.run(line)).stdout).toBe('status 137\n')
    await sandbox.until(() => readdirSync(temporary).length === 0)
  })
})
