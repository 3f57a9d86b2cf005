#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# tshark, with the keys of the domain, reads what we sent: every drsuapi request is decrypted and dissected, nothing is
# malformed. (tshark 4.0 decrypts Kerberos replies of one fragment only, so replies are only looked at for malformation.)

import os

import tlib
from tlib import DC1, DC2


def tshark(path, keytab, condition, *fields):
    """The rows of a capture that fulfil a display filter; without fields, the frames' summaries."""
    words = [word for field in fields for word in ("-e", field)]
    done = tlib.run(["tshark", "-n", "-r", path, "-K", keytab, "-o", "kerberos.decrypt:TRUE", "-Y", condition,
                     *(["-T", "fields", *words] if fields else [])], timeout=120)
    return [line for line in done.stdout.splitlines() if line.strip()]


def test_every_request_is_read_and_nothing_is_malformed():
    keytab = os.path.join(os.environ["LAB_DIR"], "tshark.keytab")
    tlib.lab("keytab", keytab)
    with tlib.capture() as capture:
        tlib.tributary("bind", DC1.host)
        tlib.tributary("replicate", DC2.host, DC1.host, tlib.BASE_DN)
        tlib.tributary("showrepl", DC1.host)
        tlib.tributary("cracknames", DC1.host, "LAB\\administrator")
        tlib.tributary("showobjmeta", DC1.host, f"CN=Administrator,CN=Users,{tlib.BASE_DN}")
        tlib.tributary("kcc", DC1.host)
        path = capture.stop()
        ours = f"ip.src=={os.environ['LAB_SUBNET'].replace('0/24', '2')} && dcerpc.pkt_type==0 && tcp.dstport>=49152"
        tlib.equal(tshark(path, keytab, f"{ours} && !drsuapi"), [], "requests that tshark could not read")
        opnums = {int(row) for row in tshark(path, keytab, f"{ours} && drsuapi", "drsuapi.opnum")}
        tlib.true({0, 1, 2, 12, 18, 19} <= opnums, f"tshark saw only the opnums {sorted(opnums)}")
        tlib.equal(tshark(path, keytab, "_ws.malformed"), [], "malformed packets")
        tlib.equal(tshark(path, keytab, f"_ws.expert.severity==error && ip.addr=={os.environ['LAB_SUBNET']} && (dcerpc || ldap)"),
                   [], "errors that tshark sees")
        # What we meant is what it reads: the source of the sync, the name to crack.
        sync = tshark(path, keytab, f"{ours} && drsuapi.opnum==2", "drsuapi.DsReplicaSyncRequest1.guid1")
        tlib.equal(sync, [DC1.dsa_guid], "the source's GUID in DsReplicaSync")
        names = tshark(path, keytab, f"{ours} && drsuapi.opnum==12", "drsuapi.DsNameString.str")
        tlib.contains(" ".join(names), "administrator", "the name in DsCrackNames")


if __name__ == "__main__":
    tlib.main()
