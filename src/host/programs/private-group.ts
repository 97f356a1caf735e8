import { readFile } from 'node:fs/promises'

/**
 * The group that one account has for itself alone, as Debian gives each (USERGROUPS_ENAB): what that group may write to, no
 * other account may. Undefined where others are in it, for root, and where the files of the host do not tell.
 */
export async function readPrivateGroup(uid: number): Promise<number | undefined> {
  try {
    return findPrivateGroup(
      { passwd: await readFile('/etc/passwd', 'utf8'), group: await readFile('/etc/group', 'utf8') },
      uid,
    )
  } catch {
    return undefined
  }
}

interface AccountFiles {
  readonly passwd: string
  readonly group: string
}

/**
 * The private group of an account in passwd(5) and group(5). Pure.
 * @internal
 */
export function findPrivateGroup({ passwd, group }: AccountFiles, uid: number): number | undefined {
  const accounts = passwd.split('\n').map((line) => line.split(':'))
  const own = accounts.find(([, , number]) => number === `${uid}`)
  const [name, , , gid] = own ?? []
  if (uid === 0 || name === undefined || gid === undefined) return undefined
  const isShared = accounts.some((account) => account !== own && account[3] === gid)
  const [groupName, , , members] =
    group
      .split('\n')
      .map((line) => line.split(':'))
      .find(([, , number]) => number === gid) ?? []
  const isAlone = groupName === name && (members === '' || members === name)
  return isAlone && !isShared ? Number(gid) : undefined
}
