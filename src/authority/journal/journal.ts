import type { Log } from '../../core/log.ts'
import { foldName } from '../../core/member-name.ts'
import { SignetError } from '../../core/signet-error.ts'
import { DurableLog } from '../../host/files/durable-log.ts'
import { formatIssuedLine, type IssuedCertificate } from './issued-line.ts'
import type { IssuedNames } from './issued-names.ts'
import { JournalMemory } from './journal-memory.ts'
import type { MemberNames } from './member-names.ts'

export interface JournalOptions {
  readonly log: Log
  readonly clientLifetimeSeconds: number
}

/** The record of everything signed. A certificate leaves only after its line is on the disk. */
export class Journal {
  readonly #memory: JournalMemory
  readonly #lines: DurableLog
  /** Who gets a name whose line is on its way to the disk: nobody else may be granted it meanwhile. */
  readonly #onTheWay = new Map<string, Set<IssuedCertificate>>()

  private constructor(lines: DurableLog, memory: JournalMemory) {
    this.#lines = lines
    this.#memory = memory
  }

  /** Opens or creates the journal and reads what it tells. Throws `configuration`. */
  static async open(file: string, { log, clientLifetimeSeconds }: JournalOptions): Promise<Journal> {
    const memory = new JournalMemory(clientLifetimeSeconds)
    let damaged = 0
    const takeLine = (line: string): void => {
      if (!memory.takeLine(line)) damaged += 1
    }
    const lines = await DurableLog.open(file, takeLine).catch((cause: unknown) => {
      throw new SignetError('configuration', `the journal ${file} cannot be opened`, {
        hint: 'see that its directory exists, is writable for the authority and not full',
        cause,
      })
    })
    if (damaged > 0) log.warn({ file, lines: damaged }, 'the journal holds damaged lines, which were skipped')
    return new Journal(lines, memory)
  }

  get names(): IssuedNames {
    return this.#memory.names
  }

  get members(): MemberNames {
    return this.#memory.members
  }

  /** The address that holds a member's name: by a full lifetime that has not expired, or by one that is about to begin. */
  holder(name: string, nowMs: number): string | undefined {
    const coming = this.#coming(name).find(({ holds }) => holds === true)
    return coming?.address ?? this.members.holder(name, nowMs)?.address
  }

  /** The address for which a member's name is reserved, or about to be. */
  reservedFor(name: string, nowMs: number): string | undefined {
    return this.members.reservation(name, nowMs)?.address ?? this.#coming(name)[0]?.address
  }

  /** Resolves to whether the name's key changed, once the line is on the disk. Throws `try-later`: no line, no certificate. */
  async record(issued: IssuedCertificate): Promise<boolean> {
    const name = foldName(issued.name)
    const sameName = this.#onTheWay.get(name) ?? new Set()
    this.#onTheWay.set(name, sameName.add(issued))
    try {
      await this.#write(issued)
      return this.#memory.add(issued)
    } finally {
      sameName.delete(issued)
      if (sameName.size === 0) this.#onTheWay.delete(name)
    }
  }

  close(): Promise<void> {
    return this.#lines.close()
  }

  #coming(name: string): readonly IssuedCertificate[] {
    return [...(this.#onTheWay.get(foldName(name)) ?? [])]
  }

  async #write(issued: IssuedCertificate): Promise<void> {
    try {
      await this.#lines.append(formatIssuedLine(issued))
    } catch (cause) {
      throw new SignetError('try-later', 'the journal cannot be written, so nothing is signed', {
        hint: 'free space on the signer (df -h /var/lib/signet), then try again',
        cause,
      })
    }
  }
}
