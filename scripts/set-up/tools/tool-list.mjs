// Which tools there are, and which of them a command needs.
/** Fonts that were unpacked beside this file, by fontconfig's own words. */
const fontsBeside =
  '<fontconfig><dir prefix="relative">usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>\n'

/** Every program that is not ours, the Debian package that brings it, those beside it that it does not depend on, and what needs it. */
const toolList = [
  { name: 'etcd', package: 'etcd-server', file: 'usr/bin/etcd', for: 'demo' },
  { name: 'etcdctl', package: 'etcd-client', file: 'usr/bin/etcdctl', for: 'demo' },
  { name: 'ssh', package: 'openssh-client', file: 'usr/bin/ssh', for: 'demo' },
  { name: 'ssh-keygen', package: 'openssh-client', file: 'usr/bin/ssh-keygen', for: 'demo' },
  { name: 'openssl', package: 'openssl', file: 'usr/bin/openssl', for: 'demo' },
  { name: 'setpriv', package: 'util-linux', file: 'usr/bin/setpriv', for: 'demo' },
  { name: 'base64', package: 'coreutils', file: 'usr/bin/base64', for: 'demo' },
  { name: 'age', package: 'age', file: 'usr/bin/age', for: 'test' },
  { name: 'age-keygen', package: 'age', file: 'usr/bin/age-keygen', for: 'test' },
  { name: 'certtool', package: 'gnutls-bin', file: 'usr/bin/certtool', for: 'test' },
  { name: 'dbclient', package: 'dropbear-bin', file: 'usr/bin/dbclient', for: 'test' },
  { name: 'plink', package: 'putty-tools', file: 'usr/bin/plink', for: 'test' },
  { name: 'sshd', package: 'openssh-server', file: 'usr/sbin/sshd', for: 'test' },
  { name: 'mandoc', package: 'mandoc', file: 'usr/bin/mandoc', for: 'test' },
  { name: 'promtool', package: 'prometheus', file: 'usr/bin/promtool', for: 'test' },
  // zsh itself looks for its modules below /usr alone; this one has them built in.
  { name: 'zsh', package: 'zsh-static', beside: ['zsh-common'], file: 'usr/bin/zsh-static', for: 'test' },
  { name: 'fish', package: 'fish', file: 'usr/bin/fish', for: 'test' },
  { name: 'faketime', package: 'libfaketime', file: 'usr/lib/*/faketime/libfaketime.so.1', for: 'test' },
  { name: 'rsync', package: 'rsync', file: 'usr/bin/rsync', for: 'interop' },
  { name: 'restic', package: 'restic', file: 'usr/bin/restic', for: 'interop' },
  { name: 'rclone', package: 'rclone', file: 'usr/bin/rclone', for: 'interop' },
  {
    name: 'chromium-headless-shell',
    package: 'chromium-headless-shell',
    file: 'usr/lib/chromium/chromium-headless-shell',
    libraries: ['usr/lib/*/pulseaudio'],
    adds: { 'fonts.conf': fontsBeside },
    for: 'page',
  },
  { name: 'strip', package: 'binutils-x86-64-linux-gnu', file: 'usr/bin/x86_64-linux-gnu-strip', for: 'package' },
  { name: 'readelf', package: 'binutils-x86-64-linux-gnu', file: 'usr/bin/x86_64-linux-gnu-readelf', for: 'package' },
]

const levels = {
  none: [],
  demo: ['demo'],
  test: ['demo', 'test'],
  interop: ['demo', 'test', 'interop'],
  package: ['package'],
  page: ['demo', 'page'],
  bench: ['demo', 'test', 'package'],
}

export const levelNames = Object.keys(levels)

/** The tools of one level: tests need the demo's as well. */
export function toolsFor(level) {
  return toolList.filter((tool) => levels[level].includes(tool.for))
}
