/** SPDX names of the licences under which a binary may be passed on with its text and its notices. */
export type LicenceKind = 'Apache-2.0' | 'BSD-2-Clause' | 'BSD-3-Clause' | 'ISC' | 'MIT' | 'MIT-0'

// What no such licence says; a file that names one of these is for somebody to read.
const strangers =
  /\bGNU (Lesser |Library |Affero )?General Public License|\bMozilla Public License|\bCommon Development and Distribution|\bServer Side Public|\bBusiness Source License|\bEclipse Public License/i

const bsd = /Redistributions? (and use )?in (source|binary) (and binary )?form/i

/** The kinds of licence in a text, which may hold several; none where it is of another kind, or also of another kind. */
export function judgeLicence(text: string): readonly LicenceKind[] {
  const plain = text.replace(/[\s*#>]+/g, ' ')
  if (strangers.test(plain)) return []
  const kinds: LicenceKind[] = []
  if (/Apache License,? Version 2\.0/i.test(plain)) kinds.push('Apache-2.0')
  if (bsd.test(plain))
    kinds.push(/Neither the names? |may not be used to endorse/i.test(plain) ? 'BSD-3-Clause' : 'BSD-2-Clause')
  if (/Permission to use, copy, modify, and(\/or)? distribute this software/i.test(plain)) kinds.push('ISC')
  if (/Permission is hereby granted, free of charge, to any person obtaining a copy/i.test(plain))
    kinds.push(/The above copyright notice and this permission notice/i.test(plain) ? 'MIT' : 'MIT-0')
  return kinds
}
