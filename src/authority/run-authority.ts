import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { systemClock } from '../core/clock.ts'
import { Tally } from '../core/tally.ts'
import { createDaemonLog } from '../host/daemon-log.ts'
import { listenOnSocket, refuseAnswered } from '../host/net/unix-socket.ts'
import { announceReady } from '../host/programs/service-manager.ts'
import type { DaemonOptions } from '../host/programs/service-start.ts'
import { readRequiredFile } from '../host/read-required-file.ts'
import { readConfig, type SignetConfig } from '../host/signet-config.ts'
import { AuthorityServer } from './authority-server.ts'
import { Journal } from './journal/journal.ts'
import { type CertificateAuthority, parseCertificateAuthority } from './signing-key.ts'

/** Runs the authority until it is stopped. */
export async function runAuthority(options: DaemonOptions): Promise<void> {
  const { configFile, credentialsDirectory, inheritedFd, stopped } = options
  const config = readConfig(configFile)
  const log = createDaemonLog('authority')
  const authority = readAuthority(config, credentialsDirectory)
  // Before the journal is touched: opening it cuts off a torn line, which may be one that another authority is writing.
  if (inheritedFd === undefined) await refuseAnswered(config.paths.authoritySocket)
  const journal = await Journal.open(config.paths.journal, {
    log,
    clientLifetimeSeconds: config.lifetimes.client,
  })
  const authorityServer = new AuthorityServer({
    authority,
    lifetimes: config.lifetimes,
    rules: { joins: config.joins, members: config.members },
    clockPolicy: config.clock,
    journal,
    clock: systemClock,
    randomSerial: () => randomBytes(16),
    log,
    tally: { issued: new Tally(), refused: new Tally() },
  })
  await listenOnSocket(authorityServer.server, { inheritedFd, path: config.paths.authoritySocket, mode: 0o660 })
  const stopAnnouncing = await announceReady(options, log)
  log.info({ socket: config.paths.authoritySocket, clientLifetimeSeconds: config.lifetimes.client }, 'ready')
  await stopped
  stopAnnouncing()
  await authorityServer.close()
  await journal.close()
  log.info({}, 'stopped')
}

function readAuthority(config: SignetConfig, credentialsDirectory: string | undefined): CertificateAuthority {
  const keyFile = credentialsDirectory === undefined ? config.paths.caKey : join(credentialsDirectory, 'ca.key')
  return parseCertificateAuthority(readText(config.paths.caCertificate), readText(keyFile))
}

function readText(file: string): string {
  return readRequiredFile(file, 'the authority runs on the signer only, where init has put its files')
}
