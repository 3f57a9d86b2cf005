# SPDX-License-Identifier: Apache-2.0
# lab: none
# timeout: 900
# Three DSAs of ours as processes: a forest is made and joined, changes travel, conflicts end the same everywhere, a DSA that is killed goes on
# where it was, and nobody without the right gets anything. [MS-DRSR] 4.1.10, 4.1.23, 4.1.26; 4.1.10.6.12; 2.2.4.
#
# In its long form (TRIBUTARY_KILLS=500 TRIBUTARY_TEST_SECONDS=7200 in the environment) test_killed_in_a_sync kills a DSA 500 times in syncs of 20,000 objects.

import json
import os
import random
import shutil
import subprocess
import tempfile
import time

import people
import tlib
from ours import OurForest, OursError

KILLS = int(os.environ.get("TRIBUTARY_KILLS", "6"))
ROUNDS_OF_A_FOREST = 3
KILL_SECONDS_MAX = 0.5  # after its start
KILL_USERS = 20_000 if KILLS > 50 else 3_000
PAGE = 500
FOLDER = tempfile.mkdtemp(prefix="tributary-dsas-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"])
A = B = C = None


def ldif(name, text):
    path = os.path.join(FOLDER, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def container(name, description):
    return ldif("one.ldif", f"dn: CN={name},{FOREST.domain_dn}\nobjectClass: container\ncn: {name}\ndescription: {description}\n")


def fetched_again(dsa):
    """Objects that the cycles under way have fetched since the start and that were there already."""
    status = json.loads(dsa.verb("status", "--json").stdout)
    return sum(cycle["objects"] for cycle in status["cycles"]) - status["figures"]["objects_applied"]


def holds_all(dsa, source):
    """Read from the files of a DSA that does not run."""
    return FOREST.digests(dsa)[FOREST.domain_dn] == FOREST.digests(source)[FOREST.domain_dn]


def eventually(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def assert_equal(*dsas):
    told = {dsa.host: FOREST.digests(dsa) for dsa in dsas}
    first = next(iter(told.values()))
    assert set(first) >= set(FOREST.ncs), told
    assert all(digests == first for digests in told.values()), told


def settle(*dsas):
    for _ in range(2):
        for destination in dsas:
            for source in dsas:
                if source is not destination:
                    for nc in FOREST.ncs:
                        FOREST.replicate(destination, source, nc)


def test_init_serve_join():
    global A, B, C
    A, B, C = (FOREST.add(name, replication={"page_objects": PAGE, "notify_first_s": 0, "notify_subsequent_s": 0}) for name in ("dsa-a", "dsa-b", "dsa-c"))
    begin_forest()


def begin_forest():
    A.init()
    A.serve()
    for dsa in (B, C):
        dsa.join(A)
        dsa.serve()
    FOREST.run_kcc(A, B, C)
    settle(A, B, C)
    assert_equal(A, B, C)


def test_a_second_init_is_refused():
    done = A.verb("init", "--domain", "other.example", "--host", "x", status=None)
    assert done.returncode == 1 and "ERROR_ALREADY_EXISTS" in done.stderr, done


def test_changes_travel_by_notification():
    A.verb("import", container("Traveller", "made on dsa-a"))
    assert eventually(lambda: FOREST.digests(B) == FOREST.digests(A)), B.log_tail()
    B.verb("import", container("Returner", "made on dsa-b"))
    assert eventually(lambda: FOREST.digests(B) == FOREST.digests(A)), A.log_tail()


def test_replicate_and_showrepl():
    told = FOREST.json("replicate", B.host, A.host, FOREST.domain_dn)
    assert told["schema"].startswith("tributary."), told
    shown = FOREST.run("showrepl", B.host).stdout
    assert A.guid in shown or "DSA-A" in shown.upper(), shown


def test_conflict_of_names():
    """4.1.10.6.12: of two objects of one name one keeps it, the same one everywhere."""
    for dsa, other in ((B, C), (C, B)):
        A.stop()
        other.stop()
        if not dsa.is_running():
            dsa.serve()
        dsa.verb("import", container("Twin", f"made on {dsa.name}"))
        time.sleep(1.1)
    for dsa in (A, B):
        dsa.serve()
    settle(A, B, C)
    assert_equal(A, B, C)


def test_killed_in_a_sync():
    """After kill -9 at any instant the database is sound, the sync goes on, and at most one page is fetched again."""
    chance = random.Random(4)
    kills = again = rounds = 0
    while kills < KILLS:
        if rounds and rounds % ROUNDS_OF_A_FOREST == 0:
            # Databases that only grow would make every check after a kill slower than the one before.
            for dsa in (A, B, C):
                dsa.stop()
                shutil.rmtree(os.path.join(dsa.folder, "data"))
            begin_forest()
        rounds += 1
        B.stop()
        C.stop()
        path = os.path.join(FOLDER, "many.ldif")
        people.write(path, KILL_USERS, 0, FOREST.domain_dn, FOREST.domain, container=f"Round {rounds}", seed=100 + rounds)
        A.verb("import", path, timeout=600)
        while kills < KILLS and not holds_all(B, A):
            B.serve()
            # It pulls by itself at start; how far it has come before it dies is chance.
            time.sleep(chance.uniform(0.02, KILL_SECONDS_MAX))
            again = max(again, fetched_again(B))
            B.kill()
            kills += 1
            checked = B.verb("check", status=None)
            assert checked.returncode == 0, checked
        B.serve()
        FOREST.replicate(B, A, FOREST.domain_dn, timeout=600)
        assert again <= PAGE + 50, f"{again} objects were fetched a second time"  # 50: what the DSAs write about themselves
        assert_equal(A, B)
        if rounds % ROUNDS_OF_A_FOREST == 1:
            C.serve()
            settle(A, C)
    print(f"{kills} kills in {rounds} syncs of {KILL_USERS:,} users; at most {again} objects were fetched a second time")


def test_no_rights_no_replication():
    """A principal of the realm whom the directory does not know, and one without rights, get access denied and nothing else."""
    FOREST.realm.add_user("stranger", "secret-of-a-stranger")
    cache = f"FILE:{FOLDER}/stranger.ccache"
    FOREST.realm.kinit("stranger", "secret-of-a-stranger", cache=cache)
    for command in (("replicate", B.host, A.host, FOREST.domain_dn), ("showrepl", A.host), ("showchanges", A.host, FOREST.domain_dn)):
        done = FOREST.run(*command, status=None, environment={"KRB5CCNAME": cache})
        assert done.returncode == 1, done
        assert "ACCESS_DENIED" in done.stderr, done.stderr


def test_clean_stop():
    for dsa in (A, B, C):
        if dsa.is_running():
            assert dsa.stop() == 0, dsa.log_tail()
        assert dsa.verb("check").returncode == 0


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
