// The cluster tests against every etcd: those in ETCD_BINARY_DIR=dir[:dir...], or else the machine's own, Debian 13's
// and, where Go is at hand, 3.6 and 3.7. Some long suites take turns at the etcds, the longest are left out, and what is killed at
// every moment is killed at every seventh. With --all each runs with every etcd and at every moment, and the ladder from 3.4 to
// 3.7 by `signet etcd use`, for which 3.5's newest patch is built.
// Other arguments go to vitest: npm run test:etcd -- -t join
import { findEtcds, findLadder } from './test-etcd/find-etcds.mjs'
import { runSuite } from './test-etcd/run-suite.mjs'

const { etcds, absent } = await findEtcds(process.env.ETCD_BINARY_DIR)
const wantsAll = process.argv.includes('--all')
const args = process.argv.slice(2).filter((arg) => arg !== '--all')
const ladder = wantsAll ? await findLadder(etcds) : undefined
if (wantsAll && ladder === undefined)
  absent.push('from one version to the next: not every minor version is here, or no Go')
const results = []
for (const [index, etcd] of etcds.entries()) {
  results.push(await runSuite(etcd, { args, index, count: etcds.length, ladder, wantsAll }))
}

const sum = (name) => results.reduce((total, result) => total + result[name], 0)
process.stdout.write('\n')
for (const { version, dir, passed, failed, skipped, seconds } of results) {
  process.stdout.write(
    `etcd ${version} (${dir}): ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s\n`,
  )
}
for (const reason of absent) process.stdout.write(`not run: ${reason}\n`)
if (!wantsAll)
  process.stdout.write(
    'not run without --all: from one version to the next; the longest suites; a kill at every moment\n',
  )
process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`)
// On this project's own machines a version that was not run is a failure.
const isIncomplete = absent.length > 0 && process.env.CI !== undefined
process.exitCode = results.every(({ isGood }) => isGood) && results.length > 0 && !isIncomplete ? 0 : 1
