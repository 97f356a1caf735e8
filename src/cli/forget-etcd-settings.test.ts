import { expect, it } from 'vitest'
import { forgetEtcdSettings } from './forget-etcd-settings.ts'

it('what a shell has for another etcd is forgotten, and nothing else', () => {
  const environment = {
    ETCDCTL_API: '2',
    ETCDCTL_ENDPOINTS: 'http://192.0.2.9',
    ETCD_NAME: 'x',
    ETCD_UNSUPPORTED_ARCH: 'arm64',
    HOME: '/root',
    XETCD_A: 'a',
  }
  forgetEtcdSettings(environment)
  expect(environment).toEqual({ ETCD_UNSUPPORTED_ARCH: 'arm64', HOME: '/root', XETCD_A: 'a' })
})
