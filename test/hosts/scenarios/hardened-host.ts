import { strict as assert } from 'node:assert'
import { installServer } from '../cluster/install-packages.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'
import type { Release } from '../set-up/release.ts'
import { comparePamStacks } from './pam-stacks.ts'

const limit = { timeoutSeconds: 120 }
const address = '192.0.2.18'
const directory = '/etc/ssh/sshd_config.d'
const reload = 'systemctl reload ssh && sleep 0.3'
const call = `ssh signer@${address} get-status`

// What hardening guides write, in a file that goes before ours: who may log in, and how; and an AcceptEnv of somebody's.
// Without a pause after each refusal, which Debian 13 has (PerSourcePenalties): this host is refused on purpose.
function hardening(release: Release): string {
  const lines = [
    ...['AllowUsers root alice', 'AllowGroups root alice', 'DenyUsers guest', 'AcceptEnv *', 'PermitEmptyPasswords no'],
    ...['PasswordAuthentication no', 'AuthenticationMethods publickey', 'MaxAuthTries 3', 'LoginGraceTime 30'],
    ...(release === 'trixie' ? ['PerSourcePenalties no'] : []),
  ]
  return `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} > ${directory}/00-admins.conf && ${reload}`
}

/** A signer on a host that an administrator hardened before, and goes on to change. */
export const hardenedHost: Scenario = {
  name: 'hardened-host',
  title:
    'on a hardened host init says what keeps callers out, and while signer is open to others the account is locked, until what doctor says is typed',
  run: async ({ lab }) => {
    const host = await lab.install('etcd-8', address)
    await host.run(hardening(lab.release))
    await host.run('useradd --create-home alice; useradd --create-home carol; useradd mallory')
    await installServer(host)
    await refusesInit(host)
    await host.run('/root/setup/first-boot.sh init', limit)
    assert.match(await host.run(call), /"version"/)
    await leavesAdministratorsAlone(host)
    await passesNoVariable(host)
    assert.deepEqual(await findTrouble(host), [], 'a hardened host is well')
    for (const [what, script] of Object.entries(harmedPam)) await locksAndOpens(host, what, script)
    for (const [what, script] of Object.entries(harmedSshd)) await locksAndOpens(host, what, script)
    for (const [what, script] of Object.entries(shutSshd)) await tellsAndMends(host, what, script)
    await leavesAlone(host)
    await comparePamStacks(host)
    await host.discard()
  },
}

/** Before anybody is called, by what sshd itself tells: a caller that is refused learns no reason. */
async function refusesInit(host: Host): Promise<void> {
  const init = '/root/setup/first-boot.sh init'
  await host.run(`echo 'DenyGroups signer' > ${directory}/90-deny.conf`)
  const denied = await host.tryRun(init, limit)
  assert.equal(denied.status, 78, denied.stderr)
  assert.match(denied.stderr, /error: DenyGroups "signer" of sshd is about the account signer from 192\.0\.2\./)
  await host.run(`rm ${directory}/90-deny.conf; sed -i 's/^Include/#&/' /etc/ssh/sshd_config`)
  const unread = await host.tryRun(init, limit)
  assert.equal(unread.status, 78, unread.stderr)
  assert.match(unread.stderr, /error: nothing of \S+00-signet\.conf is in force/)
  await host.run(hintIn(unread.stderr))
  assert.equal(await host.run("journalctl -u ssh --grep 'signer.*(Failed|not allowed)' -q --no-pager || true"), '')
}

function hintIn(stderr: string): string {
  const [, hint = ''] = /^signet: hint: (.*)$/m.exec(stderr) ?? []
  return hint
}

async function leavesAdministratorsAlone(host: Host): Promise<void> {
  await host.run(`
    ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519
    for one in alice carol; do
      mkdir /home/$one/.ssh; cp ~/.ssh/id_ed25519.pub /home/$one/.ssh/authorized_keys; chown -R $one: /home/$one/.ssh
    done`)
  assert.equal(await host.run(`ssh alice@${address} id -un`), 'alice\n')
  assert.match((await host.tryRun(`ssh carol@${address} id -un`)).stderr, /Permission denied/)
}

/** The attack: an account of this host calls over the network, and has the loader say what it loads. */
async function passesNoVariable(host: Host): Promise<void> {
  const options = '-o SetEnv="LD_DEBUG=libs FOO=bar"'
  const asked = await host.tryRun(
    `runuser -u mallory -- ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ${options} signer@${address} get-status`,
  )
  assert.match(asked.stdout, /"version"/)
  assert.doesNotMatch(asked.stderr, /calling init|find library/)
  // The control: this sshd passes them on to whom it is not told otherwise for.
  assert.match((await host.tryRun(`ssh ${options} alice@${address} true`)).stderr, /find library/)
}

const su =
  'runuser -u mallory -- env SSH_CONNECTION="192.0.2.99 1 192.0.2.18 22" SSH_ORIGINAL_COMMAND=get-status su --preserve-environment signer < /dev/null'
const common = '/etc/pam.d/common-account'

/** What happens to PAM's files; after each of these the attack goes through, as long as the account is open. */
const harmedPam = {
  'the rule of PAM commented out': `sed -i '/signer\\|service = sshd/s/^/#/' ${common}`,
  'a sufficient line before the rule': `sed -i '1i account sufficient pam_permit.so' ${common}`,
  'su with lines of its own': "sed -i 's/^@include common-account/account required pam_unix.so/' /etc/pam.d/su",
} as const

const match = (line: string): string =>
  `printf 'Match User *\\n${line}\\nMatch all\\n' > ${directory}/00-a.conf && ${reload}`

const harmedSshd = {
  'an AcceptEnv for everybody': match('AcceptEnv LD_*'),
  'forwarding for everybody': match('DisableForwarding no'),
} as const

const shutSshd = {
  'a deny list': `echo 'DenyUsers sign*' > ${directory}/90-deny.conf && ${reload}`,
  'a hardening tool that locks accounts without a password': 'passwd --lock signer',
  'a login shell that lets nobody in': 'usermod --shell /usr/sbin/nologin signer',
  'a password that must be changed': 'chage --lastday 0 signer',
  'PAM that takes no empty password': "sed -i 's/ nullok//' /etc/pam.d/common-auth",
} as const

interface Finding {
  readonly check: string
  readonly level: string
  readonly what: string
  readonly fix?: string
}

async function findTrouble(host: Host): Promise<readonly Finding[]> {
  const { stdout } = await host.tryRun('signet doctor --json')
  const { findings }: { readonly findings: readonly Finding[] } = JSON.parse(stdout)
  const ofFront = findings.filter(({ check }) => check === 'signer-account' || check === 'sshd')
  assert(ofFront.length > 0)
  return ofFront.filter(({ level }) => level !== 'well')
}

async function locksAndOpens(host: Host, what: string, harm: string): Promise<void> {
  await keep(host)
  await host.run(harm)
  // The control: until anybody looks the attack goes through.
  if (what in harmedPam) assert.match((await host.tryRun(su)).stdout, /"version"/, what)
  await host.run(`{ sleep 50 | ssh signer@${address} kubemaster-waiting; } > /dev/null 2>&1 &`)
  await host.until('pgrep -u signer', 5, 'a process of signer')
  await host.run('systemctl restart signet-endpoint')
  assert.equal(await host.run('pgrep -u signer || true'), '', what)
  assert.match(await host.run('passwd --status signer'), /^signer L /, what)
  const attack = await host.tryRun(su)
  assert.deepEqual([attack.status === 0, attack.stdout], [false, ''], what)
  // The second by MaxAuthTries.
  assert.match((await host.tryRun(call)).stderr, /Permission denied|Too many authentication failures/, what)
  assert.match(
    await host.run('journalctl -u signet-endpoint -n 20 --output=cat'),
    /error: .*; the account is locked until/,
  )
  const [found] = await findTrouble(host)
  assert.match(found?.what ?? '', /; the account is locked until that is put right$/, what)
  await mend(host, found)
  assert.match(await host.run(call), /"version"/, what)
  assert.equal((await host.tryRun(su)).stdout, '', what)
  await putBack(host)
}

async function tellsAndMends(host: Host, what: string, harm: string): Promise<void> {
  await keep(host)
  await host.run(harm)
  assert.notEqual((await host.tryRun(call)).status, 0, what)
  const [found] = await findTrouble(host)
  assert.equal(found?.level, 'broken', what)
  // A start neither opens what another locked nor fails.
  await host.run('systemctl restart signet-endpoint && systemctl is-active signet-endpoint')
  await mend(host, found)
  assert.match(await host.run(call), /"version"/, what)
  await putBack(host)
}

// Types what doctor says. Of a line of the administrator's it says how to find it, and what to type then.
async function mend(host: Host, found: Finding | undefined): Promise<void> {
  const [, find, then] = /^find the line: (.*?); let it [^;]*; then: (.*)$/.exec(found?.fix ?? '') ?? []
  if (find === undefined) await host.run(found?.fix ?? 'false')
  else {
    const files = await host.run(find)
    const name = /^\S*(?:00-a|90-deny)\.conf(?=:\d+:\s*(?:AcceptEnv|DisableForwarding|DenyUsers))/m.exec(files)?.[0]
    assert(name !== undefined, files)
    await host.run(`rm ${name} && ${then} && sleep 0.3`)
  }
}

async function keep(host: Host): Promise<void> {
  await host.run('rm -rf /root/kept && mkdir /root/kept && cp -a /etc/pam.d /etc/ssh /root/kept')
}

async function putBack(host: Host): Promise<void> {
  await host.run(
    `cp -a /root/kept/pam.d /root/kept/ssh /etc && rm -f ${directory}/00-a.conf ${directory}/90-deny.conf && ${reload}`,
  )
}

/** What is changed behind its back and is no danger: nothing is locked. */
async function leavesAlone(host: Host): Promise<void> {
  await host.run(`echo 'UsePAM no' > ${directory}/00-a.conf && ${reload} && systemctl restart signet-endpoint`)
  assert.match(await host.run(call), /"version"/)
  assert.equal((await host.tryRun(su)).stdout, '')
  assert.deepEqual(await findTrouble(host), [])
}
