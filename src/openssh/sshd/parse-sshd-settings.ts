import { SignetError } from '../../core/signet-error.ts'

/** What sshd itself says is in force for one caller: for each keyword, in lower case, its values in order. */
export type SshdSettings = ReadonlyMap<string, readonly string[]>

/** Keywords without which the rest would prove nothing; in OpenSSH 9.2 to 10.0 `sshd -T` prints each of them. */
const needed = [
  ...['port', 'listenaddress', 'usepam', 'forcecommand', 'disableforwarding', 'permittty', 'authenticationmethods'],
  ...['passwordauthentication', 'permitemptypasswords', 'pubkeyauthentication', 'chrootdirectory', 'maxstartups'],
] as const

/** Reads what `sshd -T` prints: `keyword value` a line. Throws `bad-data` on anything else. */
export function parseSshdSettings(text: string): SshdSettings {
  const settings = new Map<string, string[]>()
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, keyword, value = ''] = /^([a-z][a-z0-9]*)(?: (.*))?$/.exec(line) ?? []
    if (keyword === undefined) throw notUnderstood('a line that is no setting')
    settings.set(keyword, [...(settings.get(keyword) ?? []), value])
  }
  const missing = needed.find((keyword) => !settings.has(keyword))
  if (missing !== undefined) throw notUnderstood(`nothing of ${missing}`)
  return settings
}

function notUnderstood(what: string): SignetError {
  return new SignetError('bad-data', `sshd -T prints ${what}`, { hint: 'see what it prints: sshd -T' })
}
