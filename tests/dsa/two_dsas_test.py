#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# The whole of `tributary dsa` with real processes: a forest is made, a second DSA joins, a thousand users travel, both come out equal by
# digest; one is killed in the middle of a sync, is sound, and goes on; one is restored from a backup.
# Usage: two_dsas_test.py BUILD-FOLDER [FOLDER]

import json
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "lab"))
import people  # noqa: E402
from ours import OurForest, OursError  # noqa: E402

USERS, MORE_USERS = 1000, 3000


def say(text):
    print(f"two_dsas_test: {text}", flush=True)


def expect(condition, what):
    if not condition:
        raise OursError(what)


def document(dsa, verb, *arguments):
    return json.loads(dsa.verb(verb, *arguments, "--json", timeout=600).stdout)


def wait(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        expect(time.monotonic() < end, f"{what} within {seconds} s")
        time.sleep(0.1)


def import_users(forest, dsa, count, container, seed):
    path = os.path.join(dsa.folder, f"{container}.ldif")
    entries = people.write(path, count, count // 50, forest.domain_dn, forest.domain, container, seed)
    done = document(dsa, "import", path)
    expect(done["objects"] == entries, f"imported {done}")
    say(f"{entries} objects imported, {done['objects_per_second']:.0f} a second")


def wait_until_equal(forest, a, b, seconds):
    try:
        wait(lambda: forest.digests(a) == forest.digests(b), seconds, f"{a.name} and {b.name} are not equal")
    except OursError as failure:
        raise OursError(f"{failure}\n{a.log_tail(2000)}\n{b.log_tail(2000)}") from None


def check_life(forest, a, b):
    a.init("--no-recycle-bin")
    a.serve()
    say(f"{a.host} serves {forest.domain}")
    begin = time.monotonic()
    b.join(a)
    say(f"{b.host} has joined in {time.monotonic() - begin:.1f} s")
    b.serve()
    wait_until_equal(forest, a, b, 30)


def check_import(forest, a, b):
    import_users(forest, a, USERS, "People", 1)
    wait_until_equal(forest, a, b, 60)
    say("the notification brought them over: equal digests")
    forest.replicate(b, a, forest.domain_dn)
    expect(forest.digests(a)[forest.domain_dn] == forest.digests(b)[forest.domain_dn], "different after tributary replicate")
    wait_until_equal(forest, a, b, 30)  # the KCC writes into the Configuration NC some seconds after a start
    compared = document(b, "digest", "--against", a.host)
    expect(compared["equal"], f"compared: {compared}")
    replica = next(each for each in document(b, "status")["replicas"] if each["nc"] == forest.domain_dn)
    expect(replica["sources"] and replica["sources"][0]["result"] == 0, f"status: {replica}")


def check_other_direction(forest, a, b):
    import_users(forest, b, 700, "Others", 3)  # more accounts than one block of RIDs
    wait_until_equal(forest, a, b, 90)
    say("accounts made on the second DSA, with RIDs from the first, are on the first")


def check_kill(forest, a, b):
    b.stop()
    import_users(forest, a, MORE_USERS, "Crowd", 2)
    for wait_ms in (30, 60, 90, 120):
        b.serve()
        time.sleep(wait_ms / 1000)
        b.kill()
        checked = document(b, "check")
        expect(checked["sound"], f"after kill -9: {checked}")
    say("killed four times after its start, and sound each time")
    b.serve()
    wait_until_equal(forest, a, b, 120)
    expect(document(b, "check")["sound"], "not sound at the end")


def check_restore(forest, a, b):
    backup = os.path.join(a.folder, "backup")
    document(a, "backup", backup)
    expect(a.stop() == 0 and b.stop() == 0, "a clean end has status 0")
    expect(document(a, "check")["sound"], "not sound after a clean end")
    shutil.move(os.path.join(a.folder, "data"), os.path.join(a.folder, "old"))
    # The key file is in no backup: it is kept apart.
    os.mkdir(os.path.join(a.folder, "data"), mode=0o700)
    shutil.copy(os.path.join(a.folder, "old", "secrets.key"), os.path.join(a.folder, "data"))
    restored = document(a, "restore", backup)
    expect(restored["dsa_guid"] == a.guid, f"restored: {restored}")
    a.serve()
    b.serve()
    wait_until_equal(forest, a, b, 60)
    say("a restored DSA goes on under a new invocationId")


def holders(dsa):
    return {each["key"]: each["host"] for each in document(dsa, "roles")["holders"]}


def enabled_at(forest, dsa, feature):
    """Which objects name the feature: the forest's container, and the NTDS Settings of the DSAs by their servers."""
    path = os.path.join(dsa.folder, "configuration.ldif")
    document(dsa, "export", "--base", forest.configuration_dn, path)
    scopes, dn = set(), ""
    with open(path, encoding="utf-8") as file:
        for line in file.read().replace("\n ", "").split("\n"):
            if line.lower().startswith("dn: "):
                dn = line[4:]
            if line.startswith(f"msDS-EnabledFeature: CN={feature},"):
                rdns = [rdn.partition("=")[2] for rdn in dn.split(",")]
                scopes.add(rdns[1].lower() if rdns[0] == "NTDS Settings" else rdns[0])
    return scopes


def check_feature(forest, a, b):
    """[MS-DRSR] 4.1.10.6.2: enabled at one DSA, the recycle bin is enabled at every one that replicates from it."""
    refused = b.verb("enable-feature", "recycle-bin", status=None)
    expect(refused.returncode == 1 and "ERROR_DS_NOT_SUPPORTED" in refused.stderr, f"not the domain naming master: {refused}")
    import_users(forest, b, 50, "Before", 5)
    wait_until_equal(forest, a, b, 60)
    expect(document(a, "enable-feature", "recycle-bin")["feature"] == "recycle-bin", "enabled")
    again = a.verb("enable-feature", "recycle-bin", status=None)
    expect("ERROR_DS_ATT_VAL_ALREADY_EXISTS" in again.stderr, f"{again}")
    import_users(forest, a, 50, "After", 6)
    wait_until_equal(forest, a, b, 60)
    for dsa in (a, b):
        forest.replicate(b, a, forest.configuration_dn)
        forest.replicate(a, b, forest.configuration_dn)
        said = forest.run("bind", dsa.host, "--json").stdout
        expect("DRS_EXT_RECYCLE_BIN" in said, f"{dsa.name} does not say that it has the recycle bin: {said}")
    wait_until_equal(forest, a, b, 60)
    document(a, "enable-feature", "privileged-access-management")
    for feature in ("Recycle Bin Feature", "Privileged Access Management Feature"):
        for dsa in (a, b):
            wait(lambda dsa=dsa, feature=feature: enabled_at(forest, dsa, feature) == {"Partitions", "dsa-a", "dsa-b"}, 90,
                 f"{feature} is enabled in the forest and at both DSAs, says {dsa.name}")
    say("the recycle bin and privileged access management, enabled at one DSA, are enabled at both")


def check_roles(forest, a, b):
    every = ("schema", "naming", "pdc", "rid", "infrastructure")
    expect(holders(b) == {role: a.host for role in every}, f"the first DSA has every role: {holders(b)}")
    for role in ("rid", "naming", "pdc"):
        taken = document(b, "take-role", role)
        expect(taken["from"] == a.host and taken["host"] == b.host, f"taken: {taken}")
    expect(holders(b) == {**{role: b.host for role in every}, "schema": a.host, "infrastructure": a.host}, f"{holders(b)}")
    wait(lambda: holders(a) == holders(b), 60, "both DSAs know who has the roles")
    import_users(forest, a, 700, "Strangers", 9)  # its RIDs come from the second one now
    wait_until_equal(forest, a, b, 90)
    say("three roles went to the second DSA, and RIDs come from it")


def check_demote(forest, a, b):
    left = os.path.join(b.folder, "people.ldif")
    expect(document(b, "export", "--base", f"OU=People,{forest.domain_dn}", left)["objects"] == USERS + USERS // 50 + 1, "the export is not whole")
    demoted = document(b, "demote", "--to", a.host)
    expect(sorted(demoted["roles"]) == ["PDC emulator", "RID master", "domain naming master"], f"roles that went back: {demoted}")
    expect(demoted["dsa_guid"] == b.guid, f"demoted: {demoted}")
    expect(b.process.wait(20) == 0, "the demoted DSA ends with status 0")
    listed = forest.run("dsaguid", a.host).stdout
    expect(b.guid not in listed, f"the forest still has it: {listed}")
    expect(set(holders(a).values()) == {a.host}, f"its roles are with the first DSA again: {holders(a)}")
    say("the second DSA was demoted, and the forest knows it")


def main():
    folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="tributary-dsa-")
    try:
        with OurForest(folder, sys.argv[1]) as forest:
            a, b = (forest.add(name, replication={"notify_first_s": 0, "notify_subsequent_s": 0, "page_objects": 100}) for name in ("dsa-a", "dsa-b"))
            check_life(forest, a, b)
            check_import(forest, a, b)
            check_other_direction(forest, a, b)
            check_kill(forest, a, b)
            check_restore(forest, a, b)
            check_feature(forest, a, b)
            check_roles(forest, a, b)
            check_demote(forest, a, b)
    except OursError as failure:
        print(f"two_dsas_test: {failure}", file=sys.stderr)
        return 1
    finally:
        if len(sys.argv) <= 2:
            shutil.rmtree(folder, ignore_errors=True)
    say("all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
