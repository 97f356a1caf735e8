import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { version } from '../../src/core/version.ts'

const scratch = mkdtempSync(join(tmpdir(), 'signet-executable-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const executable = join(inject('packages'), 'signet')

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}, command = executable) {
  return spawnSync(command, args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', ...env }, cwd: scratch })
}

function readElf(option: string): string {
  return execFileSync('readelf', ['--wide', option, executable], { encoding: 'utf8', maxBuffer: 1e8 })
}

/** The highest version of a library's symbols that the executable asks for, as a number. */
function highest(text: string, prefix: string): number {
  const versions = [...text.matchAll(new RegExp(`\\b${prefix}_([0-9]+(?:\\.[0-9]+)+)\\b`, 'g'))]
  const numbers = versions.map(([, found = '']) =>
    found.split('.').reduce((sum, part, index) => sum + Number(part) / 1000 ** index, 0),
  )
  return Math.max(...numbers)
}

describe('the executable', () => {
  it('needs the C and the C++ library, and nothing else', () => {
    const needed = [...readElf('--dynamic').matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name = '']) => name)
    const glibc = /^(libc|libm|libdl|libpthread|ld-linux-x86-64)\.so\.\d+$/
    // libgcc_s is a part of the compiler's run time, which libstdc++ depends on.
    expect(needed.filter((name) => !glibc.test(name)).toSorted()).toEqual(['libgcc_s.so.1', 'libstdc++.so.6'])
  })

  it('asks for no symbol that is younger than those of Debian 12', () => {
    const symbols = readElf('--version-info')
    expect(highest(symbols, 'GLIBC')).toBeGreaterThan(2)
    expect(highest(symbols, 'GLIBC')).toBeLessThanOrEqual(2.036)
    expect(highest(symbols, 'GLIBCXX')).toBeLessThanOrEqual(3.00403)
  })

  it('runs alone in an empty directory, from a copy', () => {
    const copy = join(scratch, 'copy')
    copyFileSync(executable, copy)
    expect(run(['version'], {}, copy)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
    expect(run(['--help'], {}, copy).stdout).toContain('Usage: signet')
  })

  it('heeds no NODE_OPTIONS', () => {
    const trace = join(scratch, 'trace')
    const script = join(scratch, 'script.cjs')
    writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(trace)}, '')`)
    const env = { NODE_OPTIONS: `--require=${script}` }
    expect(run(['version'], env)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
    expect(run(['status', '--help'], env).status).toBe(0)
    expect(existsSync(trace)).toBe(false)
    // The control: it is one that Node itself heeds.
    spawnSync(process.execPath, ['-e', '0'], { env })
    expect(existsSync(trace)).toBe(true)
  })

  it.each(['--eval=process.exit(9)', '--require=/x.cjs', '--inspect', '--print=1'])(
    'takes no option of Node: %s',
    (option) => {
      expect(run([option])).toMatchObject({ status: 64, stdout: '' })
      expect(run([option, 'version'])).toMatchObject({ status: 64, stdout: '' })
    },
  )

  it('is the relay under the name of the login shell, whatever its arguments', () => {
    const shell = join(scratch, 'signet-relay')
    symlinkSync(executable, shell)
    for (const args of [[], ['-c', 'version'], ['version'], ['--help']]) {
      const { status, stdout, stderr } = run(args, {}, shell)
      expect([status, stdout]).toEqual([64, ''])
      expect(stderr).toMatch(/^signet: error: the relay is started by sshd/)
    }
  })
})
