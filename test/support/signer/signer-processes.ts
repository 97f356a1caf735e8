import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaCertificate } from '../../../src/authority/create-ca.ts'
import type { OwnProgram } from '../../../src/sandbox/own-program.ts'
import { formatPem } from '../../../src/x509/pem.ts'
import { ownDaemons } from '../shell/own-program.ts'

/**
 * Authority and endpoint with its embedded front, in processes of their own, as on a host; no etcd behind them but what a test says. Of this
 * machine's loopback addresses, those beyond 127.0.255.255 are outside the networks.
 */
export class SignerProcesses {
  readonly directory = mkdtempSync(join(tmpdir(), 'signet-signer-'))
  readonly authoritySocket = join(this.directory, 'authority.sock')
  port = 0
  readonly #children: ChildProcess[] = []
  readonly #program: OwnProgram
  #said = ''

  constructor(program: OwnProgram = ownDaemons) {
    this.#program = program
  }

  async start(limits: Readonly<Record<string, unknown>> = {}, etcd?: readonly string[]): Promise<void> {
    const config = this.#writeFiles(limits, etcd)
    await this.#startOne('authority', config)
    const line = await this.#startOne('endpoint', config)
    this.port = Number(/"port":\s*([0-9]+)/.exec(line)?.[1])
  }

  /** Resident memory of the endpoint. */
  readRssBytes(): number {
    return this.#readStatus(/^VmRSS:\s+([0-9]+) kB$/m)
  }

  /** The most that it ever was. */
  readPeakBytes(): number {
    return this.#readStatus(/^VmHWM:\s+([0-9]+) kB$/m)
  }

  /** What the endpoint has computed so far (proc(5): utime and stime, in hundredths of a second). */
  readCpuMs(): number {
    const stat = readFileSync(`/proc/${this.#children[1]?.pid}/stat`, 'utf8')
    const [userTicks, systemTicks] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number)
    return ((userTicks ?? 0) + (systemTicks ?? 0)) * 10
  }

  #readStatus(kilobytes: RegExp): number {
    return Number(kilobytes.exec(readFileSync(`/proc/${this.#children[1]?.pid}/status`, 'utf8'))?.[1]) * 1024
  }

  /** What both have logged, up to a bound. */
  said(): string {
    return this.#said
  }

  get isRunning(): boolean {
    return this.#children.every(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
  }

  /** Ends the endpoint as systemd does; resolves to its exit status once it is gone, which must be within `limitMs`. */
  async stopEndpoint(limitMs: number): Promise<number> {
    const endpoint = this.#children.pop()
    endpoint?.kill('SIGTERM')
    const [status] = await once(endpoint ?? new EventEmitter(), 'exit', { signal: AbortSignal.timeout(limitMs) })
    return status
  }

  async stop(): Promise<void> {
    for (const child of this.#children.splice(0).reverse()) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.kill('SIGKILL')) await ended
    }
    rmSync(this.directory, { recursive: true, force: true })
  }

  #writeFiles(limits: Readonly<Record<string, unknown>>, endpoints?: readonly string[]): string {
    const file = (name: string): string => join(this.directory, name)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const ca = createCaCertificate({ key: privateKey, nowMs: Date.now(), serial: randomBytes(16) })
    writeFileSync(file('ca.crt'), formatPem('CERTIFICATE', ca))
    writeFileSync(file('ca.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const settings = {
      controlPlaneNetworks: ['127.0.0.0/16'],
      endpoint: {
        front: 'embedded',
        embedded: { address: '127.0.0.1', port: 0, hostKey: file('host-key') },
        limits,
      },
      ...(endpoints === undefined ? {} : { etcd: { endpoints } }),
      paths: {
        caCertificate: file('ca.crt'),
        caKey: file('ca.key'),
        journal: file('issued.jsonl'),
        authoritySocket: this.authoritySocket,
      },
    }
    writeFileSync(file('signet.yaml'), JSON.stringify(settings))
    return file('signet.yaml')
  }

  /** Resolves to the line that says that it is ready. */
  #startOne(daemon: string, config: string): Promise<string> {
    const { command, args } = this.#program
    const child = spawn(command, [...args, daemon, '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#children.push(child)
    return new Promise((resolve, reject) => {
      let said = ''
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`${daemon} ended: ${said}`)))
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (said.length < 100_000) said += text
        if (this.#said.length < 1_000_000) this.#said += text
        const line = said.split('\n').find((one) => one.includes('"ready"'))
        if (line !== undefined) resolve(line)
      })
    })
  }
}
