import { spawn, spawnSync } from 'node:child_process'

const nobody = 65_534
const asNobody = ['--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups']

/** Another account of this host, which attacks: uid and gid of `nobody`. */
export const otherAccount = { uid: nobody, gid: nobody } as const

/** Whether a test can be root and another account by turns; says so where it cannot. */
export function canBeTwoAccounts(title: string): boolean {
  const isPossible = process.getuid?.() === 0 && spawnSync('setpriv', [...asNobody, 'true']).status === 0
  if (!isPossible) process.stderr.write(`skipped: ${title} (only root can act as two accounts, with setpriv)\n`)
  return isPossible
}

/** Runs lines of `sh` as the other account, which must be able to do what they do. */
export function asOtherAccount(script: string, directory: string): void {
  const { status, stderr } = spawnSync('setpriv', [...asNobody, 'sh', '-euc', script], { cwd: directory })
  if (status !== 0) throw new Error(`the attack could not be prepared: ${stderr}`)
}

/** Starts lines of `sh` as the other account, and returns what ends them. */
export function startAsOtherAccount(script: string, directory: string): () => void {
  const attacker = spawn('setpriv', [...asNobody, '--pdeathsig', 'KILL', 'sh', '-c', script], {
    cwd: directory,
    stdio: 'ignore',
  })
  return () => void attacker.kill('SIGKILL')
}
