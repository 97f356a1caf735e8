// The text of the wrapper that wrap-tool writes.
/**
 * The small program that stands for an unpacked one. It finds the packages beside itself, so that the checkout may be
 * moved, and execs, so that the process has the pid which its parent knows.
 * @param {{name: string, root: string, file: string, libraryDirs: readonly string[]}} tool paths relative to the cache
 */
export function wrapperScript({ name, root, file, libraryDirs }) {
  const lines = ['#!/bin/sh', `# ${name} of a Debian package, unpacked for this checkout by scripts/set-up`]
  lines.push(`root="\${0%/*}/../${root}"`)
  if (name === 'faketime') return finish([...lines, ...faketimeLines(file)])
  if (libraryDirs.length > 0) lines.push(libraryPath(libraryDirs))
  lines.push(...(settingsOf[name] ?? []))
  return finish([...lines, `exec "$root/${file}" "$@"`])
}

function libraryPath(dirs) {
  const path = dirs.map((dir) => `$root/${dir}`).join(':')
  // Without ${x:+} an empty value would end in ":", which means the current directory: anybody's library would be loaded.
  return `export LD_LIBRARY_PATH="${path}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`
}

// The openssl of a package reads /usr/lib/ssl/openssl.cnf, which is not there; "req" cannot do without one.
const settingsOf = {
  openssl: [
    '[ -e /usr/lib/ssl/openssl.cnf ] || export OPENSSL_CONF="${OPENSSL_CONF:-$root/etc/ssl/openssl.cnf}"',
    'for dir in "$root"/usr/lib/*/ossl-modules; do [ -d "$dir" ] && export OPENSSL_MODULES="$dir"; done',
  ],
  zsh: [
    'root=$(cd "$root" && pwd)',
    'FPATH=$(find "$root/usr/share/zsh/functions" -type d | paste -sd: -)',
    'export FPATH',
  ],
  // It takes its functions from beside itself where its settings are there too.
  fish: ['root=$(cd "$root" && pwd)', '[ -e "$root/usr/etc" ] || ln -s ../etc "$root/usr/etc" 2>/dev/null'],
  // It ends where it finds no font: on a machine without any it takes those of the packages.
  'chromium-headless-shell': ['[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$root/fonts.conf"'],
  // sshd executes itself again and, from 9.8, two programs beside it: it must know itself by an absolute path.
  sshd: [
    'root=$(cd "$root" && pwd)',
    'if [ -e "$root/usr/lib/openssh/sshd-session" ]; then',
    '  set -- -o "SshdSessionPath=$root/usr/lib/openssh/sshd-session" "$@"',
    '  [ -e "$root/usr/lib/openssh/sshd-auth" ] && set -- -o "SshdAuthPath=$root/usr/lib/openssh/sshd-auth" "$@"',
    'fi',
  ],
}

/** The packaged faketime looks for its library in /usr/lib: this does the same with the unpacked one. */
function faketimeLines(file) {
  return [
    'if [ "$1" = --version ]; then echo "faketime, by libfaketime"; exit; fi',
    'if [ "$1" = -f ]; then shift; FAKETIME=$1; else FAKETIME="@$(date -d "$1" "+%Y-%m-%d %H:%M:%S")" || exit; fi',
    'shift',
    'root=$(cd "$root" && pwd)',
    `export FAKETIME LD_PRELOAD="$root/${file}\${LD_PRELOAD:+:$LD_PRELOAD}"`,
    'exec "$@"',
  ]
}

function finish(lines) {
  return `${lines.join('\n')}\n`
}
