import type { Transcript } from './transcript.ts'

const ssh = 'ssh -F brief/ssh_config signer@leader'
const etcdctl = 'etcdctl --dial-timeout 2s --command-timeout 3s --cacert brief-ca.crt --cert brief.crt --key client.key'

/** Expiry is the revocation: a certificate of a few seconds' life works, and then does not. */
export async function showExpiry(transcript: Transcript, lifetimeSeconds: number): Promise<void> {
  await transcript.run({
    title: `Expiry: another sandbox, whose client certificates live ${lifetimeSeconds} seconds`,
    command: `${ssh} get-certificate > brief-ca.crt`,
  })
  await transcript.run({
    command: `base64 < client.csr | ${ssh} "$HOSTNAME" > brief.crt && openssl x509 -in brief.crt -noout -enddate && ${etcdctl} --endpoints "$(${ssh} get-peers)" put demo/brief yes`,
    shows: /^OK$/m,
  })
  await transcript.run({
    title: 'Wait until it has expired',
    command: 'while openssl x509 -in brief.crt -noout -checkend 0 > /dev/null; do sleep 0.2; done; date -u',
  })
  await transcript.run({
    command: `${etcdctl} --endpoints "$(${ssh} get-peers)" get demo/brief`,
    outcome: 'fails',
  })
  await transcript.run({
    title: 'etcd says why',
    command: 'grep -h -o "[^\\"]*certificate has expired[^\\"]*" brief/logs/etcd-1.log | tail -n 1',
    shows: /certificate has expired/,
  })
}
