import { describe, expect, it } from 'vitest'
import { writeFailure } from './file-failure.ts'

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: what the system said`), { code })
}

describe('writeFailure', () => {
  it.each([
    ['ENOSPC', 'no space is left on its file system', 'make room there: df -hi /etc/etcd; ls -ld /etc/etcd'],
    ['EDQUOT', 'its quota is used up', 'make room there: df -hi /etc/etcd; ls -ld /etc/etcd'],
    ['EROFS', 'its file system is read-only', 'see: df -hi /etc/etcd; ls -ld /etc/etcd'],
    ['EACCES', 'this account may not', 'see: df -hi /etc/etcd; ls -ld /etc/etcd'],
  ])('calls %s a matter of the host', (code, reason, hint) => {
    const message = `/etc/etcd/ca.crt cannot be written: ${reason}`
    expect(writeFailure('/etc/etcd/ca.crt', errno(code))).toMatchObject({ code: 'configuration', message, hint })
  })

  it('leaves every other failure as it is', () => {
    for (const error of [errno('EISDIR'), new Error('defect'), undefined]) expect(writeFailure('/a', error)).toBe(error)
  })
})
