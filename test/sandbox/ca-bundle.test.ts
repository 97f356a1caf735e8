import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { isAlive, pathWithTools, SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { ownMain } from '../support/shell/own-program.ts'
import type { ShellResult } from '../support/shell/shell.ts'
import { OpensslPki } from '../support/x509/openssl-pki.ts'

const ssh = 'ssh -F sandbox/ssh_config signer@leader'
const sandbox = new SandboxFixture()
const children: ChildProcess[] = []
let other: OpensslPki
let own = ''
let etcd: readonly string[] = []

/** A process like one of the sandbox's, in the place of that one, once `line` ends well. Connections end with the old one. */
async function replace(pid: number, [command = '', ...args]: readonly string[], line: string): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await sandbox.until(() => !isAlive(pid))
  children.push(spawn(command, args, { stdio: 'ignore', env: { ...process.env, PATH: pathWithTools } }))
  await sandbox.until(async () => (await sandbox.run(line)).status === 0)
}

const run = (line: string): Promise<ShellResult> => sandbox.run(line)

async function runWell(line: string): Promise<string> {
  const { status, stdout, stderr } = await run(line)
  expect(status, `${line}\n${stderr}`).toBe(0)
  return stdout
}

// Another CA stands before the one that signs, and openssl's text around both, as an operator would make such a file.
beforeAll(async () => {
  await sandbox.start()
  other = new OpensslPki(join(sandbox.workspace, 'other'))
  const { caFile, members, pids, adminCertFile, adminKeyFile } = sandbox.description
  own = readFileSync(caFile, 'utf8')
  writeFileSync(join(sandbox.workspace, 'own.crt'), own)
  const bundle = await runWell(
    `cat ${other.caFile} > both; openssl x509 -text -in own.crt >> both; echo '# end' >> both; cat both`,
  )
  writeFileSync(caFile, bundle)
  const [member] = members
  etcd = readFileSync(`/proc/${member?.pid}/cmdline`, 'utf8')
    .split('\0')
    .filter((word) => word !== '')
  const tls = `--cacert ${caFile} --cert ${adminCertFile} --key ${adminKeyFile}`
  await replace(member?.pid ?? -1, etcd, `etcdctl --endpoints ${member?.clientUrl} ${tls} endpoint health`)
  const authority = [process.execPath, ownMain, 'authority', '--config', `${sandbox.directory}/signet.yaml`]
  await replace(pids.authority, authority, `${ssh} get-status`)
}, 60_000)

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await sandbox.stop()
})

describe.skipIf(findEtcd() === undefined)('with two CAs in the CA file of everybody', () => {
  it('get-certificate prints the one that signs, and get-trust both, that one first', async () => {
    expect(await runWell(`${ssh} get-certificate`)).toBe(own)
    const trust = await runWell(`${ssh} get-trust | tee trust.crt`)
    expect(trust).toBe(own + readFileSync(other.caFile, 'utf8'))
  })

  it('a certificate is signed, and openssl verifies it by what get-trust printed', async () => {
    await runWell(
      'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -subj /CN=kubemaster-1 -out csr',
    )
    await runWell(`base64 < csr | ${ssh} kubemaster-1 > client.crt`)
    await runWell('openssl verify -x509_strict -purpose sslclient -CAfile trust.crt client.crt')
  })

  it('the endpoint asks etcd, whichever of the two CAs the member shows a certificate of', async () => {
    const url = sandbox.description.members[0]?.clientUrl
    expect(await runWell(`${ssh} get-peers`)).toContain(url)
    const { adminCertFile, adminKeyFile } = sandbox.description
    const shown = other.issueMember('etcd-1')
    writeFileSync(adminCertFile, readFileSync(shown.certFile))
    writeFileSync(adminKeyFile, readFileSync(shown.keyFile))
    const tls = `--cacert ${other.caFile} --cert ${shown.certFile} --key ${shown.keyFile}`
    await replace(children[0]?.pid ?? -1, etcd, `etcdctl --endpoints ${url} ${tls} endpoint health`)
    expect(await runWell(`${ssh} get-topology`)).toMatch(/^etcd-1=/)
  })

  it('etcd lets in clients of both CAs, and of no third', async () => {
    const url = sandbox.description.members[0]?.clientUrl
    const health = (files: { readonly certFile: string; readonly keyFile: string }): Promise<ShellResult> =>
      run(
        `etcdctl --command-timeout 2s --endpoints ${url} --cacert trust.crt --cert ${files.certFile} --key ${files.keyFile} endpoint health`,
      )
    const third = new OpensslPki(join(sandbox.workspace, 'third')).issueClient('kubemaster-3')
    expect((await health(third)).status).not.toBe(0)
    expect((await health(other.issueClient('kubemaster-2'))).status).toBe(0)
    expect((await health({ certFile: 'client.crt', keyFile: 'k' })).status).toBe(0)
  })

  it('request compares the pin with the CA that signs, and installs that one alone', async () => {
    const signer = '--signer-ip=signer --ssh-config sandbox/ssh_config --name kubemaster-1'
    const pin = JSON.parse(await runWell(`${ssh} get-status`)).ca.pin
    const otherPin = await runWell(
      `openssl x509 -in ${other.caFile} -noout -fingerprint -sha256 | cut -d= -f2 | tr -d :`,
    )
    const refused = await sandbox.signet(`request ${signer} --dir pki --pin SHA256:${otherPin.trim()}`)
    expect(refused).toMatchObject({ status: 77, stderr: expect.stringContaining('not the one given with --pin') })
    expect(await sandbox.signet(`request ${signer} --dir pki --pin ${pin}`)).toMatchObject({ status: 0 })
    expect(readFileSync(join(sandbox.workspace, 'pki/ca.crt'), 'utf8')).toBe(own)
  })

  it('renew, status and doctor read a file of both', async () => {
    writeFileSync(join(sandbox.workspace, 'pki/ca.crt'), readFileSync(join(sandbox.workspace, 'both')))
    expect(await sandbox.signet('renew --dir pki --force')).toMatchObject({ status: 0 })
    const { stdout } = await sandbox.signet('status --dir pki --json')
    const { cas, findings } = JSON.parse(stdout)
    expect(cas).toHaveLength(2)
    const broken = findings.filter(({ level }: { level: string }) => level === 'broken')
    expect(broken).toEqual([])
    const doctor = await sandbox.signet('doctor --dir pki --all')
    expect(doctor.stdout).toContain('CA certificate 2 of 2 in ')
    expect(doctor.stdout).not.toMatch(/^broken/m)
  })
})
