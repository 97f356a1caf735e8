// Fuzzes everything that takes bytes from strangers: npm run fuzz -- --cases N --seconds S --seed X
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Finding, fuzzPure } from './fuzz-pure.ts'
import { fuzzSockets } from './fuzz-sockets.ts'
import { fuzzSsh } from './fuzz-ssh.ts'
import { judgeCsr } from './judge-csr.ts'
import { corpusFile } from './read-corpus.ts'
import { buildSignedCsr } from './signed-csr.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000000' },
    seconds: { type: 'string', default: '30' },
    judge: { type: 'string', default: '100' },
    seed: { type: 'string', default: `${Date.now()}` },
  },
})
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const [cases, seconds, seed] = [Number(values.cases), Number(values.seconds), values.seed]
// Of the time, for the socket protocols and for SSH.
const [socketShare, sshShare] = [0.1, 0.35]
const sshCasesOfPure = 0.005
const judgedCsrs = Number(values.judge)

print(`seed ${seed}, at most ${cases} cases and ${seconds} s`)
const startedMs = Date.now()
const accepted = new Map<string, Buffer>()
let acceptedCount = 0
const pure = fuzzPure({
  seed,
  cases,
  untilMs: startedMs + seconds * 1000 * (1 - sshShare - socketShare),
  onAccepted: ({ name }, bytes) => {
    acceptedCount += 1
    const der = name === 'csr' ? bytes : name === 'signed-csr' ? buildSignedCsr(bytes) : undefined
    if (der !== undefined && accepted.size < judgedCsrs) accepted.set(bytes.toString('base64'), der)
  },
})
const total = [...pure.casesByTarget.values()].reduce((sum, count) => sum + count, 0)
for (const [name, count] of pure.casesByTarget) print(`${name}: ${count} cases`)
print(`pure: ${total} cases in ${Math.round((Date.now() - startedMs) / 1000)} s, ${acceptedCount} accepted`)
pure.findings.forEach(save)

let disagreements = 0
for (const der of accepted.values()) {
  const objections = await judgeCsr(der)
  if (objections.length > 0) {
    disagreements += 1
    print(`accepted by us, not by others: ${der.toString('hex')}\n  ${objections.join('; ')}`)
  }
}
print(`${accepted.size} accepted CSRs judged by openssl and @peculiar/x509, ${disagreements} of them refused`)

const sockets = await fuzzSockets({
  seed,
  cases: Math.ceil(cases * sshCasesOfPure),
  // Judging may have taken longer than foreseen.
  untilMs: Date.now() + seconds * 1000 * socketShare,
})
print(`sockets of authority and relay: ${sockets.connections} connections, ${sockets.answers} answers, all in form`)
const ssh = await fuzzSsh({ seed, cases: Math.ceil(cases * sshCasesOfPure), untilMs: startedMs + seconds * 1000 })
const growth = Math.round(ssh.peakGrowthBytes / 1e6)
print(
  `ssh: ${ssh.beforeLogin} before and ${ssh.afterLogin} after the log-in (${ssh.packets} packets), ${ssh.answers} calls of others answered within a second, at most ${growth} MB more`,
)
const defects = [...sockets.defects, ...ssh.defects]
for (const defect of defects) print(defect instanceof Error ? (defect.stack ?? '') : String(defect))

if (pure.findings.length + disagreements + defects.length > 0) {
  print(`found something; again: npm run fuzz -- --cases ${cases} --seconds ${seconds} --seed ${seed}`)
  process.exitCode = 1
}

// Into the corpus, where the tests take it up.
function save({ target, corpus, bytes, error }: Finding): void {
  const name = `found-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`
  writeFileSync(corpusFile(corpus, name), bytes)
  print(`${target}: ${corpusFile(corpus, name)}\n  ${error instanceof Error ? error.stack : String(error)}`)
}
