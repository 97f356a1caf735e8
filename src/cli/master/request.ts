import { hostname } from 'node:os'
import type { CertificateRequest } from '../../client/certificate-request.ts'
import { planLayout } from '../../client/client-layout.ts'
import { systemClientWorld } from '../../client/client-world.ts'
import {
  formatApiServerFlags,
  formatObtained,
  formatRequestPlan,
  obtainedJson,
  requestPlanJson,
} from '../../client/format-request.ts'
import { parseKeyType } from '../../client/pair/client-key.ts'
import { readRequestPlan } from '../../client/plan-request.ts'
import { applyRequest } from '../../client/request-certificate.ts'
import { parseTypedSigner, type TypedSigner } from '../../client/typed-signer.ts'
import { adviseRenewal, readScheduler } from '../../diagnosis/renewal-timer.ts'
import { showAsking } from '../../diagnosis/screen/show-waits.ts'
import { type CommandStreams, printJson, printLines, sayOn, warnOn } from '../command-streams.ts'

/** What an operator may say to `request`, as typed. */
export interface RequestOptions extends TypedSigner {
  /** The host's name where it is not given. */
  readonly name?: string
  readonly pin?: string
  /** kubeadm's paths where it is not given. */
  readonly dir?: string
  readonly keyType?: string
  readonly newKey?: boolean
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Requests this master's certificate and prints what kube-apiserver is to be given. */
export async function runRequest(options: RequestOptions, streams: CommandStreams): Promise<void> {
  const { dir, dryRun, json } = options
  const world = showAsking(systemClientWorld(warnOn(streams), { isReadOnly: dryRun === true, dir }), streams.stderr)
  const plan = await readRequestPlan(parseRequest(options), world)
  if (dryRun === true) {
    if (json === true) printJson(streams, requestPlanJson(plan))
    else printLines(streams, formatRequestPlan(plan))
    return
  }
  const obtained = await applyRequest(plan, world)
  for (const line of formatObtained(obtained, adviseRenewal(dir, readScheduler()))) sayOn(streams)(line)
  if (json === true) printJson(streams, obtainedJson(obtained))
  else printLines(streams, formatApiServerFlags(obtained))
}

function parseRequest(options: RequestOptions): CertificateRequest {
  const { name, pin, dir, keyType, newKey } = options
  const { knownHostsFile, ...layout } = planLayout(dir)
  return {
    kind: 'client',
    name: name ?? hostname(),
    signer: parseTypedSigner(options, { knownHostsFile, hostKeyPolicy: 'remember' }),
    ...layout,
    pin,
    keyType: keyType === undefined ? undefined : parseKeyType(keyType),
    newKey,
  }
}
