# SPDX-License-Identifier: Apache-2.0
# A test that needs well-known ports and names of its own begins anew in network and mount namespaces: loopback is up there, /etc/hosts has
# the test's names and nothing else is reachable. Needs root. Only for scripts: enter() replaces the process.

import os
import sys

MARK = "TRIBUTARY_IN_NAMESPACE"
ENTER = ('ip link set lo up && hosts=$(mktemp) && printf "127.0.0.1 localhost\\n%s" "$1" >"$hosts" && mount --bind "$hosts" /etc/hosts && '
         'rm "$hosts" && shift && exec "$@"')


def enter(names, domain, network=True):
    """`names`: {host: address}. Returns in the namespace. Without `network` only the names are its own."""
    if MARK in os.environ:
        return
    os.environ[MARK] = "1"
    entries = "".join(f"{address} {name}.{domain} {name}\n" for name, address in names.items())
    os.execvp("unshare", ["unshare", *(["-n"] if network else []), "-m", "sh", "-c", ENTER, "sh", entries, sys.executable, *sys.argv])
