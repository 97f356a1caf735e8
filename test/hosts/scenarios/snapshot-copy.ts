import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const copyProgram = '/usr/local/lib/signet/copy'
const dropIn = '/etc/systemd/system/signet-snapshot-copy.service.d/override.conf'
const state = '/var/lib/signet-snapshots/.state/copy.json'
const asAccount = 'setpriv --reuid=signet-copy --regid=signet-copy --init-groups'

/** Whatever the program tries, in its unit as it is shipped: each line that is done is written down. */
const attack = `file=$1 out=\${1%/*}
try() { (eval "$1") >> /mnt/vault/log 2>&1 && echo "DONE $1" >> /mnt/vault/log; }
try 'echo x > $file'; try 'rm -f $file'; try 'mv $file $file.gone'; try 'chmod 666 $file'; try 'ln $file /mnt/vault/mine'
try 'mv /mnt/vault/log $file'; try 'touch $out/new'; try 'echo x > $out/order.json'
try 'ls /var/lib/signet-snapshots'; try 'cat /var/lib/signet-snapshots/*.db'; try 'ls /var/lib/etcd/signet'
try 'cat /etc/etcd/pki/server.key'; try 'cat /etc/etcd/pki/ca.key'; try 'ls /var/lib/signet'; try 'ls /root/setup'
try 'touch /var/lib/signet-snapshots/x'; try 'touch /etc/x'; try 'touch /usr/local/lib/signet/x'
try 'systemctl stop etcd'; try 'kill -9 1'; try 'mount -t tmpfs none /mnt'
cat "$1" > /mnt/vault/read
printf 'bell \\a \\033]0;title\\007\\n'
yes | head -n 100000`

export const snapshotCopy: Scenario = {
  name: 'snapshot-copy',
  title:
    'snapshots leave the host by a program that can read nothing else and change nothing, encrypted for the recipients, and come back compared',
  run: async ({ cluster, note }) => {
    const { members } = await cluster()
    const member = members.at(-1)
    assert.ok(member !== undefined)
    // What the operator is told to do, in OPERATIONS.
    await member.run(`
      set -e
      mkdir -p /usr/local/lib/signet /mnt/vault ${dropIn.slice(0, dropIn.lastIndexOf('/'))}
      chown signet-copy: /mnt/vault
      printf '[Service]\\nReadWritePaths=/mnt/vault\\n' > ${dropIn}
      systemctl daemon-reload
      systemctl is-enabled signet-snapshot-copy.timer
      systemctl start signet-snapshot-stage.service`)
    assert.equal((await member.run('systemctl show -P ConditionResult signet-snapshot-stage.service')).trim(), 'no')
    await copies(member)
    await attacks(member)
    note(await hangs(member))
    await encrypts(member)
    await member.run(
      `rm -r /etc/signet/snapshot.yaml ${dropIn} /mnt/vault; systemctl daemon-reload; systemctl reset-failed`,
    )
  },
}

async function configure(host: Host, script: string, more = ''): Promise<void> {
  const fetch = 'stem=${1%.age}; exec cp "/mnt/vault/$1" "/mnt/vault/${stem%.db}.json" "$2/"'
  const write = (name: string, lines: string): string =>
    `cat > ${name} << 'EOF'\n#!/bin/sh\n${lines}\nEOF\nchmod 755 ${name}\n`
  await host.run(
    `set -e\n${write(copyProgram, script)}${write('/usr/local/lib/signet/fetch', fetch)}
    printf 'copy: ${copyProgram}\\nfetch: /usr/local/lib/signet/fetch\\n${more}' > /etc/signet/snapshot.yaml`,
  )
}

/** By the timer's own unit; the second time there is nothing to do. */
async function copies(host: Host): Promise<void> {
  await configure(host, 'exec cp "$1" "$2" /mnt/vault/')
  const file = (await host.run('signet snapshot save')).trim()
  await host.run('systemctl start signet-snapshot-stage.service')
  const name = file.slice(file.lastIndexOf('/') + 1)
  await host.run(`cmp ${file} /mnt/vault/${name} && signet snapshot verify /mnt/vault/${name}`)
  assert.equal((await host.run(`stat -c '%U %G %a %h' ${file}`)).trim(), 'root root 600 1')
  assert.equal(JSON.parse(await host.run(`cat ${state}`)).lastSuccess.snapshot, name)
  await host.run('rm /mnt/vault/*; systemctl start signet-snapshot-stage.service')
  assert.equal(await host.run('ls /mnt/vault'), '')
  // It said that it had copied; now nothing is there.
  const lost = await host.tryRun(`signet snapshot fetch ${name} --to=/root`)
  assert.equal(lost.status, 69, lost.stderr)
  await host.run(`signet snapshot copy ${name} && mkdir /root/back && signet snapshot fetch ${name} --to=/root/back`)
  await host.run(`cmp ${file} /root/back/${name}`)
}

async function attacks(host: Host): Promise<void> {
  await configure(host, attack)
  await host.run('signet snapshot save')
  await host.run('signet snapshot copy')
  const log = await host.run('cat /mnt/vault/log')
  assert.doesNotMatch(log, /DONE/, log)
  await host.run('signet snapshot verify "$(ls -t /var/lib/signet-snapshots/*.db | head -1)"')
  await host.run('cmp /mnt/vault/read "$(ls -t /var/lib/signet-snapshots/*.db | head -1)"; rm /mnt/vault/*')
  const journal = await host.run('journalctl -u signet-snapshot-copy -o cat --no-pager')
  assert.match(journal, /it says: "bell \\x07 \\x1b\]0;title/)
  assert.match(journal, /further lines, which are left out/)
  assert.ok(journal.split('\n').length < 400, 'the log is bounded')
}

/** A program that hangs is killed with what it has started, whatever that has left behind; also where root's half is killed. */
async function hangs(host: Host): Promise<string> {
  await configure(host, 'setsid sleep 7777 & trap "" TERM; sleep 7777; sleep 7777')
  await host.run(
    `printf '[Service]\\nReadWritePaths=/mnt/vault\\nTimeoutStartSec=3s\\nTimeoutStopSec=1s\\n' > ${dropIn}; systemctl daemon-reload`,
  )
  await host.run('signet snapshot save')
  const started = performance.now()
  const { status, stderr } = await host.tryRun('signet snapshot copy')
  assert.equal(status, 69, stderr)
  assert.match(stderr, /did not end in its time and was killed/)
  assert.match(JSON.parse(await host.run(`cat ${state}`)).lastTry.failure, /did not end in its time/)
  await host.run('! pgrep -f "[s]leep 7777"')
  await host.run('systemctl start --no-block signet-snapshot-stage.service')
  await host.until('pgrep -f "[s]leep 7777"', 20, 'the program runs')
  await host.run('systemctl kill --signal=KILL signet-snapshot-stage.service')
  await host.until('! pgrep -f "[s]leep 7777"', 20, 'it is killed though root no longer waits for it')
  await host.run(`printf '[Service]\\nReadWritePaths=/mnt/vault\\n' > ${dropIn}; systemctl daemon-reload`)
  return `a program that hangs, killed after 3 s: ${Math.round((performance.now() - started) / 1000)} s`
}

async function encrypts(host: Host): Promise<void> {
  const missing = 'recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]\\n'
  await configure(host, 'exec cp "$1" "$2" /mnt/vault/', missing)
  const without = await host.tryRun('signet snapshot copy')
  assert.equal(without.status, 78, without.stderr)
  assert.match(without.stderr, /signet: hint: apt install age/)
  await host.run('DEBIAN_FRONTEND=noninteractive apt-get -q install --yes age')
  await host.run('age-keygen -o /root/identity.txt 2> /dev/null')
  const recipient = (await host.run('age-keygen -y /root/identity.txt')).trim()
  await configure(host, 'exec cp "$1" "$2" /mnt/vault/', `recipients: [${recipient}]\\n`)
  await host.run('systemctl start signet-snapshot-stage.service')
  assert.match(await host.run('ls /mnt/vault'), /^etcd-\S+\.db\.age\n/)
  const name = (await host.run('ls /mnt/vault/*.age | tail -1')).trim().replace(/^.*\/|\.age$/g, '')
  await host.run(
    `rm -r /root/back; mkdir /root/back; signet snapshot fetch ${name} --to=/root/back --identity=/root/identity.txt`,
  )
  await host.run(`cmp /var/lib/signet-snapshots/${name} /root/back/${name}`)
  await host.run(`printf x | ${asAccount} dd of=/mnt/vault/${name}.age bs=1 seek=400 conv=notrunc 2> /dev/null`)
  const changed = await host.tryRun(`rm -r /root/back; mkdir /root/back; signet snapshot fetch ${name} --to=/root/back`)
  assert.equal(changed.status, 65, changed.stderr)
  assert.equal(await host.run('ls -A /root/back'), '')
}
