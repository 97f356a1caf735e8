// The SSH clients of both Debian releases against the embedded front, whatever this machine has installed; and the programs that
// OPERATIONS copies snapshots with, against servers on this machine.
// Arguments go to vitest: npm run test:interop -- -t dropbear
import { spawn } from 'node:child_process'
import { checkoutDir, pinnedNode } from './set-up/checkout.mjs'
import { dyingWithParent } from './set-up/dying-with-parent.mjs'
import { ensureVersitygwOfGo } from './set-up/other-versions/built-of-go.mjs'
import { ensureDebianPrograms } from './set-up/other-versions/debian-programs.mjs'
import { SetUpError, say } from './set-up/progress.mjs'

const releases = ['bookworm', 'trixie']
const packages = [
  'openssh-client',
  'dropbear-bin',
  'putty-tools',
  'python3',
  'python3-paramiko',
  'python3-asyncssh',
  'ssh-audit',
]
const files = { ssh: 'usr/bin/ssh', dbclient: 'usr/bin/dbclient', plink: 'usr/bin/plink', python3: 'usr/bin/python3' }

try {
  const found = []
  for (const release of releases) {
    found.push(`${release}=${await ensureDebianPrograms({ name: `clients-${release}`, release, packages, files })}`)
  }
  const s3 = await ensureVersitygwOfGo()
  process.exitCode = await runVitest({ ...process.env, SIGNET_INTEROP: found.join(':'), SIGNET_S3_SERVER: s3 ?? '' })
} catch (error) {
  if (!(error instanceof SetUpError)) throw error
  say(error.message)
  process.exitCode = error.exitStatus
}

function runVitest(env) {
  const vitest = `${checkoutDir}/node_modules/vitest/vitest.mjs`
  const args = [vitest, 'run', '--config', 'test/interop/vitest.config.ts', ...process.argv.slice(2)]
  const command = dyingWithParent(pinnedNode, args)
  const child = spawn(command.file, command.args, { cwd: checkoutDir, env, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
}
