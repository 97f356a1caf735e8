import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

/** What callers try at the signer's sshd, and what they get. */
export const sshFront: Scenario = {
  name: 'ssh-front',
  title: 'OpenSSH gives callers their word and nothing else, and every other account what it had before',
  run: async ({ cluster }) => {
    const { signer, master: caller } = await cluster()
    await answersWords(caller, signer)
    await givesNoShell(caller, signer)
    await copiesNoFiles(caller, signer)
    await forwardsNothing(caller, signer)
    await passesNothingOn(caller, signer)
    await endsIdleConnections(caller, signer)
    await leavesOthersAlone(caller, signer)
  },
}

async function answersWords(caller: Host, signer: Host): Promise<void> {
  // A client that is told to insist (-tt) ends by itself; one that asks by itself is denied the terminal and goes on.
  const line = `ssh signer@${signer.address}`
  const denied = await caller.tryRun(`script --quiet --return --command '${line}' /dev/null`)
  assert.match(denied.stdout, /PTY allocation request failed on channel 0[\s\S]*^usage: ssh signer@LEADER WORD/m)
  assert.equal(denied.status, 64)
  const insisting = await caller.tryRun(`ssh -tt signer@${signer.address} get-certificate`)
  assert.deepEqual([insisting.status, insisting.stdout], [255, ''])
  const withVariables = `ssh -o SetEnv='NODE_OPTIONS=--eval=1 LC_ALL=xx' signer@${signer.address} get-status`
  const status: unknown = JSON.parse(await caller.run(withVariables))
  assert(typeof status === 'object' && status !== null && 'version' in status, 'variables change nothing')
}

async function givesNoShell(caller: Host, signer: Host): Promise<void> {
  const usage = await caller.tryRun(`ssh signer@${signer.address}`, { input: 'id\nexit\n' })
  assert.deepEqual([usage.status, usage.stdout], [64, ''])
  assert.match(usage.stderr, /^usage: ssh signer@LEADER WORD/m)
  assert.doesNotMatch(usage.stderr, /uid=/)
  // What dash and cron make of the runbook's line, since they have no HOSTNAME.
  const unset = await caller.tryRun(`unset HOSTNAME; ssh signer@${signer.address} "$HOSTNAME" < /dev/null`)
  assert.deepEqual([unset.status, unset.stdout], [64, ''])
  const words = ['id', '/bin/sh', 'sh -c id', 'get-peers; id', '$(id)', '`id`', 'get-status\nid', '../sh', '-c id']
  for (const word of words) {
    const input = { input: 'id\nexit\n' }
    const { status, stdout, stderr } = await caller.tryRun(`ssh signer@${signer.address} -- ${quote(word)}`, input)
    assert.deepEqual([word, status, stdout], [word, 64, ''])
    assert.doesNotMatch(stderr, /uid=/, word)
  }
}

async function copiesNoFiles(caller: Host, signer: Host): Promise<void> {
  const from = `signer@${signer.address}:/etc/hostname`
  const to = `signer@${signer.address}:/tmp/copied`
  const tries = [
    `echo 'get /etc/hostname /tmp/copied' | sftp -b - signer@${signer.address}`,
    `ssh -s signer@${signer.address} sftp < /dev/null`,
    ...['', '-O'].flatMap((legacy) => [`scp ${legacy} ${from} /tmp/copied`, `scp ${legacy} /etc/hostname ${to}`]),
  ]
  for (const script of tries) {
    assert.notEqual((await caller.tryRun(script)).status, 0, script)
    for (const host of [caller, signer]) assert.equal((await host.tryRun('test -e /tmp/copied')).status, 1, script)
  }
}

// What it reads through a forwarding, if there is one, begins with "SSH-": it leads to the signer's own sshd.
async function forwardsNothing(caller: Host, signer: Host): Promise<void> {
  const ssh = `ssh -N signer@${signer.address}`
  const local = await caller.run(throughPort(`${ssh} -L 15001:127.0.0.1:22`, 15001, ''))
  const hello = String.raw`printf '\5\1\0' >&3; head -c 2 <&3 > /dev/null; printf '\5\1\0\1\177\0\0\1\0\26' >&3`
  const dynamic = await caller.run(throughPort(`${ssh} -D 15002`, 15002, hello))
  assert.deepEqual([local, dynamic], ['', ''])
  const stdio = await caller.tryRun(`ssh -W 127.0.0.1:22 signer@${signer.address} < /dev/null`)
  assert.deepEqual([stdio.status, stdio.stdout], [255, ''])
  assert.match(stdio.stderr, /administratively prohibited|open failed/)
  for (const place of ['16001:127.0.0.1:22', '/tmp/forwarded:127.0.0.1:22', '16001']) {
    const { status, stderr } = await caller.tryRun(`timeout 10 ${ssh} -o ExitOnForwardFailure=yes -R ${place}`)
    assert.deepEqual([place, status], [place, 255])
    assert.match(stderr, /forwarding failed|request failed|refused/i)
  }
}

/** Starts an ssh that listens on a port, reads what comes back through it, and ends it. */
function throughPort(command: string, port: number, hello: string): string {
  return `
    ${command} 2> /dev/null & forwarding=$!
    for _ in $(seq 50); do ss -ltn | grep -q '127.0.0.1:${port} ' && break; sleep 0.1; done
    ss -ltn | grep -q '127.0.0.1:${port} ' || exit 1
    exec 3<> /dev/tcp/127.0.0.1/${port}; ${hello}
    timeout 3 head -c 100 <&3 | tr -d '\\0' | grep -ao 'SSH-.*' || true
    kill $forwarding`
}

// The relay that waits for a caller's input shows what sshd gave it. The control: root's shell gets the agent.
async function passesNothingOn(caller: Host, signer: Host): Promise<void> {
  const options = '-A -X -o SetEnv=FOO=bar -o ForwardX11Trusted=yes'
  await caller.run(`
    eval "$(ssh-agent)" > /dev/null; export DISPLAY=:7
    { sleep 8 | ssh ${options} signer@${signer.address} kubemaster-waiting; } > /tmp/waiting 2>&1 &`)
  await signer.until('pgrep -u signer -f signet-relay', 5, 'a relay that waits for its caller')
  const environment = await signer.run(`tr '\\0' '\\n' < /proc/$(pgrep -u signer -f signet-relay | head -1)/environ`)
  assert.match(environment, new RegExp(`^SSH_CONNECTION=${caller.address} `, 'm'))
  assert.doesNotMatch(environment, /^(SSH_AUTH_SOCK|DISPLAY|FOO|SSH_TTY|XDG_SESSION_ID)=/m)
}

async function endsIdleConnections(caller: Host, signer: Host): Promise<void> {
  const startedMs = performance.now()
  await caller.run(`timeout 50 ssh -N signer@${signer.address} || test $? = 255`, { timeoutSeconds: 60 })
  const seconds = (performance.now() - startedMs) / 1000
  assert(seconds > 15 && seconds < 45, `a connection that asks nothing is ended after 20 s, not ${seconds} s`)
}

async function leavesOthersAlone(caller: Host, signer: Host): Promise<void> {
  await signer.run('useradd --create-home alice && echo alice:secret | chpasswd')
  const [dropIn, aside] = ['/etc/ssh/sshd_config.d/00-signet.conf', '/root/00-signet.conf']
  const show = (user: string): Promise<string> =>
    signer.run(`sshd -T -C user=${user},host=${caller.name},addr=${caller.address},laddr=${signer.address},lport=22`)
  const users = ['root', 'alice', 'etcd']
  const withDropIn = await Promise.all(users.map(show))
  await signer.run(`mv ${dropIn} ${aside}`)
  const without = await Promise.all(users.map(show)).finally(() => signer.run(`mv ${aside} ${dropIn}`))
  const strip = (text: string): string => text.replace(/^maxstartups .*\n/m, '')
  assert.deepEqual(withDropIn.map(strip), without.map(strip))
  assert.notDeepEqual(withDropIn, without, 'the drop-in is in force')
  await caller.run('test -e ~/.ssh/id_ed25519 || ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519')
  const key = (await caller.run('cat ~/.ssh/id_ed25519.pub')).trim()
  await signer.run(`
    for home in /root /home/alice; do mkdir -p $home/.ssh; echo '${key}' >> $home/.ssh/authorized_keys; done
    chown -R alice: /home/alice/.ssh`)
  assert.equal(await caller.run(`ssh root@${signer.address} id -un`), 'root\n')
  assert.equal(await caller.run(`ssh alice@${signer.address} id -un`), 'alice\n')
  // The same key opens nothing for signer, where somebody has put it.
  await signer.run(`mkdir -p /usr/share/signet/.ssh && echo '${key}' > /usr/share/signet/.ssh/authorized_keys`)
  const { status } = await caller.tryRun(`ssh signer@${signer.address} id`)
  await signer.run('rm -r /usr/share/signet/.ssh')
  assert.equal(status, 64)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
