import { isMemberName } from '../../protocol/names.ts'
import { parseForgetLine } from './forget-line.ts'
import { type IssuedCertificate, parseIssuedLine } from './issued-line.ts'
import { IssuedNames } from './issued-names.ts'
import { MemberNames } from './member-names.ts'
import { parseReleaseLine } from './release-line.ts'

/** What the lines of the journal tell, kept in memory. */
export class JournalMemory {
  readonly names = new IssuedNames()
  readonly members = new MemberNames()
  readonly #clientLifetimeMs: number

  /** `clientLifetimeSeconds`: how long short certificates live; it tells them from others in lines too old to say it. */
  constructor(clientLifetimeSeconds: number) {
    this.#clientLifetimeMs = clientLifetimeSeconds * 1000
  }

  /** Takes in a line that was read; false where it is damaged. */
  takeLine(line: string): boolean {
    const issued = parseIssuedLine(line)
    if (issued !== undefined) this.add(issued)
    return issued !== undefined || this.#takeOrder(line)
  }

  // What root has written by hand: few lines, so those of certificates are looked at first.
  #takeOrder(line: string): boolean {
    const release = parseReleaseLine(line)
    if (release !== undefined) this.members.release(release.name)
    const forgetting = release === undefined ? parseForgetLine(line) : undefined
    if (forgetting !== undefined) this.names.forget(forgetting.name)
    return release !== undefined || forgetting !== undefined
  }

  /** Takes in a certificate; true when its name held another key whose certificate had not expired by then. */
  add(issued: IssuedCertificate): boolean {
    if (isMemberName(issued.name)) this.members.add(issued, issued.holds ?? this.#isLong(issued))
    return this.names.add(issued)
  }

  // Lines from before the field existed: what lived longer than a client's certificate does was given to a listed member.
  // Where root has made the client lifetime longer since, too few hold a name, and etcd's list decides about them; where root
  // has made it shorter, too many do, until their certificates of that time have ended.
  #isLong({ timeMs, expiryMs }: IssuedCertificate): boolean {
    return expiryMs - timeMs > this.#clientLifetimeMs
  }
}
