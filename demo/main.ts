// The runbook on a throw-away cluster, with the stock ssh, openssl and etcdctl of this machine as the client.
import { join } from 'node:path'
import { reportFailure } from '../src/cli/report-failure.ts'
import { asSignetError } from '../src/core/signet-error.ts'
import { makeVanishingDirectory } from '../src/host/files/vanishing-directory.ts'
import { showClientCertificate } from './client-steps.ts'
import { showExpiry } from './expiry-steps.ts'
import { showPeerPort } from './peer-port-steps.ts'
import { SandboxProcess } from './sandbox-process.ts'
import { Transcript } from './transcript.ts'

const briefLifetimeSeconds = 8

const directory = makeVanishingDirectory('signet-demo-')
const sandboxes: SandboxProcess[] = []
const startedMs = performance.now()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void endEarly(130))
// Whoever reads it went away, such as head: nobody sees the rest.
process.stdout.on('error', () => void endEarly(1))

async function runDemo(): Promise<Transcript> {
  const transcript = new Transcript({
    directory: directory.path,
    environment: { HOSTNAME: 'kubemaster-1' },
    write: (text) => void process.stdout.write(text),
  })
  transcript.say(
    'A cluster of three etcd members on this machine; the second and third join it over SSH while it serves:\n' +
      '# signet sandbox --dir sandbox --members 3',
  )
  const sandbox = await startSandbox('sandbox', '--members', '3')
  const [member] = sandbox.members
  if (member === undefined) throw new Error('the sandbox has no member')
  await showClientCertificate(transcript)
  await showPeerPort(transcript, directory.path, member)
  const lifetime = `${briefLifetimeSeconds}s`
  transcript.say(
    `Expiry is the revocation. Another cluster, whose client certificates live ${briefLifetimeSeconds} seconds:\n` +
      `# signet sandbox --dir brief --client-lifetime ${lifetime}`,
  )
  await startSandbox('brief', '--client-lifetime', lifetime)
  await showExpiry(transcript)
  return transcript
}

async function startSandbox(name: string, ...args: readonly string[]): Promise<SandboxProcess> {
  const sandbox = new SandboxProcess(join(directory.path, name), args)
  sandboxes.push(sandbox)
  await sandbox.untilReady()
  return sandbox
}

function printVerdict({ steps, failures }: Transcript): void {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  const verdict = failures === 0 ? 'all as they should be' : `${failures} NOT as they should be`
  process.stdout.write(`\n# ${steps} steps in ${seconds} s, ${verdict}\n`)
  if (failures === 0)
    process.stdout.write('# A cluster to play with: npm run sandbox -- --dir /tmp/signet --members 3\n')
}

async function endEarly(status: number): Promise<void> {
  await cleanUp()
  process.exit(status)
}

async function cleanUp(): Promise<void> {
  await Promise.all(sandboxes.map((sandbox) => sandbox.stop()))
  directory.remove()
}

try {
  const transcript = await runDemo()
  printVerdict(transcript)
  process.exitCode = transcript.failures === 0 ? 0 : 1
} catch (error) {
  process.exitCode = reportFailure(asSignetError(error), process.stderr)
} finally {
  await cleanUp()
}
