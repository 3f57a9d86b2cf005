#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# lab: none
# timeout: 300
# The LDAP ping of a running DSA ([MS-ADTS] 6.3.3) as Samba's clients make it, with smbtorture's ldap.cldap; and over TCP.
import base64
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["TRIBUTARY_SOURCE_DIR"], "tests", "lab"))
import tlib  # noqa: E402
from ours import OurForest, free_port  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-ping-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"])
PORT = free_port()


def test_a_dsa_with_ldap_starts():
    dsa = FOREST.add("dsa-a", ldap={"port": PORT})
    dsa.init()
    dsa.serve()


def torture(name):
    done = subprocess.run(["smbtorture", "--configfile=/dev/null", f"--option=cldap port={PORT}", "--option=dns proxy=no", "-U%", f"--realm={FOREST.domain}",
                           f"ncacn_np:127.0.0.1[{PORT}]", name], env=FOREST.environment(), capture_output=True, text=True, timeout=100, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "success: " in said, said[-3000:]


def test_smbtorture_cldap():
    torture("ldap.cldap")


def netlogon(text):
    """The value of the attribute, over TCP."""
    done = subprocess.run(["ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", f"ldap://127.0.0.1:{PORT}", "-s", "base", "-b", "", text, "netlogon"],
                          env=FOREST.environment(), capture_output=True, text=True, timeout=30, check=True)
    found = [line.split(":: ")[1] for line in done.stdout.splitlines() if line.startswith("netlogon:: ")]
    return base64.b64decode(found[0]) if found else None


def test_who_a_user_is_said_to_be():
    known = netlogon(r"(&(User=krbtgt)(AAC=\10\00\00\00)(NtVer=\06\00\00\00))")
    assert known[0] in (23, 25), known.hex()
    assert netlogon(r"(&(User=nobody)(AAC=\10\00\00\00)(NtVer=\06\00\00\00))")[0] == 25
    assert netlogon(r"(NtVer=\06\00\00\00)")[0] == 23
    assert netlogon(r"(&(DnsDomain=elsewhere.example)(NtVer=\06\00\00\00))") is None


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
