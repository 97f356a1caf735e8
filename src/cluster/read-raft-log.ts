import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SignetError } from '../core/signet-error.ts'
import { filesAfter, type LogFile, snapshotFiles } from '../etcd/raft-log/log-files.ts'
import { LogScan } from '../etcd/raft-log/log-scan.ts'
import { type WalEnd, WalFrames } from '../etcd/raft-log/wal-frames.ts'
import { listDirectory } from '../host/files/list-directory.ts'
import { withLargeFile } from '../host/large-files/read-large-file.ts'
import { systemErrorCode } from '../host/system-error.ts'

/** What a member's log holds above the raft snapshot from which its etcd starts. */
export interface RaftLog {
  /** 0 where there is no snapshot yet. */
  readonly snapshotIndex: number
  readonly lastIndex: number
  /** Where the last entry of the v2 API stands that 3.6 reads, and 3.7 does not; undefined where there is none. */
  readonly membershipV2: number | undefined
  /** The same of one that 3.6 does not read either. */
  readonly foreignV2: number | undefined
}

const tries = 10
const pauseMs = 100
// etcd keeps five.
const mostSnapshots = 8

/**
 * Reads this host's own log, from the files of etcd, which may be writing them: what is half written is whole a moment later.
 * Throws `configuration` where the log is not as etcd writes it, `unavailable` where there is none.
 */
export async function readRaftLog(dataDirectory: string): Promise<RaftLog> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await readOnce(dataDirectory).catch(asMoved)
    if (typeof found !== 'string') return found
    if (attempt === tries) throw unreadable(dataDirectory, found)
    await delay(pauseMs)
  }
}

// A file that etcd has removed in the meantime: the list is read again.
function asMoved(error: unknown): string {
  if (systemErrorCode(error) !== 'ENOENT') throw error
  return 'its files come and go'
}

/** The log, or why it cannot be read just now. */
async function readOnce(dataDirectory: string): Promise<RaftLog | string> {
  const directory = join(dataDirectory, 'member/wal')
  const names = await listDirectory(directory)
  if (names.length === 0) {
    throw new SignetError('unavailable', `${directory} has no log of etcd, or cannot be read`, {
      hint: `see it as root: ls -l ${directory}`,
    })
  }
  const snapshots = snapshotFiles(await listDirectory(join(dataDirectory, 'member/snap'))).slice(0, mostSnapshots)
  let why = 'no raft snapshot fits it'
  for (const { index } of [...snapshots, { index: 0 }]) {
    const files = filesAfter(names, index)
    const scan = files === undefined ? why : await scanFiles(directory, files, index)
    if (typeof scan === 'string') why = scan
    // etcd starts from the newest snapshot that its log knows: a file without a record was cut off.
    else if (index === 0 || scan.knowsSnapshot(index)) return summarize(scan, index)
  }
  return why
}

async function scanFiles(directory: string, files: readonly LogFile[], above: number): Promise<LogScan | string> {
  const scan = new LogScan(above)
  for (const { name } of files) {
    if ((await scanFile(join(directory, name), scan)) !== 'whole') return `${name} is damaged, or not of etcd`
  }
  return scan
}

// Root reads what the account etcd may have put there: a pipe, on which it would wait for ever, is none of these files.
async function scanFile(path: string, scan: LogScan): Promise<WalEnd | undefined> {
  const end = await withLargeFile(path, async ({ chunks }) => {
    const frames = new WalFrames()
    for await (const chunk of chunks()) {
      frames.push(chunk, scan.visit)
      if (frames.isOver) break
    }
    return frames.end
  })
  return scan.isOdd ? undefined : end
}

function summarize(scan: LogScan, snapshotIndex: number): RaftLog {
  return {
    snapshotIndex,
    lastIndex: Math.max(snapshotIndex, scan.lastIndex),
    membershipV2: scan.lastV2('membership'),
    foreignV2: scan.lastV2('foreign'),
  }
}

function unreadable(dataDirectory: string, why: string): SignetError {
  return new SignetError('configuration', `the log of etcd in ${dataDirectory} cannot be read: ${why}`, {
    hint: 'see what etcd says of it: journalctl -u etcd -n 50',
  })
}
