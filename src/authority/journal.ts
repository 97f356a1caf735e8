import type { Log } from '../core/log.ts'
import { SignetError } from '../core/signet-error.ts'
import { DurableLog } from '../host/durable-log.ts'
import { formatIssuedLine, type IssuedCertificate, parseIssuedLine } from './issued-line.ts'
import { IssuedNames } from './issued-names.ts'

/** The record of everything signed. A certificate leaves only after its line is on the disk. */
export class Journal {
  readonly names: IssuedNames
  readonly #lines: DurableLog
  /** Who gets a name whose line is on its way to the disk: nobody else may be granted it meanwhile. */
  readonly #onTheWay = new Map<string, Set<IssuedCertificate>>()

  private constructor(lines: DurableLog, names: IssuedNames) {
    this.#lines = lines
    this.names = names
  }

  /** Opens or creates the journal and reads what it tells. Throws `configuration`. */
  static async open(file: string, log: Log): Promise<Journal> {
    const names = new IssuedNames()
    let damaged = 0
    const takeLine = (line: string): void => {
      const issued = parseIssuedLine(line)
      if (issued === undefined) damaged += 1
      else names.add(issued)
    }
    const lines = await DurableLog.open(file, takeLine).catch((cause: unknown) => {
      throw new SignetError('configuration', `the journal ${file} cannot be opened`, {
        hint: 'see that its directory exists, is writable for the authority and not full',
        cause,
      })
    })
    if (damaged > 0) log.warn({ file, lines: damaged }, 'the journal holds damaged lines, which were skipped')
    return new Journal(lines, names)
  }

  /** The address that holds the name: by a certificate that has not expired, or by one that is about to be handed out. */
  holder(name: string, nowMs: number): string | undefined {
    const [first] = this.#onTheWay.get(name) ?? []
    return first?.address ?? this.names.holder(name, nowMs)
  }

  /** Resolves to whether the name's key changed, once the line is on the disk. Throws `try-later`: no line, no certificate. */
  async record(issued: IssuedCertificate): Promise<boolean> {
    const sameName = this.#onTheWay.get(issued.name) ?? new Set()
    this.#onTheWay.set(issued.name, sameName.add(issued))
    try {
      await this.#write(issued)
      return this.names.add(issued)
    } finally {
      sameName.delete(issued)
      if (sameName.size === 0) this.#onTheWay.delete(issued.name)
    }
  }

  close(): Promise<void> {
    return this.#lines.close()
  }

  async #write(issued: IssuedCertificate): Promise<void> {
    try {
      await this.#lines.append(formatIssuedLine(issued))
    } catch (cause) {
      throw new SignetError('try-later', 'the journal cannot be written, so nothing is signed', {
        hint: 'free space on the leader (df -h /var/lib/signet), then try again',
        cause,
      })
    }
  }
}
