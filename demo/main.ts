// The runbook on a throw-away cluster, with the stock ssh, openssl and etcdctl of this machine as the client.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { showClientCertificate } from './client-steps.ts'
import { showExpiry } from './expiry-steps.ts'
import { showPeerPort } from './peer-port-steps.ts'
import { SandboxProcess } from './sandbox-process.ts'
import { Transcript } from './transcript.ts'

const briefLifetimeSeconds = 8

async function runDemo(directory: string, sandboxes: SandboxProcess[]): Promise<Transcript> {
  const transcript = new Transcript({
    directory,
    environment: { HOSTNAME: 'kubemaster-1', ETCDCTL_API: '3' },
    write: (text) => void process.stdout.write(text),
  })
  transcript.say(
    'Start a sandbox of three members, the second and third by real joins: signet sandbox --dir sandbox --members 3',
  )
  const sandbox = await SandboxProcess.start(join(directory, 'sandbox'), ['--members', '3'])
  sandboxes.push(sandbox)
  const [member] = sandbox.members
  if (member === undefined) throw new Error('the sandbox has no member')
  await showClientCertificate(transcript)
  await showPeerPort(transcript, directory, member)
  const lifetime = `${briefLifetimeSeconds}s`
  sandboxes.push(await SandboxProcess.start(join(directory, 'brief'), ['--client-lifetime', lifetime]))
  await showExpiry(transcript, briefLifetimeSeconds)
  return transcript
}

const directory = mkdtempSync(join(realpathSync(tmpdir()), 'signet-demo-'))
const sandboxes: SandboxProcess[] = []
const startedMs = performance.now()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void endEarly())

async function endEarly(): Promise<void> {
  await cleanUp()
  process.exit(130)
}

async function cleanUp(): Promise<void> {
  await Promise.all(sandboxes.map((sandbox) => sandbox.stop()))
  rmSync(directory, { recursive: true, force: true })
}

try {
  const { steps, failures } = await runDemo(directory, sandboxes)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  const verdict = failures === 0 ? 'all as they should be' : `${failures} NOT as they should be`
  process.stdout.write(`\n# ${steps} steps in ${seconds} s, ${verdict}\n`)
  process.exitCode = failures === 0 ? 0 : 1
} finally {
  await cleanUp()
}
