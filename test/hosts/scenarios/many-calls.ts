import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'
import { places } from '../set-up/places.ts'

const parallel = 200
const rounds = 5
const homeMadePort = 2200

/** The front of a real host under a fleet's load, beside what people write themselves, on the same host. */
export const manyCalls: Scenario = {
  name: 'many-calls',
  releases: ['trixie'],
  title: 'sshd with the relay answers 200 calls at once, and is no slower than a forced command that runs openssl',
  run: async ({ cluster, note }) => {
    const { signer, master } = await cluster()
    await startHomeMade(signer)
    await master.run(prepare, { timeoutSeconds: 120 })
    const signet = { host: signer.address, port: 22, user: 'signer' }
    const homeMade = { host: signer.address, port: homeMadePort, user: 'homemade' }
    const [lost, lostOfHomeMade] = [await burst(master, signet), await burst(master, homeMade)]
    assert.equal(lost, 0, `${lost} of ${parallel} parallel calls were lost`)
    note(`${parallel} calls at once: none lost; the home-made signer lost ${lostOfHomeMade}`)
    const ratios: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const own = await measureMs(master, signet)
      ratios.push((await measureMs(master, homeMade)) / own)
    }
    const ratio = ratios.toSorted((one, other) => one - other)[Math.floor(rounds / 2)] ?? 0
    note(`certificates a second, eight at a time: ${ratio.toFixed(2)} times those of the home-made signer`)
    await signer.run('systemctl stop home-made-sshd')
    // The figure is above; a tenth is what a shared machine adds or takes.
    assert(ratio >= 0.9, `slower than the home-made signer: ${ratios.map((value) => value.toFixed(2)).join(', ')}`)
  },
}

interface Signer {
  readonly host: string
  readonly port: number
  readonly user: string
}

// A CSR for each name, all of one key; and one connection each before it counts, so that host keys are known.
const prepare = `
mkdir -p /run/load && cd /run/load
openssl ecparam -name prime256v1 -genkey -noout -out key
for i in $(seq ${parallel}); do openssl req -new -key key -subj /CN=kubemaster-$i | base64 > $i.csr; done`

const ask = ({ host, port, user }: Signer): string =>
  `ssh -p ${port} ${user}@${host} kubemaster-$0 < $0.csr 2> $0.said | grep -q "BEGIN CERTIFICATE" || echo $0 "$(cat $0.said)"`

async function burst(caller: Host, signer: Signer): Promise<number> {
  await caller.run(`ssh -p ${signer.port} ${signer.user}@${signer.host} kubemaster-1 < /run/load/1.csr`)
  const script = `cd /run/load; seq ${parallel} | xargs -P ${parallel} -n 1 sh -c '${ask(signer)}'`
  const lost = (await caller.run(script, { timeoutSeconds: 300 })).trim()
  return lost === '' ? 0 : lost.split('\n').length
}

async function measureMs(caller: Host, signer: Signer): Promise<number> {
  const startedMs = performance.now()
  const script = `cd /run/load; seq 60 | xargs -P 8 -n 1 sh -c '${ask(signer)}'`
  assert.equal(await caller.run(script, { timeoutSeconds: 120 }), '')
  return performance.now() - startedMs
}

/** An account whose forced command is the home-made signer, behind a second sshd of the same host with its defaults. */
async function startHomeMade(signer: Host): Promise<void> {
  const input = readFileSync(`${places.checkout}/bench/ssh/home-made-signer.sh`, 'utf8')
  await signer.run('useradd --create-home --shell /bin/bash homemade && passwd --quiet --delete homemade')
  await signer.run('cat > /home/homemade/signer.sh && chmod 755 /home/homemade/signer.sh', { input })
  await signer.run(`
    cd /home/homemade
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj /CN=ca -days 9 2> /dev/null
    chown homemade: ca.key ca.crt
    cat > /etc/ssh/home_made_config <<END
Port ${homeMadePort}
UsePAM yes
PidFile none
Match User homemade
  PasswordAuthentication yes
  PermitEmptyPasswords yes
  AuthenticationMethods none
  ForceCommand /home/homemade/signer.sh
  DisableForwarding yes
  PermitTTY no
END
    systemd-run --quiet --unit=home-made-sshd --collect /usr/sbin/sshd -D -f /etc/ssh/home_made_config`)
  await signer.until(`ss -ltn | grep -q ':${homeMadePort} '`, 10)
}
