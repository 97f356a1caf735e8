import { join, resolve } from 'node:path'
import { requireDirectory } from '../../client/client-layout.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { requireGuarded } from '../../host/files/guarded-path.ts'
import { defaultConfigFile } from '../../host/signet-config.ts'
import type { HostOptions } from './host-places.ts'
import type { InspectionWorld } from './inspection-world.ts'

type PlaceWorld = Pick<InspectionWorld, 'files' | 'ownUid'>

/** Refuses places that an operator named where nothing is, and those that another account could exchange. */
export async function requirePlaces(options: HostOptions, world: PlaceWorld): Promise<void> {
  await requireDirectory(options.dir, world.files)
  await requireOwnDescriptions(options, world)
  await requireConfig(options.config, world)
}

// Whoever names one wants to hear of it, and not that this host is no signer.
async function requireConfig(file: string | undefined, { files }: PlaceWorld): Promise<void> {
  if (file === undefined || (await files.read(file)) !== undefined) return
  throw new SignetError('configuration', `there is no configuration ${quoteUntrusted(file)}`, {
    hint: `name the signer's, or none: --config=${quoteShell(defaultConfigFile)}`,
  })
}

// They say which files are read, whom root asks and with which configuration of ssh.
async function requireOwnDescriptions({ sandbox, config }: HostOptions, { files, ownUid }: PlaceWorld): Promise<void> {
  const remedy = () => 'run this without sudo, as the account that the files belong to'
  for (const path of [
    ...(sandbox === undefined ? [] : [join(sandbox, 'sandbox.json')]),
    ...(config === undefined ? [] : [config]),
  ]) {
    await requireGuarded(resolve(path), { look: files.look, ownUid, fileOwners: [], remedy })
  }
}
