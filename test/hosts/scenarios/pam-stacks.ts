import { strict as assert } from 'node:assert'
import fc from 'fast-check'
import { mayAdmit } from '../../../src/openssh/pam-admits.ts'
import { parsePamStack } from '../../../src/openssh/parse-pam-stack.ts'
import type { Host } from '../lab/host.ts'

const count = 150

const returns = ['success', 'auth_err', 'perm_denied', 'ignore', 'new_authtok_reqd', 'acct_expired', 'user_unknown']
const actions = ['ignore', 'ok', 'bad', 'die', 'done', 'reset', '1', '2', '3']
const rules = ['user != signer', 'user = signer', 'service = sshd', 'service != sshd']

const action = fc.constantFrom(...actions)
const inBrackets = fc
  .record({ success: action, default: action, auth_err: action, ignore: action }, { requiredKeys: ['default'] })
  .map(
    (all) =>
      `[${Object.entries(all)
        .map(([value, what]) => `${value}=${what}`)
        .join(' ')}]`,
  )
const control = fc.oneof(fc.constantFrom('required', 'requisite', 'sufficient', 'optional'), inBrackets)
const module = fc.oneof(
  fc.constantFrom(...returns, 'success', 'success').map((value) => `pam_debug.so acct=${value}`),
  fc.constantFrom('pam_permit.so', 'pam_deny.so'),
  fc.constantFrom(...rules).map((rule) => `pam_succeed_if.so quiet ${rule}`),
)
const line = fc.tuple(control, module).map((words) => `account ${words.join(' ')}`)
const includes = fc.constantFrom('account substack within', 'account include within', '@include within')
const stacks = fc.record({
  su: fc.array(fc.oneof({ arbitrary: line, weight: 4 }, includes), { minLength: 1, maxLength: 5 }).map(toFile),
  within: fc.array(line, { minLength: 1, maxLength: 3 }).map(toFile),
})

function toFile(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

/**
 * Has the host's own libpam judge stacks at random, by `su` of another account. Where it lets that in, so must our walk: what we
 * call shut is shut. (The other way round it may be stricter, for it does not know what a module will return.)
 */
export async function comparePamStacks(host: Host): Promise<void> {
  const all = fc.sample(stacks, { seed: 10, numRuns: count })
  const script = all.map(({ su, within }, index) => {
    const file = `auth sufficient pam_permit.so\n${su}session required pam_permit.so\n`
    return `cat > /etc/pam.d/su <<'E'\n${file}E\ncat > /etc/pam.d/within <<'E'\n${within}E\nbecome ${index}\n`
  })
  // The relay, which nobody but sshd may start, ends with 64; su itself with 1, without its pause after a failure.
  const become =
    'become() { setpriv --reuid=mallory --regid=mallory --clear-groups su signer < /dev/null > /dev/null 2>&1; echo $1 $?; }'
  const quick = "sed -i '/FAIL_DELAY/d' /etc/login.defs; echo 'FAIL_DELAY 0' >> /etc/login.defs"
  const said = await host.run('cp -a /etc/pam.d /root/pam.d; bash; cp -a /root/pam.d /etc; rm /etc/pam.d/within', {
    input: `${quick}\n${become}\n${script.join('')}`,
    timeoutSeconds: 120,
  })
  const admitted = [...said.matchAll(/^(\d+) 64$/gm)].map(([, index]) => Number(index))
  assert(admitted.length > count / 20 && admitted.length < count / 2, `${admitted.length} stacks let signer in`)
  for (const index of admitted) {
    const { su = '', within = '' } = all[index] ?? {}
    const files = new Map(Object.entries({ su, within, other: 'account required pam_deny.so\n' }))
    assert(mayAdmit(parsePamStack(files, 'su', 'account'), { service: 'su', kind: 'account' }), `${su}---\n${within}`)
  }
}
