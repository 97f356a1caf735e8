import { copyFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { SignetError } from '../core/signet-error.ts'
import { writeFileAtomically } from '../host/files/write-file-atomically.ts'
import { formatReceipt } from '../setup/join/format-receipt.ts'
import { createStepDisplay, type StepTerminal } from '../setup/run/step-display.ts'
import type { SetupVoice } from '../setup/setup-voice.ts'
import type { UnitProcess } from './child-units.ts'
import { foundCluster, type Joined, joinCluster } from './grow-cluster.ts'
import { LeftOut } from './left-out.ts'
import type { OwnProgram } from './own-program.ts'
import { formatDescription, type MemberHost } from './sandbox-description.ts'
import { makeShortNames } from './sandbox-directory.ts'
import { SandboxHost } from './sandbox-host.ts'
import { firstHost, type SandboxLayout, sandboxHostLayout } from './sandbox-layout.ts'
import type { SandboxOptions } from './sandbox-options.ts'
import { narrowNetworks, planSigner } from './sandbox-signer.ts'
import { formatSshConfig, type SshAddress } from './ssh-config.ts'
import { startFailure } from './start-failure.ts'

export interface SandboxPlan {
  readonly layout: SandboxLayout
  readonly options: SandboxOptions
  readonly program: OwnProgram
  /** The directory of the etcd that its hosts run. */
  readonly etcd: string
  /** One line of progress. */
  readonly say: (line: string) => void
  /** Shows the steps of `init` and of each `join`. */
  readonly display: StepTerminal
}

const undoGraceMs = 10_000

/** A cluster of hosts below a directory: the first founds it, the others join it. */
export class RunningSandbox {
  readonly #plan: SandboxPlan
  readonly #leftOut: LeftOut
  readonly #hosts: SandboxHost[] = []
  readonly #members: MemberHost[] = []
  readonly #abort = new AbortController()
  #pin = ''
  #starting: Promise<unknown> = Promise.resolve()
  /** Why the cluster could not be founded, as far as a log tells. */
  #failure: SignetError | undefined

  constructor(plan: SandboxPlan) {
    this.#plan = plan
    this.#leftOut = new LeftOut(plan.display.write)
  }

  /** The members in the order in which they joined. */
  get members(): readonly MemberHost[] {
    return this.#members
  }

  /** Starts everything; resolves once callers are answered and sandbox.json is written. */
  start(): Promise<void> {
    const starting = this.#start()
    this.#starting = starting.catch(() => {})
    return starting
  }

  /** One more host, which does nothing yet. */
  async addHost(): Promise<SandboxHost> {
    const { layout, options, program, etcd } = this.#plan
    const index = this.#hosts.length + 1
    const name = `etcd-${index}`
    const host = await SandboxHost.create({
      name,
      // IPv6 has only one, which all hosts then share.
      address: options.isIpv6 ? '::1' : `127.0.0.${index}`,
      layout: { ...sandboxHostLayout(layout, name), distributionEtcd: etcd },
      logs: layout.logs,
      program,
      signal: this.#abort.signal,
      leaveOut: this.#leftOut.add,
      ended: (process, how) => this.#tellEnd(process, how),
    })
    this.#hosts.push(host)
    makeShortNames(layout, name)
    return host
  }

  /** A host joins the cluster. */
  async join(host: SandboxHost): Promise<Joined> {
    const joined = await joinCluster(host, { ...this.#ssh, pin: this.#pin }, this.#voice(`${host.name} joins`))
    this.#leaveOut('first-boot.sh', 'the log of set-up')
    this.#members.push({ host, own: joined.own })
    this.#plan.say(`receipt\n${formatReceipt(joined.receipt).trimEnd()}`)
    return joined
  }

  /** Ends every process, the last started first. */
  async stop(): Promise<void> {
    this.#abort.abort()
    // What is under way is undone: a join takes its learner out again while there is a cluster left to take it from.
    await Promise.race([this.#starting, delay(undoGraceMs, undefined, { ref: false })])
    await this.#stopHosts()
    // A start that is still under way ends now too; what it had just started is stopped as well.
    await this.#starting
    await this.#stopHosts()
  }

  async #stopHosts(): Promise<void> {
    for (const { units } of this.#hosts.toReversed()) await units.stopAll()
  }

  async #start(): Promise<void> {
    const { layout, options } = this.#plan
    const signer = await this.#found()
    for (let count = 2; count <= options.members; count += 1) await this.join(await this.addHost())
    await narrowNetworks(signer, options)
    const description = formatDescription(layout, this.#ssh, this.#members)
    await writeFileAtomically(layout.description, description, { mode: 0o644 })
  }

  async #found(): Promise<SandboxHost> {
    const { layout, options, say } = this.#plan
    const host = await this.addHost()
    const voice = this.#voice(`${host.name} founds the cluster`)
    const founding = foundCluster(host, planSigner(host, options), voice)
    const { own, pin } = await founding.catch((error: unknown) => {
      throw this.#failure ?? error
    })
    this.#leaveOut('first-boot.sh', 'the log of set-up', 'saving the CA key', 'closing joins')
    this.#pin = pin
    this.#members.push({ host, own })
    say(`${own.name} is the first member; the pin of the CA: ${pin}`)
    copyFileSync(host.world.layout.knownHosts, layout.knownHosts)
    await writeFileAtomically(layout.sshConfig, formatSshConfig(layout, this.#ssh), { mode: 0o644 })
    return host
  }

  #voice(what: string): SetupVoice {
    const { say, display } = this.#plan
    return {
      say,
      listener: (count) => {
        say(what)
        this.#leftOut.tell()
        const shown = createStepDisplay(display, count)
        // An etcd that ends interrupts the run, and is why.
        const rollingBack = (cause: SignetError): void => shown.rollingBack(this.#failure ?? cause)
        return this.#leftOut.after({ ...shown, rollingBack })
      },
    }
  }

  // What the command does around the steps, or tells its operator to do after them.
  #leaveOut(...all: readonly string[]): void {
    for (const what of all) this.#leftOut.add(what)
    this.#leftOut.tell()
  }

  get #ssh(): SshAddress {
    const [signer] = this.#hosts
    return { host: signer?.address ?? '', port: signer?.sshPort ?? 0 }
  }

  // What is killed stays dead, so that one can see what users see then.
  #tellEnd({ name, child, log }: UnitProcess, how: string): void {
    if (this.#abort.signal.aborted) return
    this.#plan.say(`${name} (pid ${child.pid}) ended: ${how}; it is not started again`)
    if (this.#members.length > 0 || name !== firstHost) return
    this.#failure = startFailure(name, log)
    this.#abort.abort()
  }
}
