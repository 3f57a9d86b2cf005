#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# The ground that all other system tests stand on: both DCs serve, and each names the other as a source of every NC.
# Uses Samba's tools only.

import tlib
from tlib import DC1, DC2


def test_dcs_answer_ldap_with_kerberos():
    for dc in (DC1, DC2):
        done = tlib.run(["ldapsearch", "-N", "-Y", "GSSAPI", "-Q", "-LLL", "-H", f"ldap://{dc.host}", "-s", "base", "-b", "",
                         "dsServiceName", "dnsHostName"])
        tlib.contains(done.stdout.replace("\n ", ""), dc.ntds_dn, "rootDSE")
        tlib.contains(done.stdout, f"dnsHostName: {dc.host}", "rootDSE")


def test_dns_names_both_dcs():
    done = tlib.run(["dig", "+short", "SRV", "_ldap._tcp.dc._msdcs.lab.example"])
    found = sorted(line.split()[-1].lower() for line in done.stdout.splitlines())
    tlib.equal(found, [f"{DC1.host}.", f"{DC2.host}."], "SRV records")
    for dc in (DC1, DC2):
        done = tlib.run(["dig", "+short", f"{dc.dsa_guid}._msdcs.lab.example"])
        tlib.contains(done.stdout.lower(), dc.host, "the DSA's own name")


def test_reps_from_both_ways():
    for dc, other in ((DC1, DC2), (DC2, DC1)):
        for nc in tlib.NCS:
            tlib.samba_pull(dc, other, nc)  # an earlier file may have had the partner stopped
            source = tlib.reps_from(dc, nc).get(other.dsa_guid)
            tlib.true(source is not None, f"{dc.host} does not pull {nc} from {other.host}")
            tlib.equal(str(source.source_dsa_invocation_id), other.invocation_id, "invocationId")
            tlib.equal(source.result_last_attempt[0], 0, f"result of the last pull of {nc}")


def test_a_change_arrives_when_samba_pulls():
    with tlib.quiet(DC2):
        dn = tlib.add_user(DC1, "lab-sanity")
        tlib.true(not tlib.exists(DC2, dn), "the user is on dc2 before anybody replicated it")
        before = tlib.reps_from(DC2, tlib.BASE_DN)[DC1.dsa_guid].highwatermark.highest_usn
        tlib.run(["samba-tool", "drs", "replicate", DC2.host, DC1.host, tlib.BASE_DN, "--sync-forced",
                  f"--use-krb5-ccache={tlib.os.environ['KRB5CCNAME']}"])
        tlib.true(tlib.exists(DC2, dn), "the user is not on dc2 after a pull")
        after = tlib.reps_from(DC2, tlib.BASE_DN)[DC1.dsa_guid].highwatermark.highest_usn
        tlib.true(after > before, f"the high-water mark did not move: {before} -> {after}")


def test_stopped_frozen_and_blocked_dcs():
    ask = ["ldapsearch", "-x", "-H", f"ldap://{DC2.address}", "-o", "nettimeout=2", "-l", "2", "-s", "base", "-b", "", "vendorName"]
    tlib.run(ask)
    with tlib.stopped(DC2):
        tlib.run(ask, status=255)
    with tlib.blocked(DC2, 389):
        tlib.run(ask, status=255, timeout=20)
    with tlib.blocked(DC2, 389, reject=True):
        tlib.true(tlib.run(ask, status=255).seconds < 1, "a reset takes long")
    with tlib.frozen(DC2):
        tlib.true(tlib.run(["timeout", "2", *ask], status=None, timeout=20).returncode != 0, "a frozen DC answered")
    tlib.run(ask)


def test_accounts():
    for who in ("plain", "changes"):
        with tlib.ticket(who) as env:
            done = tlib.run(["klist"], env=env)
            tlib.contains(done.stdout, f"Default principal: {who}@LAB.EXAMPLE")


if __name__ == "__main__":
    tlib.main()
