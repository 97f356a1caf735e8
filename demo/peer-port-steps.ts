import { ControlEtcd } from './control-etcd.ts'
import type { SandboxMember } from './sandbox-process.ts'
import type { Transcript } from './transcript.ts'

/** With one CA, a client certificate must not open etcd's peer port; and it would, were it not for one flag. */
export async function showPeerPort(transcript: Transcript, directory: string, member: SandboxMember): Promise<void> {
  await signWithoutSan(transcript)
  const control = await ControlEtcd.start(directory)
  try {
    await transcript.run({
      title: 'Control: an etcd that was started without --peer-cert-allowed-hostname lets it in',
      command: askMembers(control.peerHostPort),
      shows: /HTTP\/1\.1 200 OK/,
    })
  } finally {
    control.stop()
  }
  const refused = await transcript.run({
    title: 'A member of the cluster refuses the same certificate, in the handshake',
    command: askMembers(new URL(member.peerUrl).host),
    outcome: 'fails',
    shows: /alert/,
  })
  transcript.require(!refused.stdout.includes('HTTP/'), 'nothing of etcd came back')
}

async function signWithoutSan(transcript: Transcript): Promise<void> {
  const extensions = [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=clientAuth',
  ]
  await transcript.run({
    title:
      "etcd's peer port must stay closed to masters. A name that does not resolve is refused there anyway and proves\n" +
      '# nothing; so make a certificate without one, with the CA key of the sandbox: no SSH word gives that',
    command: `printf '%s\\n' ${extensions.join(' ')} > no-san.ext`,
  })
  await transcript.run({
    command:
      'openssl x509 -req -in client.csr -CA sandbox/pki/ca.crt -CAkey sandbox/pki/ca.key -set_serial 1 -days 1 -extfile no-san.ext -out no-san.crt',
  })
}

function askMembers(hostPort: string): string {
  const request = "printf 'GET /members HTTP/1.1\\r\\nHost: etcd\\r\\nConnection: close\\r\\n\\r\\n'"
  return `${request} | openssl s_client -quiet -connect ${hostPort} -CAfile ca.crt -cert no-san.crt -key client.key`
}
