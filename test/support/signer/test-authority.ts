import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { AuthorityContext } from '../../../src/authority/authority-context.ts'
import { AuthorityServer } from '../../../src/authority/authority-server.ts'
import { createCaCertificate } from '../../../src/authority/create-ca.ts'
import { Journal } from '../../../src/authority/journal/journal.ts'
import type { CertificateAuthority } from '../../../src/authority/signing-key.ts'
import { parseCertificateAuthority } from '../../../src/authority/signing-key.ts'
import { silentLog } from '../../../src/core/log.ts'
import { listenOnSocket } from '../../../src/host/net/unix-socket.ts'
import type { AuthorityAnswer, AuthorityQuestion } from '../../../src/protocol/authority-message.ts'
import { formatPem } from '../../../src/x509/pem.ts'
import { writeCsr } from '../../../src/x509/write/write-csr.ts'

/** An instant that no test depends on, so that none can be right by accident today only. */
export const someDayMs = Date.UTC(2031, 4, 17, 12, 30, 15)

export function newEcKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

export function newCa(key: KeyObject = newEcKey(), nowMs = someDayMs): CertificateAuthority & { readonly pem: string } {
  const pem = formatPem('CERTIFICATE', createCaCertificate({ key, nowMs, serial: randomBytes(16) }))
  return { ...parseCertificateAuthority(pem, key.export({ type: 'pkcs8', format: 'pem' }).toString()), pem }
}

/** A client question with a CSR of a new key. */
export function clientQuestion(name: string, key: KeyObject = newEcKey()): AuthorityQuestion {
  return { ask: 'client', name, address: '192.0.2.1', csr: writeCsr(name, key).toString('base64') }
}

/** A member's question with a CSR of a new key; `null` where etcd could not be asked. */
export function memberQuestion(name: string, address: string, listedAddresses: string[] | null): AuthorityQuestion {
  return { ask: 'member', name, address, csr: writeCsr(name, newEcKey()).toString('base64'), listedAddresses }
}

/** An authority on a socket of its own, whose clock the test holds. */
export class AuthorityFixture {
  readonly directory = mkdtempSync(join(tmpdir(), 'signet-authority-'))
  readonly journalFile = join(this.directory, 'issued.jsonl')
  readonly socketPath = join(this.directory, 'authority.sock')
  readonly ca = newCa()
  readonly clock = { nowMs: someDayMs, now: () => this.clock.nowMs }
  #server: AuthorityServer | undefined
  #journal: Journal | undefined

  async start(change: Partial<AuthorityContext> = {}): Promise<void> {
    this.#journal = await Journal.open(this.journalFile, { log: silentLog, clientLifetimeSeconds: 86_400 })
    this.#server = new AuthorityServer({
      authority: this.ca,
      lifetimes: { client: 86_400, member: 90 * 86_400 },
      rules: { joins: 'open', members: {} },
      clockPolicy: 'check',
      journal: this.#journal,
      clock: this.clock,
      randomSerial: () => randomBytes(16),
      log: silentLog,
      ...change,
    })
    await listenOnSocket(this.#server.server, this.socketPath, 0o600)
  }

  async stop(): Promise<void> {
    await this.#server?.close()
    await this.#journal?.close()
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** Asks on a connection of its own, all at once, and returns the answers in the order of the questions. */
  async ask(...questions: readonly AuthorityQuestion[]): Promise<readonly AuthorityAnswer[]> {
    const socket = connect(this.socketPath)
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
}
