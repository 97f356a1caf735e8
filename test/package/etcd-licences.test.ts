import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { judgeLicence } from '../../scripts/package/etcd/judge-licence.ts'
import { gatherLicences } from '../../scripts/package/etcd/licence-files.ts'
import { parseLinkedPackages } from '../../scripts/package/etcd/linked-packages.ts'

const scratch = mkdtempSync(join(tmpdir(), 'signet-licences-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const mit = `Copyright (c) 2020 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software ...
The above copyright notice and this permission notice shall be included in all copies`
const bsd = `Redistribution and use in source and binary forms, with or without
modification, are permitted ...
// Neither the name of the author nor the names of its contributors may be used`

/** A module of these files, with one package that is linked. */
function gather(files: Readonly<Record<string, string>>, linked = '.') {
  const root = mkdtempSync(join(scratch, 'module-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const line = `example.org/module v1.2.3 ${root} ${join(root, linked)}`
  return gatherLicences(parseLinkedPackages(`${line}\n\n`))
}

describe('the licences of what is linked', () => {
  it('are all files of that kind, notices too, also beside copied code that is linked', () => {
    const files = {
      'LICENSE.md': mit,
      NOTICE: 'by Somebody',
      'license.go': 'package x',
      'inner/code/COPYING': bsd,
      'other/LICENSE': bsd,
    }
    const [module] = gather({ ...files, 'inner/code/deep/x.go': '' }, 'inner/code/deep')
    expect(module?.files.map(({ path }) => path)).toEqual(['LICENSE.md', 'NOTICE', 'inner/code/COPYING'])
    expect(module?.kinds).toEqual(['BSD-3-Clause', 'MIT'])
  })

  it.each([
    ['no licence at all', { 'README.md': mit }],
    ['a notice alone', { NOTICE: 'by Somebody' }],
    ['a licence of one directory alone', { 'inner/LICENSE': mit, 'inner/x.go': '' }],
  ])('end the build where a module brings %s', (_, files) => {
    expect(() => gather(files, 'inner' in files ? 'inner' : '.')).toThrow(
      'example.org/module v1.2.3 brings no licence file: what it allows is not known, and it cannot be packaged',
    )
  })

  it.each(['All rights reserved.', `${mit}\nor the GNU General Public License`, 'Mozilla Public License Version 2.0'])(
    'end the build where one is of a kind that nobody has judged: %s',
    (text) => {
      expect(() => gather({ LICENSE: text })).toThrow('LICENSE of example.org/module v1.2.3 is a licence of no kind')
    },
  )

  it('are not read where go list says something else', () => {
    expect(() => parseLinkedPackages('example.org/module v1 /a directory /b')).toThrow('which is no module, version')
  })
})

it.each([
  [mit, ['MIT']],
  [mit.replace(/The above.*/, ''), ['MIT-0']],
  [bsd, ['BSD-3-Clause']],
  [bsd.replace(/\/\/ Neither.*\n?.*/, ''), ['BSD-2-Clause']],
  ['                  Apache License\n            Version 2.0, January 2004', ['Apache-2.0']],
  ['Permission to use, copy, modify, and/or distribute this software for any purpose', ['ISC']],
  [`${mit}\n${bsd}`, ['BSD-3-Clause', 'MIT']],
])('a licence is known by its words, %#', (text, kinds) => {
  expect(judgeLicence(text)).toEqual(kinds)
})
