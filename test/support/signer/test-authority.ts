import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AuthorityServer } from '../../../src/authority/authority-server.ts'
import type { AuthorityWorld } from '../../../src/authority/authority-world.ts'
import { createCaCertificate } from '../../../src/authority/create-ca.ts'
import { Journal } from '../../../src/authority/journal/journal.ts'
import type { CertificateAuthority } from '../../../src/authority/signing-key.ts'
import { parseCertificateAuthority } from '../../../src/authority/signing-key.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { Tally } from '../../../src/core/tally.ts'
import type { HostLayout } from '../../../src/host/host-layout.ts'
import { listenOnSocket } from '../../../src/host/net/unix-socket.ts'
import type { AuthorityAnswer, AuthorityQuestion } from '../../../src/protocol/authority-message.ts'
import { certificatePin } from '../../../src/x509/certificate-pin.ts'
import { formatPem } from '../../../src/x509/pem.ts'
import { writeCsr } from '../../../src/x509/write/write-csr.ts'
import { silentLog } from '../silent.ts'

/** An instant that no test depends on, so that none can be right by accident today only. */
export const someDayMs = Date.UTC(2031, 4, 17, 12, 30, 15)

export function newEcKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

type TestCertificateAuthority = CertificateAuthority & { readonly pem: string; readonly pin: string }

export function newCa(key: KeyObject = newEcKey(), nowMs = someDayMs): TestCertificateAuthority {
  const der = createCaCertificate({ key, nowMs, serial: randomBytes(16) })
  const pem = formatPem('CERTIFICATE', der)
  const authority = parseCertificateAuthority(pem, key.export({ type: 'pkcs8', format: 'pem' }).toString())
  return { ...authority, pem, pin: certificatePin(der) }
}

/** A client question with a CSR of a new key. */
export function clientQuestion(name: string, key: KeyObject = newEcKey()): AuthorityQuestion {
  return { ask: 'client', name, address: '192.0.2.1', csr: writeCsr(name, key).toString('base64') }
}

/** A member's question with a CSR of a new key; `null` where etcd could not be asked. */
export function memberQuestion(name: string, address: string, listedAddresses: string[] | null): AuthorityQuestion {
  return { ask: 'member', name, address, csr: writeCsr(name, newEcKey()).toString('base64'), listedAddresses }
}

export interface TestAuthorityOptions {
  /** The test's own clock, which it moves by hand, where none is given. */
  readonly clock?: Clock
  readonly lifetimes?: AuthorityWorld['lifetimes']
  /** `trust` where none is given: tests set the clock back from one to the next. */
  readonly clockPolicy?: AuthorityWorld['clockPolicy']
}

/** The real authority in this process, on a socket of its own, with a CA that is made for it. */
export class TestAuthority {
  readonly directory = join(tmpdir(), `signet-authority-${randomBytes(8).toString('hex')}`)
  readonly journalFile = join(this.directory, 'issued.jsonl')
  readonly socketPath = join(this.directory, 'authority.sock')
  readonly clock = { nowMs: someDayMs, now: () => this.clock.nowMs }
  /** The clock in use. */
  readonly time: Clock
  readonly ca: TestCertificateAuthority
  readonly #options: TestAuthorityOptions
  #server: AuthorityServer | undefined
  #journal: Journal | undefined

  constructor(options: TestAuthorityOptions = {}) {
    this.#options = options
    this.time = options.clock ?? this.clock
    this.ca = newCa(newEcKey(), this.time.now())
  }

  async start(change: Partial<AuthorityWorld> = {}): Promise<void> {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 })
    await this.#serve(this.journalFile, this.socketPath, change)
  }

  /** Starts in the place of a host's, with the CA that is there by then; does nothing where none is, or where it runs. */
  async startOn({ caKey, caCertificate, journal, authoritySocket }: HostLayout): Promise<void> {
    if (this.#server !== undefined || !existsSync(caKey)) return
    const authority = parseCertificateAuthority(readFileSync(caCertificate, 'utf8'), readFileSync(caKey, 'utf8'))
    await this.#serve(journal, authoritySocket, { authority })
  }

  async #serve(journalFile: string, socketPath: string, change: Partial<AuthorityWorld>): Promise<void> {
    const { lifetimes = { client: 86_400, member: 90 * 86_400 }, clockPolicy = 'trust' } = this.#options
    this.#journal = await Journal.open(journalFile, { log: silentLog, clientLifetimeSeconds: 86_400 })
    this.#server = new AuthorityServer({
      authority: this.ca,
      lifetimes,
      rules: { joins: 'open', members: {} },
      clockPolicy,
      journal: this.#journal,
      clock: this.time,
      randomSerial: () => randomBytes(16),
      log: silentLog,
      tally: { issued: new Tally(), refused: new Tally() },
      ...change,
    })
    await listenOnSocket(this.#server.server, { path: socketPath, mode: 0o600 })
  }

  async stop(): Promise<void> {
    await this.#server?.close()
    await this.#journal?.close()
    this.#server = undefined
    this.#journal = undefined
  }

  /** Stops it and removes its files. */
  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Asks on a connection of its own, all at once, and returns the answers in the order of the questions. */
  async ask(...questions: readonly AuthorityQuestion[]): Promise<readonly AuthorityAnswer[]> {
    return askAuthority(this.socketPath, ...questions)
  }
}

/** Asks whatever listens at the path, as `TestAuthority.ask` does. */
export async function askAuthority(
  socketPath: string,
  ...questions: readonly AuthorityQuestion[]
): Promise<readonly AuthorityAnswer[]> {
  const socket = connect(socketPath)
  const answers: AuthorityAnswer[] = []
  for (const [id, question] of questions.entries()) socket.write(`${JSON.stringify({ id, question })}\n`)
  for await (const line of createInterface({ input: socket })) {
    const answer: AuthorityAnswer = JSON.parse(line)
    answers[answer.id] = answer
    if (Object.keys(answers).length === questions.length) break
  }
  socket.destroy()
  return answers
}
