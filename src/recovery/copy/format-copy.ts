import type { CopiedSnapshot } from './copy-snapshots.ts'
import type { KeptCopy } from './keep-fetched.ts'

/** What left the host, for people. */
export function formatCopied({ name, bytes, sha256 }: CopiedSnapshot): string {
  return `copied ${name}: ${bytes} bytes, SHA-256 ${sha256}; that it is elsewhere is what the program says`
}

/** The same for programs. */
export function describeKept({ snapshot, name, file, bytes, sha256, isCompared, verified }: KeptCopy): object {
  return { snapshot, name, file, bytes, sha256, isCompared, isVerified: verified !== null }
}

/** What came back, and what is proven of it. */
export function formatFetched({ bytes, isCompared, verified }: KeptCopy): readonly string[] {
  const compared = isCompared
    ? 'it is the one that was copied: its SHA-256 is the one kept here'
    : 'it was not compared: nothing is kept here of when it was copied'
  const proven =
    verified === null
      ? 'it is encrypted still: name the identity of a recipient to open it, --identity=FILE'
      : 'it is a whole snapshot, and the one that its sidecar was written for; who signed that: signet snapshot verify FILE'
  return [`fetched ${bytes} bytes`, compared, proven]
}
