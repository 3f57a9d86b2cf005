# SPDX-License-Identifier: Apache-2.0
# lab: --dcs 1 --users 0 --groups 0
# The same 2,000 mixed changes applied to a Samba DC and to a DSA of ours (which lives in the client's namespace, in a realm of its own): every
# change ends with the same result code, and the trees that are left are the same, but for what docs/ldap-differences.md lists.

import json
import os
import re
import subprocess
import sys
import tempfile

import private_net

private_net.enter({"dsa-a": "127.0.0.1"}, os.environ["LAB_DOMAIN"], network=False)

import mixed_ldif  # noqa: E402
import tlib  # noqa: E402
from ours import OurForest, SOURCE  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-differences-")
DOMAIN = os.environ["LAB_DOMAIN"]
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"], DOMAIN)
COUNT, SEED = int(os.environ.get("TRIBUTARY_MIXED", "2000")), int(os.environ.get("TRIBUTARY_SEED", "1"))
BASE = f"OU=Mixed,{os.environ['LAB_BASE_DN']}"
LDIF = os.path.join(FOLDER, "mixed.ldif")
A = None
RESULTS = {}
RECORDS = []


def listed(title):
    """The first cells of a table of docs/ldap-differences.md, in the section of that title."""
    with open(os.path.join(SOURCE, "docs", "ldap-differences.md"), encoding="utf-8") as file:
        section = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", file.read(), re.M | re.S)
    assert section, title
    return [re.sub(r"`", "", row).strip() for row in re.findall(r"^\| ([^|]+) \|", section.group(1), re.M) if not re.match(r"-+$|attribute$|change$", row.strip("` "))]


def listed_codes():
    """{(Samba's code, ours)} of the table of changes."""
    with open(os.path.join(SOURCE, "docs", "ldap-differences.md"), encoding="utf-8") as file:
        return {(int(theirs), int(ours)) for theirs, ours in re.findall(r"^\| [^|]+ \| (\d+) \| (\d+) \|", file.read(), re.M)}


def apply(name, url, environment):
    out = os.path.join(FOLDER, name + ".json")
    done = subprocess.run(["/usr/bin/python3", os.path.join(SOURCE, "tests", "lab", "apply_ldif.py"), url, LDIF, BASE, out], env={**environment, "LDAPCONF": "/dev/null"},
                          capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    with open(out, encoding="utf-8") as file:
        RESULTS[name] = json.load(file)


def test_forest():
    global A
    A = FOREST.add("dsa-a", ldap={"port": 389})
    A.init()
    A.serve()


def test_changes_are_applied():
    RECORDS.extend(mixed_ldif.generate(SEED, COUNT, os.environ["LAB_BASE_DN"], DOMAIN))
    with open(LDIF, "w", encoding="utf-8") as file:
        file.write("\n".join(RECORDS))
    apply("samba", f"ldap://{os.environ['LAB_DC1_HOST']}", dict(os.environ))
    apply("ours", f"ldap://{A.host}", FOREST.environment())
    good = sum(code == 0 for code, _ in RESULTS["samba"]["codes"])
    assert good > COUNT * 0.6, good


def test_same_result_codes():
    different, allowed = {}, listed_codes()
    assert len(allowed) < 10
    for record, theirs, ours in zip(RECORDS, RESULTS["samba"]["codes"], RESULTS["ours"]["codes"]):
        if theirs[0] != ours[0] and (theirs[0], ours[0]) not in allowed:
            different.setdefault((theirs[0], ours[0]), []).append(record.strip().replace("\n", " / ")[:200])
    assert not different, "\n".join(f"Samba {theirs}, ours {ours}: {len(records)} times, e.g. {records[0]}" for (theirs, ours), records in different.items())


def normal(dn):
    return dn.casefold()


def test_same_objects():
    theirs, ours = ({normal(dn) for dn in RESULTS[name]["entries"]} for name in ("samba", "ours"))
    assert theirs == ours, f"only at Samba: {sorted(theirs - ours)[:5]}; only here: {sorted(ours - theirs)[:5]}"


def test_same_attributes():
    differ = set(listed("Attributes that must differ"))
    ours = {normal(dn): entry for dn, entry in RESULTS["ours"]["entries"].items()}
    found = {}
    for dn, entry in RESULTS["samba"]["entries"].items():
        mine = ours[normal(dn)]
        for name in set(entry) | set(mine):
            values = [sorted(each.casefold() if "DC=" in each else each for each in side.get(name, [])) for side in (entry, mine)]
            if name not in differ and values[0] != values[1]:
                found.setdefault(name, []).append(f"{dn}: Samba {entry.get(name)}, ours {mine.get(name)}")
    assert not found, "\n".join(f"{name}: {len(cases)} times, e.g. {cases[0]}" for name, cases in found.items())


def test_end():
    assert A.stop() == 0
    A.verb("check")


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        if not os.environ.get("TRIBUTARY_KEEP"):
            FOREST.remove()
    sys.exit(0)
