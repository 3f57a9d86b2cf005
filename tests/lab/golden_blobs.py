# SPDX-License-Identifier: Apache-2.0
# Reads the raw replication attributes of a lab's DCs as they are stored, beside Samba's own reading of them, and packs a
# few values that Samba never stores but has a codec for. One JSON object a line on stdout. Runs in the client's namespace
# (`lab client -- golden_blobs.py`). See tests/golden/samba-4.17/README.md.

import base64
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import ldb  # noqa: E402
from labprobe import Dc, login  # noqa: E402
from samba.dcerpc import drsblobs, drsuapi, misc  # noqa: E402
from samba.ndr import ndr_pack, ndr_print, ndr_unpack  # noqa: E402
from samba.samdb import SamDB  # noqa: E402

TYPES = {
    "repsFrom": drsblobs.repsFromToBlob, "repsTo": drsblobs.repsFromToBlob,
    "replUpToDateVector": drsblobs.replUpToDateVectorBlob, "replPropertyMetaData": drsblobs.replPropertyMetaDataBlob,
    "prefixMap": drsblobs.prefixMapBlob, "schemaInfo": drsblobs.schemaInfoBlob,
    "partialAttributeSet": drsblobs.partialAttributeSetBlob, "schedule": drsblobs.schedule,
    "supplementalCredentials": None, "objectGUID": None, "objectSid": None, "invocationId": None,
    "msDS-HasInstantiatedNCs": None, "wellKnownObjects": None, "otherWellKnownObjects": None,
    "hasMasterNCs": None, "msDS-hasMasterNCs": None, "options": None, "uSNChanged": None, "uSNCreated": None,
    "whenCreated": None, "whenChanged": None, "dnsRecord": None, "member": None, "sIDHistory": None,
    "msDS-RevealedUsers": None, "retiredReplDSASignatures": None, "instanceType": None, "subRefs": None,
    "pekList": None, "dMDLocation": None, "objectClass": None, "auxiliaryClass": None, "attributeID": None,
}


def printed(value):
    """Samba's reading, without the flags that are not set."""
    lines = ndr_print(value).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if not line.lstrip().startswith("0: "))


def entries_of(sam, host, base, scope=ldb.SCOPE_BASE, expression=None, controls=()):
    found = sam.search(base=base, scope=scope, expression=expression, attrs=list(TYPES), controls=list(controls))
    for message in found:
        for attribute in sorted(key for key in message.keys() if key != "dn"):
            kind = TYPES.get(attribute)
            values = [bytes(value) for value in message[attribute]]
            entry = {"dc": host, "object": str(message.dn), "attribute": attribute,
                     "values": [base64.b64encode(value).decode() for value in values]}
            if kind is not None and (attribute != "replPropertyMetaData" or "OU=Golden" in entry["object"]):
                entry["samba_print"] = [printed(ndr_unpack(kind, value)) for value in values]
            yield entry


def stored(host, lp, creds):
    sam = SamDB(url=f"ldap://{host}", lp=lp, credentials=creds)
    base = sam.domain_dn()
    config, schema = str(sam.get_config_basedn()), str(sam.get_schema_basedn())
    for nc in (base, config, schema, f"DC=DomainDnsZones,{base}", f"DC=ForestDnsZones,{base}"):
        yield from entries_of(sam, host, nc)
    yield from entries_of(sam, host, config, ldb.SCOPE_SUBTREE, "(|(objectClass=nTDSDSA)(objectClass=nTDSConnection)"
                          "(objectClass=nTDSSiteSettings))")
    yield from entries_of(sam, host, f"OU=Golden,{base}", ldb.SCOPE_SUBTREE)
    yield from entries_of(sam, host, f"CN=Deleted Objects,{base}", ldb.SCOPE_SUBTREE, "(isDeleted=TRUE)",
                          ["show_deleted:1", "show_recycled:1"])
    yield from entries_of(sam, host, f"CN=ms-DS-Reveal-OnDemand-Group,{schema}")
    yield from entries_of(sam, host, f"CN=Administrator,CN=Users,{base}")


def entry_packed(attribute, note, value):
    raw = ndr_pack(value)
    return {"dc": None, "object": None, "attribute": attribute, "note": note,
            "values": [base64.b64encode(raw).decode()], "samba_print": [printed(value)]}


GUIDS = [misc.GUID(f"0000000{i}-1111-2222-3333-44444444444{i}") for i in range(1, 6)]


def packed():
    """Forms that a Samba DC reads and writes but does not store by itself in this lab."""
    pas = drsblobs.partialAttributeSetBlob()
    pas.version = 1
    pas.ctr.count = 5
    pas.ctr.array = [0, 3, 0x20001, 0x9030E, 0x7FFFFFFF]
    yield entry_packed("partialAttributeSet", "five attrtyps", pas)

    for count in (0, 2):
        utd = drsblobs.replUpToDateVectorBlob()
        utd.version = 1
        utd.ctr.count = count
        cursors = []
        for i in range(count):
            cursor = drsuapi.DsReplicaCursor()
            cursor.source_dsa_invocation_id = GUIDS[i]
            cursor.highest_usn = 0x100000000 + i
            cursors.append(cursor)
        utd.ctr.cursors = cursors
        yield entry_packed("replUpToDateVector", f"version 1, {count} cursors", utd)

    for version in (1, 2):
        blob = drsblobs.repsFromToBlob()
        blob.version = version
        ctr = blob.ctr
        ctr.consecutive_sync_failures = 7
        ctr.last_success = 13300000000 * 10000000
        ctr.last_attempt = 13300000600 * 10000000
        ctr.result_last_attempt = 1722  # RPC_S_SERVER_UNAVAILABLE
        ctr.replica_flags = 0x70
        ctr.highwatermark.tmp_highest_usn = 5001
        ctr.highwatermark.reserved_usn = 0
        ctr.highwatermark.highest_usn = 5002
        ctr.source_dsa_obj_guid, ctr.source_dsa_invocation_id, ctr.transport_guid = GUIDS[:3]
        schedule = [0xFF] * 84
        schedule[3] = 0x5A
        ctr.schedule = schedule
        if version == 1:
            other = drsblobs.repsFromTo1OtherInfo()
            other.dns_name = "00000001-1111-2222-3333-444444444441._msdcs.lab.example"
        else:
            other = drsblobs.repsFromTo2OtherInfo()
            other.dns_name1 = "00000001-1111-2222-3333-444444444441._msdcs.lab.example"
            other.dns_name2 = "dc1.lab.example"
        ctr.other_info = other
        yield entry_packed("repsFrom", f"version {version} with a schedule and a failure", blob)


def main():
    """golden_blobs.py [--failed] HOST ...: with --failed only repsFrom, of DCs whose source is down."""
    failed = "--failed" in sys.argv
    hosts = [word for word in sys.argv[1:] if word != "--failed"]
    lp, creds = login()
    entries = []
    for host in hosts:
        if failed:
            dc = Dc(host, lp, creds)
            for nc in dc.ncs[:1]:
                try:
                    dc.pull(nc, sorted(dc.sources(nc)[1])[0])
                except RuntimeError:
                    pass  # that is what it is for
            entries += [{**entry, "note": "its source is down"} for nc in dc.ncs for entry in
                        entries_of(dc.sam, host, nc) if entry["attribute"] == "repsFrom"]
        else:
            entries.extend(stored(host, lp, creds))
    if not failed:
        entries.extend(packed())
    for entry in entries:
        print(json.dumps(entry, ensure_ascii=False))


if __name__ == "__main__":
    main()
