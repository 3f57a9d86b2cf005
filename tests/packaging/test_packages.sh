#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Debian packages are made, installed on this machine with dpkg, used, and purged again; nothing of them stays. Needs root. Where the
# packages are installed already it stops instead of touching them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
build=${1:-build/release}
packages=(libntdsapi1 libntdsapi-dev tributary tributary-dsa)
work=$(mktemp -d)
passed=0 failed=0 is_installed=no

check() {  # check TEXT COMMAND...
  local text=$1
  shift
  if "$@" >"$work/out" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $text"
    sed 's/^/  /' "$work/out" | tail -n 20
  fi
}
leave() {
  [ "$is_installed" = no ] || dpkg --purge "${packages[@]}" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap leave EXIT

[ "$(id -u)" = 0 ] || { echo "packages: root is needed to install them" >&2; exit 1; }
for package in "${packages[@]}"; do
  if dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$'; then
    echo "packages: $package is installed on this machine already; it is left alone" >&2
    exit 1
  fi
done
had_account=no
! getent passwd tributary >/dev/null || had_account=yes

check "four packages are made" packaging/build "$build"
files=("$build"/packages/*.deb)
check "one file for each package" test "${#files[@]}" = 4
is_installed=yes
check "dpkg installs them" dpkg --install "${files[@]}"

check "the command runs from where it was installed" /usr/bin/tributary --version
check "the command finds its library nowhere else" sh -c '! ldd /usr/bin/tributary | grep -q "not found"'
check "the manual page is there" sh -c 'zcat -f /usr/share/man/man1/tributary.1* | grep -q "^\.TH"'
check "bash completes it" bash -c '. /usr/share/bash-completion/completions/tributary && complete -p tributary'
check "the configuration is judged" sh -c 'tributary dsa serve --config /etc/tributary/dsa.toml --check-config; test $? -le 1'
check "the configuration is a conffile" sh -c 'dpkg-query -W -f "\${Conffiles}" tributary-dsa | grep -q /etc/tributary/dsa.toml'
check "the service has an account of its own" getent passwd tributary
check "its state is nobody else's" sh -c 'test "$(stat -c "%U %a" /var/lib/tributary)" = "tributary 700"'
if command -v systemd-analyze >/dev/null; then
  check "systemd accepts the unit" systemd-analyze verify /lib/systemd/system/tributary-dsa.service
fi

cat >"$work/program.c" <<'C'
#include <ntdsapi.h>
#include <stdio.h>
int main(void) {
  DWORD size = 64;
  char spn[64];
  const DWORD result = DsMakeSpnA("ldap", "dc1.lab.example", NULL, 0, NULL, &size, spn);
  printf("%lu %s\n", (unsigned long)result, spn);
  return result != 0;
}
C
# shellcheck disable=SC2046  # several words are meant
check "a C program compiles with what pkg-config says" clang-19 "$work/program.c" -o "$work/program" $(pkg-config --cflags --libs ntdsapi)
check "and runs with the installed library" sh -c "$work/program | grep -q '^0 ldap/dc1.lab.example$'"

check "dpkg removes and purges them" dpkg --purge "${packages[@]}"
is_installed=no
check "no file of them stays" sh -c '! ls /usr/bin/tributary /usr/lib/*/libntdsapi* /usr/include/ntdsapi /etc/tributary /lib/systemd/system/tributary-dsa.service 2>/dev/null | grep -q .'
if [ "$had_account" = no ]; then check "no account stays" sh -c '! getent passwd tributary'; fi
check "no state stays" test ! -e /var/lib/tributary

echo "packages: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
