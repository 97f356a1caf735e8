import type { Transcript } from './transcript.ts'

const ssh = 'ssh -F sandbox/ssh_config signer@leader'
const tls = '--cacert ca.crt --cert client.crt --key client.key'

/** A master's first day: CA, key, CSR, certificate, a value written and read, and the certificate renewed. */
export async function showClientCertificate(transcript: Transcript): Promise<void> {
  await fetchCa(transcript)
  await obtainCertificate(transcript)
  await useCertificate(transcript)
  await renewCertificate(transcript)
}

async function fetchCa(transcript: Transcript): Promise<void> {
  await transcript.run({
    title: 'Ask the signer what it is, and fetch the CA certificate',
    command: `${ssh} get-status`,
    shows: /"pin":"SHA256:[0-9A-F]{64}"/,
  })
  await transcript.run({ command: `${ssh} get-certificate > ca.crt` })
  await transcript.run({
    command: 'openssl x509 -in ca.crt -noout -subject -enddate -fingerprint -sha256',
    shows: /Signet etcd CA/,
  })
}

async function obtainCertificate(transcript: Transcript): Promise<void> {
  await transcript.run({
    title: 'Make a key and a CSR with openssl; the key never leaves this machine',
    command: 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out client.key',
  })
  await transcript.run({ command: 'openssl req -new -key client.key -subj "/CN=$HOSTNAME" -out client.csr' })
  await transcript.run({
    title: 'Get the certificate. HOSTNAME is kubemaster-1',
    command: `base64 < client.csr | ${ssh} "$HOSTNAME" > client.crt`,
  })
  await transcript.run({
    command: 'openssl verify -x509_strict -purpose sslclient -CAfile ca.crt client.crt',
    shows: /client\.crt: OK/,
  })
  await transcript.run({
    command: 'openssl x509 -in client.crt -noout -subject -dates -ext subjectAltName,extendedKeyUsage',
    shows: /DNS:kubemaster-1/,
  })
}

async function useCertificate(transcript: Transcript): Promise<void> {
  await transcript.run({
    title: 'Ask where etcd is',
    command: `${ssh} get-peers`,
    shows: /^https:\/\/127\.0\.0\.1:\d+$/m,
  })
  await transcript.run({ command: `${ssh} get-topology`, shows: /(^|,)etcd-3=https:\/\/127\.0\.0\.3:\d+/m })
  const etcdctl = `etcdctl --endpoints "$(${ssh} get-peers | paste -sd, -)" ${tls}`
  await transcript.run({
    title: 'Write and read a value in etcd with the certificate',
    command: `${etcdctl} put demo/greeting "hello from $HOSTNAME"`,
    shows: /^OK$/m,
  })
  await transcript.run({ command: `${etcdctl} get demo/greeting`, shows: /^hello from kubemaster-1$/m })
}

async function renewCertificate(transcript: Transcript): Promise<void> {
  await transcript.run({
    title: 'Renew: the same key, the same words, a new certificate',
    command: `base64 < client.csr | ${ssh} "$HOSTNAME" > renewed.crt`,
  })
  const publicKeys = await transcript.run({
    command: 'for c in client renewed; do openssl x509 -in $c.crt -noout -pubkey | openssl sha256; done',
  })
  const serials = await transcript.run({
    command: 'for c in client renewed; do openssl x509 -in $c.crt -noout -serial; done',
  })
  transcript.require(distinctLines(publicKeys.stdout) === 1, 'both certificates hold the same public key')
  transcript.require(distinctLines(serials.stdout) === 2, 'their serial numbers differ')
  await transcript.run({
    command: `etcdctl --endpoints "$(${ssh} get-peers | paste -sd, -)" --cacert ca.crt --cert renewed.crt --key client.key get demo/greeting`,
    shows: /^hello from kubemaster-1$/m,
  })
}

function distinctLines(text: string): number {
  return new Set(text.trim().split('\n')).size
}
