# SPDX-License-Identifier: Apache-2.0
# lab: none
# Clients that follow changes and look at replication state, with python-ldap against two DSAs of ours: DirSync and notifications also of what
# comes by replication, XML as Python parses it, values and cookies as Samba's own decoders read them. [MS-ADTS] 3.1.1.3.4.1.3,
# 3.1.1.3.4.1.9, 3.1.1.4.5.13, 3.1.1.3.2.28 to 3.1.1.3.2.30. In namespaces of its own: needs root.

import os
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import private_net

NAMES = {"dsa-a": "127.0.0.1", "dsa-b": "127.0.0.2"}
DOMAIN = "lab.example"
private_net.enter(NAMES, DOMAIN)

import ldap  # noqa: E402
import ldap.sasl  # noqa: E402
from ldap.controls import RequestControl, ResponseControl  # noqa: E402
from samba.dcerpc import drsblobs  # noqa: E402
from samba.ndr import ndr_unpack  # noqa: E402

import tlib  # noqa: E402
from ours import OurForest  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-changes-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"], DOMAIN)
A = B = None
DIRSYNC, NOTIFICATION = "1.2.840.113556.1.4.841", "1.2.840.113556.1.4.528"


class DirSyncResponse(ResponseControl):
    """SEQUENCE { INTEGER, INTEGER, OCTET STRING }, its lengths in either form."""
    controlType = DIRSYNC

    def decodeControlValue(self, encodedControlValue):
        def take(octets):
            size, head = octets[1], 2
            if size >= 0x80:
                head += size & 0x7F
                size = int.from_bytes(octets[2:head], "big")
            return octets[head:head + size], octets[head + size:]
        inner, _ = take(encodedControlValue)
        more, inner = take(inner)
        _, inner = take(inner)
        self.more = int.from_bytes(more, "big")
        self.cookie, _ = take(inner)


def element(tag, content):
    size = bytes([len(content)]) if len(content) < 0x80 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + size + content


def connect(dsa):
    os.environ.update(FOREST.environment())
    client = ldap.initialize(f"ldap://{dsa.host}")
    client.set_option(ldap.OPT_REFERRALS, 0)
    client.set_option(ldap.OPT_X_SASL_NOCANON, 1)
    client.sasl_interactive_bind_s("", ldap.sasl.gssapi())
    return client


def sync(client, cookie, nc=None, attributes=None):
    """(entries by their lower-case DN, cookie): all pages."""
    entries = {}
    for _ in range(50):
        value = element(0x30, element(2, b"\0") + element(2, b"\0") + element(4, cookie))
        number = client.search_ext(nc or FOREST.domain_dn, ldap.SCOPE_SUBTREE, "(objectClass=*)", attributes, serverctrls=[RequestControl(DIRSYNC, True, value)])
        _, found, _, controls = client.result3(number, timeout=60, resp_ctrl_classes={DIRSYNC: DirSyncResponse})
        entries.update({dn.lower(): values for dn, values in found if dn})
        (control,) = [each for each in controls if each.controlType == DIRSYNC]
        cookie = control.cookie
        if not control.more:
            return entries, cookie
    raise AssertionError("it never ends")


def read(client, dn, *attributes):
    return client.search_s(dn, ldap.SCOPE_BASE, "(objectClass=*)", list(attributes))[0][1]


def eventually(what, seconds=20):
    end = time.monotonic() + seconds
    while True:
        told = what()
        if told or time.monotonic() > end:
            assert told, "it did not become so"
            return told
        time.sleep(0.1)


def test_forest():
    global A, B
    A, B = (FOREST.add(name, address=address, port=49152, ldap={"port": 389}) for name, address in NAMES.items())
    A.init()
    A.serve()
    B.join(A)
    B.serve()
    FOREST.run_kcc(A, B)


def test_dirsync_follows_what_comes_by_replication():
    at_a, at_b = connect(A), connect(B)
    first, cookie = sync(at_b, b"")
    assert FOREST.domain_dn.lower() in first and len(first) > 50, len(first)
    unpacked = ndr_unpack(drsblobs.ldapControlDirSyncCookie, cookie)
    assert unpacked.blob.extra_length == len(cookie) - 68 and unpacked.blob.highwatermark.highest_usn > 0
    assert sync(at_b, cookie)[0] == {}
    dn = f"OU=followed,{FOREST.domain_dn}"
    at_a.add_s(dn, [("objectClass", [b"organizationalUnit"]), ("description", [b"of A"])])
    eventually(lambda: sync(at_b, cookie)[0])
    changed, later = sync(at_b, cookie)
    assert list(changed) == [dn.lower()] and changed[dn.lower()]["description"] == [b"of A"]
    # What B gave is good at A, which has made the change itself.
    assert dn.lower() not in sync(at_a, later)[0]
    at_a.delete_s(dn)
    (gone,) = eventually(lambda: sync(at_b, later)[0]).values()
    assert gone["isDeleted"] == [b"TRUE"]


def test_notifications_of_both_kinds_of_change():
    at_a, at_b = connect(A), connect(B)
    waiting = at_b.search_ext(FOREST.domain_dn, ldap.SCOPE_SUBTREE, "(objectClass=*)", ["description"], serverctrls=[RequestControl(NOTIFICATION, True, None)])
    for client, name in ((at_b, "own"), (at_a, "replicated")):
        dn = f"OU={name},{FOREST.domain_dn}"
        client.add_s(dn, [("objectClass", [b"organizationalUnit"]), ("description", [name.encode()])])
        seen = []
        end = time.monotonic() + 20
        while dn.lower() not in seen and time.monotonic() < end:
            kind, found = at_b.result(waiting, all=0, timeout=20)[:2]
            assert kind == ldap.RES_SEARCH_ENTRY, kind
            seen += [entry.lower() for entry, _ in found]
        assert dn.lower() in seen, seen
    at_b.abandon(waiting)
    assert read(at_b, FOREST.domain_dn, "objectClass")


def parsed(xml, element_name):
    tree = ElementTree.fromstring(xml)
    assert tree.tag == element_name, xml
    return {child.tag: child.text or "" for child in tree}


def test_replication_state_as_xml():
    at_b = connect(B)
    (neighbor,) = [parsed(each, "DS_REPL_NEIGHBOR") for each in read(at_b, FOREST.domain_dn, "msDS-NCReplInboundNeighbors")["msDS-NCReplInboundNeighbors"]]
    assert neighbor["pszNamingContext"] == FOREST.domain_dn and neighbor["dwLastSyncResult"] == "0" and "cn=dsa-a," in neighbor["pszSourceDsaDN"].lower(), neighbor
    cursors = [parsed(each, "DS_REPL_CURSOR") for each in read(at_b, FOREST.domain_dn, "msDS-NCReplCursors")["msDS-NCReplCursors"]]
    assert len(cursors) == 2
    group = f"CN=Domain Admins,CN=Users,{FOREST.domain_dn}"
    stamps = [parsed(each, "DS_REPL_ATTR_META_DATA") for each in read(at_b, group, "msDS-ReplAttributeMetaData")["msDS-ReplAttributeMetaData"]]
    assert {"name", "objectSid", "objectClass"} <= {stamp["pszAttributeName"] for stamp in stamps}
    (member,) = [parsed(each, "DS_REPL_VALUE_META_DATA") for each in read(at_b, group, "msDS-ReplValueMetaData")["msDS-ReplValueMetaData"]]
    assert member["pszAttributeName"] == "member" and member["pszObjectDn"].lower().startswith("cn=administrator,")
    root = read(at_b, "", "msDS-ReplAllInboundNeighbors", "msDS-ReplQueueStatistics", "msDS-ReplLinkFailures")
    assert {parsed(each, "DS_REPL_NEIGHBOR")["pszNamingContext"] for each in root["msDS-ReplAllInboundNeighbors"]} == set(FOREST.ncs)
    assert "cNumPendingOps" in parsed(root["msDS-ReplQueueStatistics"][0], "DS_REPL_QUEUE_STATISTICS")


def test_values_as_samba_reads_them():
    at_b = connect(B)
    state = read(at_b, FOREST.domain_dn, "repsFrom", "replUpToDateVector", "replPropertyMetaData", "objectGUID")
    (source,) = [ndr_unpack(drsblobs.repsFromToBlob, each) for each in state["repsFrom"]]
    assert source.ctr.result_last_attempt[0] == 0
    vector = ndr_unpack(drsblobs.replUpToDateVectorBlob, state["replUpToDateVector"][0])
    assert vector.version == 2 and vector.ctr.count == 1
    stamps = ndr_unpack(drsblobs.replPropertyMetaDataBlob, state["replPropertyMetaData"][0])
    assert stamps.ctr.count > 20 and all(stamp.version >= 1 for stamp in stamps.ctr.array)


def test_end():
    for dsa in (A, B):
        assert dsa.stop() == 0


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        if not os.environ.get("TRIBUTARY_KEEP"):
            FOREST.remove()
    sys.exit(0)
