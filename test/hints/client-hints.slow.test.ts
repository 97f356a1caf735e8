import { afterAll, beforeAll, expect, it } from 'vitest'
import { HintedClient } from '../support/hints/hinted-client.ts'
import { commandIn, saidHint } from '../support/hints/said-hint.ts'
import { describeWith } from '../support/shell/external-program.ts'

const client = new HintedClient()

/** Something that is done to an installed pair, in its directory, and how the hint begins that mends it. */
interface Case {
  readonly what: string
  readonly harm: string
  readonly says: RegExp
  readonly start: RegExp
  /** Also tried with a member's pair, whose hints never name a request. */
  readonly isMembers?: true
  /** A password that a person would type. */
  readonly password?: string
}

const rewrite = /: (openssl pkey .*?); or make a new one: /
const newKey = /; (?:or|else) make a new one: (.*)$/
const encrypt = (how: string): string => `openssl ${how} -passout pass:x -out locked && mv locked client.key`

const keys: readonly Case[] = [
  {
    what: 'that others could read',
    harm: 'chmod 644 client.key',
    says: /by other accounts/,
    start: /: (chmod .*?); else/,
  },
  {
    what: 'that others have read',
    isMembers: true,
    harm: 'chmod 644 client.key',
    says: /by other accounts/,
    start: newKey,
  },
  {
    what: 'that is encrypted, PKCS#8',
    isMembers: true,
    harm: encrypt('pkey -in client.key -aes256'),
    says: /is encrypted/,
    start: rewrite,
    password: 'x',
  },
  {
    what: 'that is encrypted, with a DEK-Info',
    harm: encrypt('ec -in client.key -aes128'),
    says: /is encrypted/,
    start: rewrite,
    password: 'x',
  },
  {
    what: 'whose password is lost',
    harm: encrypt('pkey -in client.key -aes256'),
    says: /is encrypted/,
    start: newKey,
  },
  {
    what: 'that only looks encrypted, for a word in a comment',
    harm: 'sed -i "1i this key is not ENCRYPTED" client.key',
    says: /not one private key in PEM/,
    start: rewrite,
  },
  {
    what: 'with its certificate in the same file',
    harm: 'cat client.crt >> client.key',
    says: /not one private key in PEM/,
    start: rewrite,
  },
  {
    what: 'in DER',
    harm: 'openssl pkey -in client.key -outform DER -out der && mv der client.key',
    says: /not one private key in PEM/,
    start: rewrite,
  },
  { what: 'that is none', harm: 'echo none > client.key', says: /not one private key in PEM/, start: newKey },
  {
    what: 'of RSA with 1024 bits',
    harm: 'openssl genrsa -out client.key 1024',
    says: /1024 bits/,
    start: newKey,
  },
  {
    what: 'on another curve',
    harm: 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-224 -out client.key',
    says: /curve/,
    start: newKey,
  },
  {
    isMembers: true,
    what: 'that is gone',
    harm: 'rm client.key',
    says: /is gone/,
    start: /, or make a new one: (.*)$/,
  },
]

const certify = (name: string): string =>
  `openssl req -x509 -key client.key -subj /CN=${name} -addext extendedKeyUsage=serverAuth,clientAuth -out client.crt`

const members: readonly Case[] = [
  {
    what: 'is for another member',
    harm: certify('etcd-9'),
    says: /is for etcd-9, and this member is etcd-1/,
    start: /: (openssl genpkey .*)$/,
  },
]

const rest: readonly Case[] = [
  {
    what: "the certificate is a server's",
    harm: certify('etcd-9'),
    says: /is a server's certificate, for etcd-9/,
    start: /if no server reads it: (.*?); else/,
  },
  {
    what: 'the CA certificate is gone',
    harm: 'rm ca.crt',
    says: /CA certificate .* is gone/,
    start: /: (signet request .*)$/,
  },
  {
    what: 'nothing is known of a request',
    harm: 'rm signet.json',
    says: /no certificate was requested/,
    start: /^(.*)$/,
  },
  {
    what: 'what is known of a request is not readable',
    harm: 'echo x > signet.json',
    says: /not what a request has left/,
    start: /: (signet request .*)$/,
  },
  {
    what: 'the installed CA certificate is none',
    harm: 'echo none > ca.crt',
    says: /the CA file .* cannot be used/,
    start: /^(.*); on a member/,
  },
  {
    what: 'the directory is not there',
    harm: 'cd ..; mv "$OLDPWD" "$OLDPWD-elsewhere"',
    says: /there is no directory .*which --dir names/,
    start: /: (signet request .*)$/,
  },
]

/** Does harm, sees the failure, types what its hint says, and sees that the failure is gone. */
async function follow({ harm, says, start, password }: Case, kind: 'client' | 'member' = 'client'): Promise<void> {
  const directory = client.newDirectory()
  if (kind === 'member') client.makeMember(directory)
  const harmed = await client.type(harm, directory)
  expect(harmed.status, harmed.stderr).toBe(0)
  const refused = await client.renew(directory)
  expect([refused.status, refused.stdout], refused.stderr).toEqual([78, ''])
  expect(refused.stderr).toMatch(says)
  const command = commandIn(saidHint(refused.stderr), start, { IP: client.place, PIN: client.pin })
  const typed = await client.type(withPassword(command, password))
  expect(typed.status, `${command}\n${typed.stderr}`).toBe(0)
  const again = await client.renew(directory)
  expect(again.status, `${command}\n${again.stderr}`).toBe(0)
}

// A person types it at a terminal.
function withPassword(command: string, password: string | undefined): string {
  return password === undefined ? command : command.replace('pkey ', `pkey -passin pass:${password} `)
}

describeWith('ssh', 'the hint, typed, mends', () => {
  beforeAll(() => client.start(), 60_000)
  afterAll(() => client.stop())

  it.each(keys)('a key $what', (one) => follow(one))
  it.each(keys.filter(({ isMembers }) => isMembers))("a member's key $what, without a request", (one) =>
    follow(one, 'member'),
  )
  it.each(members)('a member whose pair $what', (one) => follow(one, 'member'))
  it.each(rest)('a renewal where $what', (one) => follow(one))
})
