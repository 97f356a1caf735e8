import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathWithTools, SandboxFixture } from '../support/sandbox-fixture.ts'

let sandbox: SandboxFixture

beforeEach(() => {
  sandbox = new SandboxFixture()
})

afterEach(() => sandbox.stop())

/** An etcd that starts and never serves, in front of the real one on PATH. */
function hangingEtcdPath(): string {
  const folder = join(sandbox.workspace, 'bin')
  const answer = 'etcd Version: 3.5.21\\nGit SHA: a17edfd\\nGo Version: go1.23.7\\nGo OS/Arch: linux/amd64\\n'
  const script = `#!/bin/sh\nif [ "$1" = --version ]; then printf '${answer}'; exit 0; fi\nexec sleep 600 # "$@"\n`
  mkdirSync(folder)
  writeFileSync(join(folder, 'etcd'), script)
  chmodSync(join(folder, 'etcd'), 0o755)
  return `${folder}${delimiter}${pathWithTools}`
}

describe('a sandbox whose etcd never serves', () => {
  it('ends promptly at Ctrl-C and leaves no process behind', async () => {
    // A parent that waits, so that the sandbox is signalled as by a terminal, and its children are looked for.
    const line = `PATH='${hangingEtcdPath()}' ; export PATH
      ${process.execPath} ${join(import.meta.dirname, '../../src/cli/main.ts')} sandbox --dir sandbox 2> said & pid=$!
      while ! pgrep -P $pid -x sleep > child; do sleep 0.1; done
      date +%s%N > from; kill -INT $pid; wait $pid; echo status $?; date +%s%N > until
      kill -0 $(cat child) 2>&1 | grep -c 'such process'
      echo $(( ($(cat until) - $(cat from)) / 1000000 ))`
    const { stdout } = await sandbox.run(line)
    const [status, gone, elapsedMs] = stdout.trim().split('\n')
    expect([status, gone]).toEqual(['status 0', '1'])
    expect(Number(elapsedMs)).toBeLessThan(6000)
  })
})
