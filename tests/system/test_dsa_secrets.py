# SPDX-License-Identifier: Apache-2.0
# lab: none
# timeout: 600
# Secrets at rest with DSAs as processes: a password that is imported on one and replicates to another is in the database file of neither, and
# both hold it; without the right key file nothing starts; a backup needs it; the key is changed while the DSA serves, and while it is killed.
# [MS-DRSR] 4.1.10.3.11, docs/formats/secrets.md.

import base64
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time

import tlib
from ours import OurForest

USERS = 1_500
FOLDER = tempfile.mkdtemp(prefix="tributary-secrets-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"])
SECRETS = {"unicodePwd": secrets.token_bytes(16), "supplementalCredentials": b"this-is-a-secret-" + secrets.token_bytes(200)}
PLAIN = b"in-the-clear-" + secrets.token_hex(8).encode()
A = B = None


def data_file(dsa):
    with open(os.path.join(dsa.folder, "data", "db", "data.mdb"), "rb") as file:
        return file.read()


def key_file(dsa):
    return dsa.settings.get("dsa", {}).get("secrets_key") or os.path.join(dsa.folder, "data", "secrets.key")


def ldif(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def check(dsa):
    return json.loads(dsa.verb("check", "--json").stdout)["secrets"]


def refused(dsa, *words, verb="serve"):
    """The DSA does not start, and says why: the file, what is wrong with it, what to do."""
    done = dsa.verb(verb, status=None, timeout=60)
    assert done.returncode == 1, done
    for word in (key_file(dsa), *words):
        assert word in done.stderr + done.stdout, done
    assert not any(octets.hex() in done.stderr for octets in SECRETS.values())


def test_a_secret_replicates():
    global A, B
    A = FOREST.add("dsa-a")
    B = FOREST.add("dsa-b", dsa={"secrets_key": os.path.join(FOLDER, "b.key")})
    A.init()
    assert os.stat(key_file(A)).st_mode & 0o777 == 0o600
    A.serve()
    values = "".join(f"{name}:: {base64.b64encode(octets).decode()}\n" for name, octets in SECRETS.items())
    A.verb("import", ldif("ann.ldif", f"dn: CN=ann,{FOREST.domain_dn}\nobjectClass: user\ninfo: {PLAIN.decode()}\n{values}"))
    B.join(A)
    assert os.stat(key_file(B)).st_mode & 0o777 == 0o600
    B.serve()
    FOREST.run_kcc(A, B)
    # ... and one that comes by a notification into a DSA that serves.
    A.verb("import", ldif("bob.ldif", f"dn: CN=bob,{FOREST.domain_dn}\nobjectClass: user\n{values}"))
    for nc in FOREST.ncs:
        FOREST.replicate(B, A, nc)
        FOREST.replicate(A, B, nc)
    assert FOREST.digests(A) == FOREST.digests(B)
    told = json.loads(A.verb("digest", "--against", B.host, "--json").stdout)
    assert told["equal"], told
    for dsa in (A, B):
        secrets_here = check(dsa)
        assert secrets_here == {"sealed": True, "values": 4, "unreadable": 0}, secrets_here


def test_the_database_files_do_not_hold_it():
    for dsa in (A, B):
        octets = data_file(dsa)
        assert PLAIN.decode().encode("utf-16-le") in octets, "what is no secret is found this way"
        for name, value in SECRETS.items():
            assert value not in octets, f"{name} is in the database file of {dsa.host}"


def test_export_has_it_only_when_asked():
    for dsa in (A, B):
        text = dsa.verb("export", "--base", f"CN=ann,{FOREST.domain_dn}").stdout.replace("\n ", "")
        assert "CN=ann" in text and not any(name in text for name in SECRETS), text
        asked = dsa.verb("export", "--secrets", "--base", f"CN=ann,{FOREST.domain_dn}").stdout.replace("\n ", "")
        for name, value in SECRETS.items():
            assert f"{name}:: {base64.b64encode(value).decode()}" in asked, asked


def test_no_start_without_the_right_key_file():
    for dsa in (A, B):
        dsa.stop()
        path, aside = key_file(dsa), key_file(dsa) + ".aside"
        os.rename(path, aside)
        refused(dsa, "ERROR_FILE_NOT_FOUND", "put it back")
        assert not os.path.exists(path), "no other key is made in its place"
        refused(dsa, "put it back", verb="check")
        refused(dsa, "put it back", verb="digest")
        shutil.copyfile(aside, path)
        os.chmod(path, 0o644)
        refused(dsa, "ERROR_ACCESS_DENIED", "chmod 600")
        os.remove(path)
        shutil.copyfile(key_file(B if dsa is A else A), path)
        os.chmod(path, 0o600)
        refused(dsa, "ERROR_NOT_FOUND", "is not in it")
        os.rename(aside, path)
        dsa.serve()


def test_a_backup_needs_the_key_file():
    backup = os.path.join(FOLDER, "backup")
    said = A.verb("backup", backup).stdout
    assert key_file(A) in said and "not in it" in said, said
    assert os.listdir(backup) == ["data.mdb"], os.listdir(backup)
    with open(os.path.join(backup, "data.mdb"), "rb") as file:
        octets = file.read()
    assert not any(value in octets for value in SECRETS.values())
    restored = os.path.join(FOLDER, "restored")
    done = A.verb("restore", "--data", restored, backup, status=None)
    assert done.returncode == 1 and os.path.join(restored, "secrets.key") in done.stderr and "put it back" in done.stderr, done
    assert not os.path.exists(os.path.join(restored, "db")), "nothing is left that would have to be moved away"
    shutil.copyfile(key_file(A), os.path.join(restored, "secrets.key"))
    os.chmod(os.path.join(restored, "secrets.key"), 0o600)
    A.verb("restore", "--data", restored, backup)
    told = json.loads(A.verb("check", "--data", restored, "--json").stdout)
    assert told["sound"] and told["secrets"]["values"] == 4, told


def test_the_key_is_changed_while_it_serves():
    people = "".join(f"dn: CN=u{i},{FOREST.domain_dn}\nobjectClass: user\nunicodePwd:: {base64.b64encode(secrets.token_bytes(16)).decode()}\n\n" for i in range(USERS))
    A.verb("import", ldif("people.ldif", people), timeout=120)
    before = FOREST.digests(A)
    with open(key_file(A), encoding="utf-8") as file:
        old = file.read()
    told = json.loads(A.verb("rotate-key", "--json", timeout=120).stdout)
    assert told["values"] == USERS + 4 and told["keys"] == 2 and told["unreadable"] == 0, told
    assert told["key"] not in old
    assert FOREST.digests(A) == before and check(A)["values"] == USERS + 4
    told = json.loads(A.verb("rotate-key", "--forget", "--json", timeout=120).stdout)
    assert told["values"] == USERS + 4 and told["keys"] == 1, told
    assert check(A)["unreadable"] == 0
    A.stop()
    with open(key_file(A), encoding="utf-8") as file:
        new = file.read()
    with open(key_file(A), "w", encoding="utf-8") as file:
        file.write(old)
    refused(A, "ERROR_NOT_FOUND", told["key"])
    with open(key_file(A), "w", encoding="utf-8") as file:
        file.write(new)
    told = json.loads(A.verb("rotate-key", "--json", timeout=120).stdout)  # nobody serves: the command does it itself
    assert told["values"] == USERS + 4, told
    A.serve()
    assert FOREST.digests(A) == before


def test_killed_while_the_key_is_changed():
    before = FOREST.digests(A)
    for pause in (0.0, 0.01, 0.03, 0.06, 0.1):
        changing = subprocess.Popen([FOREST.tributary, "dsa", "rotate-key", "--config", A.config], env=FOREST.environment(), stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
        time.sleep(pause)
        A.kill()
        changing.wait(60)
        checked = json.loads(A.verb("check", "--json").stdout)
        assert checked["sound"] and checked["secrets"]["values"] == USERS + 4, checked
        A.serve()
        assert FOREST.digests(A) == before
    FOREST.replicate(B, A, FOREST.domain_dn, timeout=120)
    assert FOREST.digests(B)[FOREST.domain_dn] == before[FOREST.domain_dn]


def test_no_log_holds_a_secret():
    for dsa in (A, B):
        with open(dsa.log_path, "rb") as file:
            log = file.read()
        with open(key_file(dsa), encoding="utf-8") as file:
            keys = [line.split()[2].encode() for line in file.read().splitlines()[1:]]
        assert log and keys
        for value in SECRETS.values():
            assert not any(form in log for form in (value, value.hex().encode(), base64.b64encode(value)))
        assert not any(key in log for key in keys)


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
