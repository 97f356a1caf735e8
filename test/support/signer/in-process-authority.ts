import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { AuthorityServer } from '../../../src/authority/authority-server.ts'
import { Journal } from '../../../src/authority/journal/journal.ts'
import { parseCertificateAuthority } from '../../../src/authority/signing-key.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { silentLog } from '../../../src/core/log.ts'
import type { HostLayout } from '../../../src/host/host-layout.ts'
import { listenOnSocket } from '../../../src/host/net/unix-socket.ts'

/** The authority of a test host, in this process; nothing where the host has no CA. */
export class InProcessAuthority {
  #server: AuthorityServer | undefined
  #journal: Journal | undefined

  async start(layout: HostLayout): Promise<void> {
    if (this.#server !== undefined || !existsSync(layout.caKey)) return
    this.#journal = await Journal.open(layout.journal, { log: silentLog, clientLifetimeSeconds: 86_400 })
    this.#server = new AuthorityServer({
      authority: parseCertificateAuthority(
        readFileSync(layout.caCertificate, 'utf8'),
        readFileSync(layout.caKey, 'utf8'),
      ),
      lifetimes: { client: 86_400, member: 90 * 86_400 },
      rules: { joins: 'open', members: {} },
      clockPolicy: 'trust',
      journal: this.#journal,
      clock: systemClock,
      randomSerial: () => randomBytes(16),
      log: silentLog,
    })
    await listenOnSocket(this.#server.server, layout.authoritySocket, 0o600)
  }

  async stop(): Promise<void> {
    await this.#server?.close()
    await this.#journal?.close()
    this.#server = undefined
  }
}
