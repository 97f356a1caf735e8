import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const postinst = readFileSync('packaging/debian/signet-server.postinst', 'utf8')
const pattern = /grep -Eq '(.+)' \/etc\/pam\.d\/common-account/.exec(postinst)?.[1] ?? ''
const [rule = ''] = /^.*user != signer$/m.exec(readFileSync('packaging/pam-config', 'utf8')) ?? []
// As pam-auth-update writes it.
const inForce = `account\t${rule.trim()}`

function isTakenForTheRule(text: string): boolean {
  return spawnSync('grep', ['-Eq', pattern], { input: `# here is the usual\n${text}\n` }).status === 0
}

// Without it anybody with an account on the leader could become signer by su, and tell the endpoint any address.
it('the account signer loses its password only where the rule of PAM is in force, and not where it is commented out', () => {
  expect(isTakenForTheRule(inForce)).toBe(true)
  for (const text of [`#${inForce}`, `# ${inForce}`, '# user != signer', 'auth required pam_deny.so', '']) {
    expect(isTakenForTheRule(text), text).toBe(false)
  }
})

it('it is locked where the rule is not in force, also where it had been open', () => {
  const otherwise = postinst.slice(postinst.indexOf('\nelse\n'), postinst.indexOf('\nfi\n'))
  expect(otherwise).toContain('passwd --quiet --lock signer')
  expect(otherwise).not.toContain('--delete')
})
