import type { Transcript } from './transcript.ts'

const ssh = 'ssh -F brief/ssh_config signer@leader'
const etcdctl = 'etcdctl --dial-timeout 2s --command-timeout 3s --cacert brief-ca.crt --cert brief.crt --key client.key'

/** A certificate of a few seconds' life works, then does not, and is renewed like any other. */
export async function showExpiry(transcript: Transcript): Promise<void> {
  await transcript.run({
    title: 'A certificate from there works',
    command: `${ssh} get-certificate > brief-ca.crt`,
  })
  await transcript.run({
    command: `base64 < client.csr | ${ssh} "$HOSTNAME" > brief.crt && openssl x509 -in brief.crt -noout -enddate && ${etcdctl} --endpoints "$(${ssh} get-peers)" put demo/brief yes`,
    shows: /^OK$/m,
  })
  await showRefusal(transcript)
  await transcript.run({
    title: 'An expired certificate is renewed like any other: the same CSR again',
    command: `base64 < client.csr | ${ssh} "$HOSTNAME" > brief.crt && ${etcdctl} --endpoints "$(${ssh} get-peers)" get demo/brief`,
    shows: /^yes$/m,
  })
}

async function showRefusal(transcript: Transcript): Promise<void> {
  await transcript.run({
    title: 'Wait until it has expired',
    command: 'while openssl x509 -in brief.crt -noout -checkend 0 > /dev/null; do sleep 0.2; done; date -u',
  })
  await transcript.run({
    title: 'etcd refuses it now; its client only sees that no connection comes about',
    command: `${etcdctl} --endpoints "$(${ssh} get-peers)" get demo/brief`,
    outcome: 'fails',
  })
  await transcript.run({
    title: "etcd's log says why",
    command: 'grep -h -o "[^\\"]*certificate has expired[^\\"]*" brief/logs/etcd-1.log | tail -n 1',
    shows: /certificate has expired/,
  })
}
