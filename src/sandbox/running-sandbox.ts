import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import ssh2 from 'ssh2'
import { SignetError } from '../core/signet-error.ts'
import { writeFileAtomically } from '../host/files/write-file-atomically.ts'
import type { OwnChild } from '../host/programs/child-process.ts'
import { formatReceipt } from '../setup/join/format-receipt.ts'
import type { StepTerminal } from '../setup/run/step-display.ts'
import type { ChildStart } from './child-start.ts'
import { createPki } from './create-pki.ts'
import { joinSandbox } from './joining-member.ts'
import { obtainFromAuthority } from './obtain-from-authority.ts'
import type { OwnProgram } from './own-program.ts'
import { formatSandboxConfig } from './sandbox-config.ts'
import { startAuthority, startEndpoint } from './sandbox-daemons.ts'
import type { SandboxLayout } from './sandbox-layout.ts'
import { equipMember, placeMember, type RunningMember, readEtcdVersion, startFirstMember } from './sandbox-member.ts'
import type { SandboxOptions } from './sandbox-options.ts'
import { formatKnownHost, formatSshConfig, type SshAddress } from './ssh-config.ts'

export interface SandboxPlan {
  readonly layout: SandboxLayout
  readonly options: SandboxOptions
  readonly program: OwnProgram
  /** One line of progress. */
  readonly say: (line: string) => void
  /** Shows the steps of a join. */
  readonly display: StepTerminal
}

const stopGraceMs = 5000
const undoGraceMs = 10_000

/** A sandbox's processes, in the order in which they were started. */
export class RunningSandbox {
  readonly #plan: SandboxPlan
  readonly #children = new Map<string, OwnChild>()
  readonly #members: RunningMember[] = []
  readonly #abort = new AbortController()
  #starting: Promise<void> = Promise.resolve()
  #joining: Promise<unknown> = Promise.resolve()
  #stopping = false

  constructor(plan: SandboxPlan) {
    this.#plan = plan
  }

  /** Starts everything; resolves once callers are answered and sandbox.json is written. */
  start(): Promise<void> {
    const starting = this.#start()
    this.#starting = starting.catch(() => {})
    return starting
  }

  async #start(): Promise<void> {
    const { layout, options, program } = this.#plan
    // Missing more often than anything else, and so looked for before anything is started.
    await readEtcdVersion()
    const place = await placeMember(1, options.isIpv6)
    await createPki(layout)
    await writeFileAtomically(layout.config, formatSandboxConfig(layout, options, place.clientUrl), { mode: 0o600 })
    await this.#step('authority', (start) => startAuthority({ layout, program }, start))
    await equipMember(layout, place, obtainFromAuthority(layout))
    await this.#step(place.name, async (start) => {
      const member = await startFirstMember(layout, place, start)
      this.#members.push(member)
      return member.child
    })
    const ssh = await this.#startEndpoint()
    await this.#writeSshFiles(ssh)
    for (let index = 2; index <= options.members; index += 1) await this.#join(index, ssh)
    await this.#describe(ssh)
  }

  async #join(index: number, ssh: SshAddress): Promise<void> {
    if (this.#stopping) throw stopping()
    const { layout, options, say, display } = this.#plan
    const place = await placeMember(index, options.isIpv6)
    say(`${place.name} joins`)
    const joining = joinSandbox({
      layout,
      place,
      ssh,
      display,
      signal: this.#abort.signal,
      started: (member) => this.#adopt(member.name, member.child),
    })
    this.#joining = joining.catch(() => {})
    const joined = await joining
    this.#members.push(joined.member)
    say(`receipt\n${formatReceipt(joined.receipt).trimEnd()}`)
  }

  /** Ends every process, the last started first. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#abort.abort()
    // A join under way takes its learner out again while there is a cluster left to take it from.
    await Promise.race([this.#joining, delay(undoGraceMs, undefined, { ref: false })])
    await this.#stopChildren()
    // A start that was under way ends now too; a child that it had just started is stopped as well.
    await this.#starting
    await this.#stopChildren()
  }

  async #stopChildren(): Promise<void> {
    for (const child of [...this.#children.values()].reverse()) await child.stop(stopGraceMs)
  }

  async #startEndpoint(): Promise<SshAddress> {
    const { layout, program } = this.#plan
    const addresses: SshAddress[] = []
    await this.#step('endpoint', async (start) => {
      const { child, ssh } = await startEndpoint({ layout, program }, start)
      addresses.push(ssh)
      return child
    })
    const [ssh] = addresses
    if (ssh === undefined) throw new SignetError('internal', 'the endpoint has no address')
    return ssh
  }

  async #step(name: string, start: (start: ChildStart) => Promise<OwnChild>): Promise<void> {
    if (this.#stopping) throw stopping()
    const startedAtMs = performance.now()
    // Adopted before it is ready: one that never is must be stopped too.
    const child = await start({ started: (own) => this.#adopt(name, own), signal: this.#abort.signal })
    this.#plan.say(`${name} is up (pid ${child.pid}, ${Math.round(performance.now() - startedAtMs)} ms)`)
  }

  #adopt(name: string, child: OwnChild): void {
    this.#children.set(name, child)
    // What is killed stays dead, so that one can see what users see then.
    void child.ended.then((how) => {
      if (!this.#stopping) this.#plan.say(`${name} (pid ${child.pid}) ended: ${how}; it is not started again`)
    })
  }

  async #writeSshFiles(ssh: SshAddress): Promise<void> {
    const { layout } = this.#plan
    await writeFileAtomically(layout.knownHosts, formatKnownHost(ssh, readPublicHostKey(layout)), { mode: 0o644 })
    await writeFileAtomically(layout.sshConfig, formatSshConfig(layout, ssh), { mode: 0o644 })
  }

  async #describe(ssh: SshAddress): Promise<void> {
    const description = JSON.stringify(this.#description(ssh), null, 2)
    await writeFileAtomically(this.#plan.layout.description, `${description}\n`, { mode: 0o644 })
  }

  #description(ssh: SshAddress) {
    const first = this.#members[0]
    return {
      ssh: { ...ssh, user: 'signer' },
      members: this.#members.map(({ name, clientUrl, peerUrl, child }) => ({
        name,
        clientUrl,
        peerUrl,
        pid: child.pid,
      })),
      caFile: this.#plan.layout.caCertificate,
      adminCertFile: first?.files.certificate,
      adminKeyFile: first?.files.key,
      pids: { authority: this.#children.get('authority')?.pid, endpoint: this.#children.get('endpoint')?.pid },
    }
  }
}

function stopping(): SignetError {
  return new SignetError('try-later', 'the sandbox is being stopped')
}

function readPublicHostKey({ hostKey }: SandboxLayout): string {
  const key = ssh2.utils.parseKey(readFileSync(hostKey))
  if (key instanceof Error) throw new SignetError('internal', `${hostKey} is not an SSH key`, { cause: key })
  return `ssh-ed25519 ${key.getPublicSSH().toString('base64')}`
}
