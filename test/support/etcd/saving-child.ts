import { closeSync, openSync, writeSync } from 'node:fs'
import { systemClock } from '../../../src/core/clock.ts'
import { asSignetError } from '../../../src/core/signet-error.ts'
import { localFiles } from '../../../src/host/files/local-files.ts'
import { saveSnapshot } from '../../../src/recovery/save-snapshot.ts'

/** Saves as a process of its own, of a host that is described in the first argument; in the middle does what the second says. */
const [, , described = '', act] = process.argv
const { layout, etcdPorts } = JSON.parse(described)
const world = { layout, etcdPorts, files: localFiles, ownUid: process.geteuid?.() ?? 0, clock: systemClock }
let isFirst = true

function onProgress(): void {
  if (!isFirst) return
  isFirst = false
  if (act === 'stand') {
    writeSync(1, 'receiving\n')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
  if (act === 'fill') fillDisk(`${layout.snapshots}/../filler`)
}

function fillDisk(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(65_536))
  } catch {
    closeSync(file)
  }
}

await saveSnapshot({ ...world, signal: new AbortController().signal }, { onProgress }).then(
  ({ file }) => process.stdout.write(`saved ${file}\n`),
  (error) => process.stdout.write(`${asSignetError(error).code}: ${asSignetError(error).message}\n`),
)
