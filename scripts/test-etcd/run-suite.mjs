import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkoutDir, pinnedNode } from '../set-up/checkout.mjs'
import { dyingWithParent } from '../set-up/dying-with-parent.mjs'

/** What is run with each etcd, by how its path begins. */
export const suite = ['test/etcd', 'test/host/init-from', 'test/sandbox/cluster', 'test/sandbox/ipv6']
/** What takes minutes and does not depend on etcd's version: once. */
export const slowSuite = [
  'test/host/killed-',
  'test/host/interrupted-',
  'test/host/etcd-use-cut-off',
  'test/hints',
  'test/cli/hanging-parts',
  'test/metrics/rule-thresholds',
  'test/sandbox/snapshot-drill',
]
/** What goes by etcd's version and takes long: one etcd each, in turn; with --all each with every etcd. */
const spreadSuite = [
  'test/etcd/recover.slow.test.ts',
  'test/etcd/rejoin.slow.test.ts',
  'test/etcd/drill-disturbed.slow.test.ts',
]
/** What takes minutes each, with --all alone. */
const longSuite = [
  'test/etcd/recover-survivors.slow.test.ts',
  'test/etcd/recover-afterwards.slow.test.ts',
  'test/host/killed-rejoin.slow.test.ts',
  'test/host/interrupted-init-from.slow.test.ts',
]
const vitest = `${checkoutDir}/node_modules/vitest/vitest.mjs`

/** Runs the cluster tests with one etcd; what vitest says goes to standard error. */
export async function runSuite({ dir, version }, { args, index, count, ladder, wantsAll }) {
  const isFirst = index === 0
  const others = wantsAll ? [] : [...longSuite, ...spreadSuite.filter((_, turn) => turn % count !== index)]
  process.stderr.write(`\n== etcd ${version} (${dir})\n`)
  const workspace = mkdtempSync(join(tmpdir(), 'signet-test-etcd-'))
  const report = join(workspace, 'report.json')
  const startedMs = performance.now()
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const files = isFirst ? [...slowSuite, ...suite] : suite
    const status = await run([vitest, 'run', ...files, ...reporters, ...args], {
      dir,
      others,
      wantsAll,
      ladder: isFirst ? ladder : undefined,
    })
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = readReport(report)
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    return { dir, version, passed, failed, skipped, seconds, isGood: status === 0 && passed > 0 }
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
}

function run(args, { dir, others, wantsAll, ladder }) {
  // The sandbox takes the etcd of PATH, the other tests that of ETCD_BINARY_DIR.
  const env = { ...process.env, SIGNET_SLOW_TESTS: '1', ETCD_BINARY_DIR: dir, PATH: `${dir}:${process.env.PATH}` }
  // vitest.config.ts leaves them out: what its command line leaves out is not left out of projects.
  env.SIGNET_LEFT_OUT = others.join(',')
  // Killed at each moment, and not at every seventh.
  if (wantsAll) env.SIGNET_EVERY_KILL = '1'
  // From one version to the next, once.
  if (ladder !== undefined) env.SIGNET_ETCD_LADDER = ladder
  const { file, args: line } = dyingWithParent(pinnedNode, args)
  const child = spawn(file, line, { cwd: checkoutDir, env, stdio: ['ignore', 2, 2] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 }
  }
}
