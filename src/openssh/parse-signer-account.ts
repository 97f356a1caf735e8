/** What this host's files say of the account `signer`. */
export interface SignerAccount {
  readonly uid: number
  readonly shell: string
  readonly home: string
  /** The password field of /etc/shadow. */
  readonly password: string
  /** Whether sshd and su ask for a new password instead of letting anybody in. */
  readonly mayExpire: boolean
  /** The group's name, and those that the account is in besides. */
  readonly groups: readonly string[]
  /** Other accounts that run as the same user. */
  readonly namesakes: readonly string[]
  /** Other accounts that are in the account's group, which may reach the endpoint's socket. */
  readonly companions: readonly string[]
}

/** The three files, as text. */
export interface AccountFiles {
  readonly passwd: string
  readonly shadow: string
  readonly group: string
}

const name = 'signer'
/** `useradd` writes 99999 where a password is never to be changed (shadow(5)). */
const never = 99_999

/** The account in this host's files; undefined where they do not have it. Pure. */
export function parseSignerAccount({ passwd, shadow, group }: AccountFiles): SignerAccount | undefined {
  const [accounts, secrets, groups] = [passwd, shadow, group].map(readFields) as [Fields, Fields, Fields]
  const [, , uid, gid, , home, shell] = accounts.find(([own]) => own === name) ?? []
  const secret = secrets.find(([own]) => own === name)
  if (uid === undefined || secret === undefined) return undefined
  const [, password = '', lastChange = '', , longest = ''] = secret
  const others = accounts.filter(([own]) => own !== name)
  const ownGroup = groups.find(([, , id]) => id === gid)
  const members = (ownGroup?.[3] ?? '').split(',').filter((member) => member !== '' && member !== name)
  return {
    uid: Number(uid),
    shell: shell ?? '',
    home: home ?? '',
    password,
    mayExpire: lastChange === '0' || (/^\d+$/.test(longest) && Number(longest) < never),
    groups: groups
      .filter(([, , id, list = '']) => id === gid || list.split(',').includes(name))
      .map(([own = '']) => own),
    namesakes: others.filter(([, , id]) => id === uid).map(([own = '']) => own),
    companions: [...others.filter(([, , , id]) => id === gid).map(([own = '']) => own), ...members],
  }
}

type Fields = readonly (readonly string[])[]

function readFields(text: string): Fields {
  return text.split('\n').map((line) => line.split(':'))
}
