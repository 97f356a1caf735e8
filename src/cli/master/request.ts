import { hostname } from 'node:os'
import { formatWord } from '../../client/ask/certificate-word.ts'
import { planLayout } from '../../client/client-layout.ts'
import { systemClientWorld } from '../../client/client-world.ts'
import { parseKeyType } from '../../client/pair/client-key.ts'
import { type CertificateRequest, type RequestPlan, readRequestPlan } from '../../client/plan-request.ts'
import { applyRequest, type ObtainedCertificate } from '../../client/request-certificate.ts'
import { parseTypedSigner, type TypedSigner } from '../../client/typed-signer.ts'
import { formatDuration } from '../../core/duration.ts'
import { adviseRenewal, readScheduler } from '../../diagnosis/renewal-timer.ts'
import { type CommandStreams, warnOn } from '../command-streams.ts'

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
  const ports = systemClientWorld(warnOn(streams), { isReadOnly: options.dryRun === true, dir: options.dir })
  const plan = await readRequestPlan(parseRequest(options), ports)
  if (options.dryRun === true) return printPlan(plan, options, streams)
  const obtained = await applyRequest(plan, ports)
  report(obtained, adviseRenewal(options.dir, readScheduler()), streams)
  const { stdout } = streams
  stdout.write(options.json === true ? formatJson(obtained) : `${formatApiServerFlags(obtained).join('\n')}\n`)
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

function printPlan(plan: RequestPlan, { json }: RequestOptions, { stdout }: CommandStreams): void {
  const { request, ca, clockSkewMs, installedKey, endpoints, status } = plan
  const key = installedKey === undefined ? 'make' : 'keep'
  const facts = { name: request.name, pin: ca.pin, clockSkewMs, key, paths: request.paths, endpoints }
  if (json === true) {
    stdout.write(`${JSON.stringify(facts)}\n`)
    return
  }
  const lines = [
    `CA ${ca.pin}, until ${new Date(ca.certificate.notAfterMs).toISOString()}`,
    `${key} the key ${request.paths.key}`,
    `ask ${request.signer.address} for ${formatWord(request)}, for ${formatDuration(status.clientLifetimeSeconds)}`,
    `write ${request.paths.certificate}, ${request.paths.ca} and ${request.stateFile}`,
  ]
  stdout.write(`${lines.join('\n')}\n`)
}

function report({ request: asked, ...found }: ObtainedCertificate, renewal: string, { stderr }: CommandStreams): void {
  const say = (text: string): void => {
    stderr.write(`signet: ${text}\n`)
  }
  if (!found.caWasKnown) say(`trusted the CA that answered first; compare its pin with init's: ${found.pin}`)
  const seconds = Math.round(found.clockSkewMs / 1000)
  if (Math.abs(seconds) > 60) say(`warning: the clock of the signer is ${seconds} s ahead of this host's`)
  say(`${asked.name} has a certificate until ${new Date(found.notAfterMs).toISOString()}`)
  say(`${found.keyWasMade ? 'made' : 'kept'} the key ${asked.paths.key}`)
  say(`renew it for ever: ${renewal}`)
  say('give kube-apiserver these flags:')
}

function formatApiServerFlags({ request, endpoints }: ObtainedCertificate): readonly string[] {
  const { ca, certificate, key } = request.paths
  const servers = endpoints.length === 0 ? [] : [`--etcd-servers=${endpoints.join(',')}`]
  return [...servers, `--etcd-cafile=${ca}`, `--etcd-certfile=${certificate}`, `--etcd-keyfile=${key}`]
}

function formatJson(obtained: ObtainedCertificate): string {
  const { request, pin, notBeforeMs, notAfterMs, clockSkewMs, endpoints, keyWasMade } = obtained
  const notBefore = new Date(notBeforeMs).toISOString()
  const notAfter = new Date(notAfterMs).toISOString()
  const { name, paths } = request
  return `${JSON.stringify({ name, pin, notBefore, notAfter, clockSkewMs, endpoints, keyWasMade, paths })}\n`
}
