import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { toolsDir } from '../set-up/checkout.mjs'
import { findProgram, isExecutable } from '../set-up/find-program.mjs'
import { ensureEtcdOfGo, ensureEtcdutlOfGo } from '../set-up/other-versions/built-of-go.mjs'
import { ensureEtcdOfDebian13 } from '../set-up/other-versions/etcd-of-debian-13.mjs'
import { SetUpError } from '../set-up/progress.mjs'

/** Every etcd to test with, oldest first, one a version; and why others are not there. */
export async function findEtcds(given) {
  if (given !== undefined) return { etcds: given.split(':').filter(Boolean).map(describe), absent: [] }
  const etcds = [describe(findOwnDir())]
  const absent = []
  const sources = [
    ['3.5', ensureEtcdOfDebian13, 'no apt'],
    ['3.6', () => ensureWithEtcdutl('3.6'), 'no Go on this machine'],
    ['3.7', () => ensureWithEtcdutl('3.7'), 'no Go on this machine'],
  ]
  for (const [minor, ensure, lack] of sources) {
    if (etcds.some(({ version }) => version.startsWith(`${minor}.`))) continue
    const dir = await ensure().catch(reasonOf)
    if (typeof dir === 'string') etcds.push(describe(dir))
    else absent.push(`etcd ${minor}: ${dir?.message ?? lack}`)
  }
  return { etcds, absent }
}

/**
 * One etcd of each minor version, oldest first, each of which may follow the one before: of 3.5 the newest patch, since Debian's is one
 * that 3.6 must not follow. As SIGNET_ETCD_LADDER has it; undefined where not all can be had here.
 */
export async function findLadder(etcds) {
  const newest35 = await ensureEtcdOfGo('3.5').catch(reasonOf)
  if (typeof newest35 !== 'string') return undefined
  const others = etcds.filter(({ version }) => !version.startsWith('3.5.')).map(({ dir }) => dir)
  const dirs = [...others.slice(0, 1), newest35, ...others.slice(1)]
  return others.length === 3 ? dirs.join(':') : undefined
}

/** What restores snapshots is in a directory beside it, where the tests look for it. */
async function ensureWithEtcdutl(minor) {
  const dir = await ensureEtcdOfGo(minor)
  if (dir !== undefined) await ensureEtcdutlOfGo(minor)
  return dir
}

function reasonOf(error) {
  if (error instanceof SetUpError) return error
  throw error
}

/** The machine's own, on PATH or unpacked into the cache: set-up has seen to it that there is one. */
function findOwnDir() {
  const program = [findProgram('etcd'), `${toolsDir}/bin/etcd`].find((file) => file && isExecutable(file))
  if (!program) throw new SetUpError('there is no etcd on this machine: install etcd-server')
  return dirname(program)
}

function describe(dir) {
  const said = execFileSync(`${dir}/etcd`, ['--version'], { encoding: 'utf8' })
  return { dir, version: /^etcd Version: (\S+)/m.exec(said)?.[1] ?? 'of no known version' }
}
