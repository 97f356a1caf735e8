import { dirname } from 'node:path'
import { askEndpoints } from '../../client/ask/ask-endpoints.ts'
import { fetchIssuingCa } from '../../client/ask/fetch-issuing-ca.ts'
import { parsePeers } from '../../client/ask/parse-peers.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import { type VerifiedCa, verifyCa } from '../../client/pair/verify-ca.ts'
import { prepareRequest } from '../../client/plan-request.ts'
import { keepPolicy, keptPolicyFile } from '../../client/renew/kept-policy.ts'
import { applyRequest } from '../../client/request-certificate.ts'
import { type ClusterOperations, etcdOperations } from '../../cluster/cluster-operations.ts'
import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { SignetError } from '../../core/signet-error.ts'
import { formatPeers } from '../../etcd/format-topology.ts'
import type { Member } from '../../etcd/member.ts'
import { memberPaths, type PairPaths } from '../../host/pair-paths.ts'
import type { HostWorld } from '../host-world.ts'
import { ensureMemberKey } from '../member/own-certificate.ts'
import type { JoinSigner } from './join-world.ts'
import type { JoinFacts } from './plan-join.ts'

const etcdTimeoutMs = 5000

/** A host, and who hears what could not be done but is no failure. */
type AskingWorld = HostWorld & Required<Pick<ClientWorld, 'onWarning'>>

/**
 * The signer, as a host that joins asks it: for each thing once in a run, and for a certificate twice, short-lived before etcd
 * lists this host and with its full lifetime after. What was told stays true of this run: the plan was made with the status,
 * its pin decides about the CA, and nothing that another CA has signed is taken, whoever may answer by then. But once this
 * host is a member the list of members is another; then etcd itself has told it, and every member was asked about it.
 */
export class HostSigner implements JoinSigner {
  readonly #facts: JoinFacts
  readonly #world: AskingWorld
  readonly #paths: PairPaths
  #ca: VerifiedCa | undefined
  #endpoints: readonly string[] | undefined

  constructor(facts: JoinFacts, world: AskingWorld) {
    this.#facts = facts
    this.#world = world
    this.#paths = memberPaths(world.layout)
  }

  async fetchCa(): Promise<void> {
    const { signer, status, owner } = this.#facts
    const { files, clock } = this.#world
    const caPem = await fetchIssuingCa(signer, this.#world)
    this.#ca = verifyCa({ caPem, pin: status.pin, nowMs: clock.now() })
    // Whoever runs this owns it, whoever its files belong to: nobody else can put another CA there.
    await files.makeDirectory(dirname(this.#paths.ca), { mode: 0o755 })
    await files.write(this.#paths.ca, this.#ca.pem, { mode: 0o644, owner })
  }

  makeKey(): Promise<void> {
    return ensureMemberKey(this.#world)
  }

  async obtainCertificate(): Promise<void> {
    const { signer, status } = this.#facts
    // Where it does not answer, the check of the cluster asks again, and ends the run.
    this.#endpoints ??= await askEndpoints(signer, this.#world)
    await this.#obtain(this.#endpoints ?? [])
    await keepPolicy({ kind: 'member', signer, pins: [status.pin], status }, this.#world.layout.renewal, this.#world)
  }

  async renewCertificate(members: readonly Member[]): Promise<void> {
    const endpoints = await askEndpoints(this.#facts.signer, this.#world, formatPeers(members))
    await this.#obtain(endpoints ?? this.#endpoints ?? [])
  }

  async #obtain(endpoints: readonly string[]): Promise<void> {
    const { own, signer, status, clockSkewMs, owner } = this.#facts
    const { name, address } = own
    const ca = this.#ca
    if (ca === undefined) throw new SignetError('internal', 'a certificate is asked for before the CA is known')
    const files = { paths: this.#paths, stateFile: this.#world.layout.renewal, owner }
    const wanted = { kind: 'member', name, address, signer, pin: ca.pin, ...files } as const
    const prepared = await prepareRequest(wanted, this.#world)
    await applyRequest({ ...prepared, status, clockSkewMs, ca, endpoints }, this.#world)
  }

  async remove(what: 'ca' | 'key' | 'certificate'): Promise<void> {
    const { files, layout } = this.#world
    const beside = what === 'certificate' ? [layout.renewal, keptPolicyFile(layout.renewal)] : []
    for (const path of [this.#paths[what], ...beside]) await files.remove(path)
  }

  /** Connects to the members that the signer knows, with the pair that this host has by then. */
  async connect(): Promise<ClusterOperations> {
    const { signer } = this.#facts
    this.#endpoints ??= parsePeers(await this.#world.ask(signer, 'get-peers'), signer)
    return etcdOperations(connectWithPair(this.#paths, { endpoints: this.#endpoints, timeoutMs: etcdTimeoutMs }))
  }
}
