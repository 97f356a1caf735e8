import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** Where "leader" may stand besides "Raft leader" and names with `raftLeader`, and why. */
const allowed: readonly (readonly [why: string, where: RegExp, what: RegExp])[] = [
  ['a placeholder in commands: `ssh signer@LEADER` is what masters script', /./, /\bLEADER\b/g],
  ["the sandbox's host in ssh_config, as its users type it", /./, /\bsigner@leader\b|\bHost leader\b/g],
  ["etcd's own sentences", /^src\/(etcd|cluster)\/|^test\/support\/etcd\//, /\b(?:no|not|with|previous) leader\b/g],
  ["etcd's own sentences", /^src\/etcd\//, /\bleader changed\b/g],
  ["etcd's own metric", /^src\/etcd\//, /\betcd_server_has_leader\b/g],
  ["etcd's own call and field", /^src\/etcd\//, /\bmaintenance\.moveLeader\b|\{ leader: raftLeader\b/g],
  ["etcd's own protocol, generated", /^src\/etcd\/rpc\/rpc(?:_pb\.ts|\.proto)$/, /leader/gi],
]

const raftLeader = /\bRaft leaders?\b|raftLeader|RaftLeader|\braft-leader\b/g

/** What the host with ca.key must not be called, in one line of a file. */
function findLeader(file: string, line: string): readonly string[] {
  const rest = allowed
    .filter(([, where]) => where.test(file))
    .reduce((text, [, , what]) => text.replaceAll(what, ''), line)
  return /leader/i.test(rest.replaceAll(raftLeader, '')) ? [`${file}: ${line.trim()}`] : []
}

/** The account is "the account signer", in documents "the account `signer`": alone the word is the host. */
const accountMiscalled = [
  /\bsigner (?:account|user)\b/i,
  /\buser `?signer\b/,
  /\b(?:as|becomes?|becoming|lets?|admits?|keeps|shuts) `signer`/,
  /\b(?:becomes?|becoming|(?:runs?|starts|in|anything|code) as) signer\b/,
]
const withoutBackticks = /(?<!"[^"]*)\baccount signer\b/

function findAccount(file: string, line: string): readonly string[] {
  const patterns = file.endsWith('.md') ? [...accountMiscalled, withoutBackticks] : accountMiscalled
  return patterns.some((pattern) => pattern.test(line)) ? [`${file}: ${line.trim()}`] : []
}

function readLines(find: (file: string, line: string) => readonly string[]): readonly string[] {
  const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0')
  return files
    .filter((file) => file !== '' && file !== 'test/docs/words.test.ts')
    .flatMap((file) => [...find(file, file), ...readText(file).flatMap((line) => find(file, line))])
}

function readText(file: string): readonly string[] {
  const bytes = readFileSync(file)
  return bytes.includes(0) ? [] : bytes.toString('utf8').split('\n')
}

it("nothing but etcd's Raft leader is called a leader", () => {
  expect(readLines(findLeader)).toEqual([])
})

it('the account is called the account signer', () => {
  expect(readLines(findAccount)).toEqual([])
})

it.each([
  ['src/cli/host/init.ts', 'make this host the leader'],
  ['src/cli/host/init.ts', 'const isLeader = true'],
  ['docs/RUNBOOK.md', '## The leader is lost: adopt, ssh signer@LEADER'],
  ['src/client/renew.ts', "message: 'no leader'"],
  ['test/hosts/scenarios/leader-lost.ts', 'test/hosts/scenarios/leader-lost.ts'],
])('in %s, "%s" would be seen', (file, line) => expect(findLeader(file, line)).toHaveLength(1))

it.each([
  'the signer account is locked',
  'it runs as the signer user',
  'somebody could become `signer`',
  'nobody gets in as signer',
  'PAM keeps the account signer out',
])('"%s" would be seen', (line) => expect(findAccount('docs/SECURITY.md', line)).toHaveLength(1))

it.each([
  ['src/cluster/cluster-view.ts', 'export function raftLeaderOf(view: ClusterView)'],
  ['docs/OPERATIONS.md', 'One member at a time, the Raft leader last'],
  ['README.md', 'ssh signer@LEADER get-certificate'],
])('in %s, "%s" may stand', (file, line) => {
  expect([...findLeader(file, line), ...findAccount(file, line)]).toEqual([])
})
