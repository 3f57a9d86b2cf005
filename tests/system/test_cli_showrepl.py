#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 1200
# `tributary showrepl --json` agrees with `samba-tool drs showrepl --json` in every member that the latter has, in good days and
# while a partner is down; and it shows people what fails. [MS-DRSR] 4.1.13.

import contextlib
import glob
import os
import signal
import time

import tlib
from tlib import DC1, DC2


def sambas(dc):
    return tlib.samba_tool("drs", "showrepl", dc.host, "--json").json()


def both(dc):
    """Our document and Samba's of a moment in which nothing changed: pulls go on, so it may take several attempts."""
    for _ in range(20):
        before = sambas(dc)
        ours = tlib.tributary("showrepl", "--json", dc.host).json()
        if sambas(dc) == before:
            return ours, before
    raise AssertionError(f"the state of {dc.host} does not stand still")


def superset(ours, theirs, path):
    """Every member and every item of theirs is in ours, at the same place, with the same value."""
    if isinstance(theirs, dict):
        for key, value in theirs.items():
            tlib.true(key in ours, f"{path} lacks {key!r}; it has {sorted(ours)}")
            superset(ours[key], value, f"{path}.{key}")
    elif isinstance(theirs, list):
        tlib.equal(len(ours), len(theirs), f"number of items of {path}")
        for index, value in enumerate(theirs):
            superset(ours[index], value, f"{path}[{index}]")
    else:
        tlib.equal(ours, theirs, path)


def test_both_dcs_have_just_replicated():
    """Other tests leave failures behind, and Samba's own next pull would change them while we compare."""
    for destination, source in ((tlib.DC1, tlib.DC2), (tlib.DC2, tlib.DC1)):
        for nc in {entry["NC dn"] for entry in sambas(destination)["repsFrom"]}:
            tlib.tributary("replicate", destination.host, source.host, nc)


def test_agrees_with_samba_tool_on_both_dcs():
    for dc in (DC1, DC2):
        ours, theirs = both(dc)
        tlib.equal(len(theirs["repsFrom"]), len(tlib.NCS), "NCs that Samba shows")
        superset(ours, theirs, dc.name)
        tlib.equal(ours["schema"], "tributary.showrepl/1")


def test_has_no_member_too_few_for_ourselves():
    ours = tlib.tributary("showrepl", "--json", DC1.host).json()
    neighbor = next(n for n in ours["repsFrom"] if n["NC dn"] == tlib.BASE_DN)
    blob = tlib.reps_from(DC1, tlib.BASE_DN)[DC2.dsa_guid]
    tlib.equal(neighbor["invocationId"], DC2.invocation_id)
    tlib.equal(neighbor["address"], blob.other_info.dns_name if hasattr(blob.other_info, "dns_name") else blob.other_info.dns_name1)
    tlib.equal(neighbor["lastResult"], {"code": 0, "name": "ERROR_SUCCESS"})
    tlib.equal(neighbor["flags"]["value"], blob.replica_flags, "flags")  # a sync that was asked for leaves its own in repsFrom
    tlib.equal(ours["inbound"], {"source": "rpc"})


def test_one_naming_context():
    for arguments in ((DC1.host, tlib.CONFIG_DN), (tlib.CONFIG_DN, DC1.host)):
        ours = tlib.tributary("showrepl", "--json", *arguments).json()
        tlib.equal([n["NC dn"] for n in ours["repsFrom"]], [tlib.CONFIG_DN], "inbound")
        tlib.equal([n["NC dn"] for n in ours["repsTo"]], [tlib.CONFIG_DN], "outbound")


def test_a_naming_context_that_is_not_there():
    done = tlib.tributary("showrepl", DC1.host, "DC=nowhere", status=1)
    tlib.contains(done.stderr, "ERROR_DS_DRA_BAD_NC (8440)")
    tlib.contains(done.stderr, "dc1.lab.example does not hold DC=nowhere")


def test_text():
    done = tlib.tributary("showrepl", DC1.host, "--connections")
    for part in ("INBOUND NEIGHBORS", "OUTBOUND NEIGHBORS", tlib.BASE_DN, "\\DC2 via RPC", DC2.dsa_guid, "successful", "CONNECTION OBJECTS"):
        tlib.contains(done.stdout, part)
    tlib.contains(done.stdout, "does not tell: 50 ERROR_NOT_SUPPORTED", "what Samba has no answer for")


def test_a_partner_that_is_down():
    with tlib.stopped(DC2):
        done = tlib.tributary("replicate", DC1.host, DC2.host, tlib.BASE_DN, "--json", status=1)
        code = done.json()["error"]["code"]
        ours, theirs = both(DC1)
        failing = next(n for n in theirs["repsFrom"] if n["NC dn"] == tlib.BASE_DN)
        tlib.true(failing["consecutive failures"] > 0, f"Samba counts no failure: {failing}")
        superset(ours, theirs, "dc1")
        mine = next(n for n in ours["repsFrom"] if n["NC dn"] == tlib.BASE_DN)
        tlib.contains(mine["last attempt message"], f"failed, result {code} (WERR_")
        tlib.equal(mine["lastResult"]["code"], code)
        text = tlib.tributary("showrepl", "--errors-only", DC1.host).stdout
        tlib.contains(text, f"failed: {code}")
        tlib.contains(text, "in a row")
        tlib.true("\033[" not in text, "colour in a pipe")
    tlib.tributary("replicate", DC1.host, DC2.host, tlib.BASE_DN)
    text = tlib.tributary("showrepl", "--errors-only", DC1.host, tlib.BASE_DN).stdout
    tlib.contains(text, "no failures")


def test_replsummary():
    document = tlib.tributary("replsummary", DC1.host, "--json").json()
    for rows in (document["sources"], document["destinations"]):
        tlib.equal([row["server"] for row in rows], ["DC1", "DC2"])
        for row in rows:
            tlib.equal(row["total"], len(tlib.NCS), row["server"])
            tlib.true(0 <= row["largestDeltaSeconds"] < 3600, f"delta {row}")
    tlib.equal(document["unreachable"], [])
    text = tlib.tributary("replsummary").stdout
    tlib.contains(text, "Source DSA")
    tlib.contains(text, "Destination DSA")


def test_replsummary_with_a_dc_down():
    with tlib.stopped(DC2):
        document = tlib.tributary("replsummary", DC1.host, "--json").json()
        tlib.equal([row["server"] for row in document["destinations"]], ["DC1"])
        tlib.equal([row["server"] for row in document["unreachable"]], ["DC2"])
        tlib.equal(document["unreachable"][0]["error"]["name"], "RPC_S_SERVER_UNAVAILABLE")


def kcc_process(dc):
    """The pid of the process with which a Samba DC answers IDL_DRSGetReplInfo; None while there is none."""
    namespace = os.stat(f"/run/netns/{dc.ns}").st_ino
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            with open(path, "rb") as file:
                if not file.read().startswith(b"samba: task[kcc]"):
                    continue
            if os.stat(os.path.dirname(path) + "/ns/net").st_ino == namespace:
                return int(path.split("/")[2])
    return None


@contextlib.contextmanager
def without_repl_info(dc):
    """A DC that faults at every IDL_DRSGetReplInfo, for about ten seconds: until Samba starts the process anew."""
    def serves():
        return kcc_process(dc) is not None and tlib.tributary("queue", dc.host, status=None).returncode == 0

    def gone_for_a_while():  # the first time Samba starts it anew at once
        process = kcc_process(dc)
        if process is not None:
            os.kill(process, signal.SIGKILL)
        time.sleep(1)  # how long a new one takes
        return kcc_process(dc) is None

    tlib.wait_until(gone_for_a_while, 30, "the KCC process is always there")
    try:
        yield
    finally:
        tlib.wait_until(serves, 60, "the KCC process is not back")


def by_partner(neighbors):
    """What both sources tell, by NC and partner. Samba mixes wire bits into the flags of the call."""
    names = ("NTDS DN", "DSA", "address", "invocationId", "ncGUID", "is deleted", "consecutive failures", "lastResult")
    return {(n["NC dn"], n["DSA objectGUID"]): {name: n[name] for name in names} for n in neighbors}


def test_a_dc_that_does_not_serve_the_call_is_read_through_ldap():
    called = tlib.tributary("showrepl", "--json", DC2.host).json()
    vector = tlib.tributary("showutdvec", "--json", DC2.host, tlib.BASE_DN).json()
    stamps = tlib.tributary("showobjmeta", "--json", DC2.host, tlib.BASE_DN).json()
    with without_repl_info(DC2):
        done = tlib.tributary("showrepl", "--json", DC2.host)
        read = done.json()
        tlib.equal((read["inbound"]["source"], read["inbound"]["refusal"]["code"]), ("ldap", 1752))
        tlib.contains(done.stderr, "decoded from the raw values that LDAP shows")
        read_vector = tlib.tributary("showutdvec", "--json", DC2.host, tlib.BASE_DN).json()
        read_stamps = tlib.tributary("showobjmeta", "--json", DC2.host, tlib.BASE_DN).json()
        summary = tlib.tributary("replsummary", "--json", DC1.host).json()
        done = tlib.tributary("queue", DC2.host, status=1)
        tlib.contains(done.stderr, "ERROR_NOT_SUPPORTED (50)")
        tlib.contains(done.stderr, "and nothing else does")
    for direction in ("repsFrom", "repsTo"):
        tlib.equal(by_partner(read[direction]), by_partner(called[direction]), direction)
    tlib.equal(read_vector["source"], "ldap")
    tlib.equal({c["invocationId"]: c["dsaDN"] for c in read_vector["cursors"]}, {DC1.invocation_id: DC1.ntds_dn, DC2.invocation_id: DC2.ntds_dn})
    usns = {c["invocationId"]: c["usn"] for c in vector["cursors"]}
    for cursor in read_vector["cursors"]:
        tlib.true(cursor["usn"] >= usns[cursor["invocationId"]], f"{cursor} is behind the call's {usns}")
    tlib.equal(read_stamps["source"], "ldap")
    strip = lambda document: sorted((s["attribute"], s["version"], s["originatingUSN"], s["localUSN"], s["lastOriginatingChange"]) for s in document["attributes"])
    tlib.equal(strip(read_stamps), strip(stamps), "stamps")
    tlib.equal([row["total"] for row in summary["destinations"]], [len(tlib.NCS)] * 2, "the summary")


if __name__ == "__main__":
    tlib.main()
