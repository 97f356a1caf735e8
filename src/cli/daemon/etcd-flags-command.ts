import { fitEtcdFlags, parseEtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { etcdProgram } from '../../host/programs/etcd-program.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { formatEtcdFlagsFile, parseEtcdFlagsFile } from '../../setup/member/etcd-environment-file.ts'
import { type CommandStreams, sayOn } from '../command-streams.ts'

type FlagsWorld = Pick<HostWorld, 'layout' | 'files' | 'run' | 'guardProgram'>

const timeoutMs = 10_000

/**
 * Makes the flags of this host's etcd fit the version that will run: after an upgrade, one that is gone would keep it from
 * starting. Changes nothing where they fit, or where this host is no member.
 */
export async function runEtcdFlags({ print }: { readonly print?: true }, streams: CommandStreams, world: FlagsWorld) {
  const { layout, files, run, guardProgram } = world
  const known = await files.read(layout.etcdFlags)
  if (known === undefined) return
  const flags = parseEtcdFlagsFile(known.text)
  const program = etcdProgram(layout, 'etcd')
  // systemd runs this as root at each start of etcd.
  await guardProgram(program)
  const fitting = fitEtcdFlags(parseEtcdVersion(await run(program, ['--version'], timeoutMs)), flags)
  if (print === true) {
    streams.stdout.write(fitting.map((flag) => `${flag}\n`).join(''))
    return
  }
  if (fitting.join('\n') === flags.join('\n')) return
  await files.write(layout.etcdFlags, formatEtcdFlagsFile(fitting), { mode: 0o644 })
  const added = fitting.filter((flag) => !flags.includes(flag))
  const gone = flags.filter((flag) => !fitting.includes(flag))
  const change = gone.length === 0 ? `now with ${added.join(' ')}` : `${gone.join(' ')} became ${added.join(' ')}`
  sayOn(streams)(`${layout.etcdFlags}: ${change}`)
}
