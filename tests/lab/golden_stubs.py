# SPDX-License-Identifier: Apache-2.0
# Calls a Samba DC once for every opnum and version that Samba's codec knows, and keeps the decrypted stubs: the request as
# Samba's NDR packs it and the reply exactly as the DC sent it, each as hex, beside Samba's own reading of both. Opnums that
# the DC does not serve leave a request and the fault. Arguments: folder, dc1, dc2. Runs in the client's namespace after
# golden_scene.py. What it may not do: change anything that later calls depend on.

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from labprobe import Dc, login  # noqa: E402
from samba.dcerpc import drsuapi, epmapper, misc, security  # noqa: E402
from samba.ndr import ndr_pack_in, ndr_print_in, ndr_print_out, ndr_unpack_out  # noqa: E402

NTDSAPI_CLIENT = misc.GUID("e24d201a-4fd6-11d1-a3da-0000f875ae0d")
ZERO = misc.GUID("00000000-0000-0000-0000-000000000000")


def make(kind, **values):
    """A Samba structure with its members set; None leaves a pointer null."""
    made = kind()
    for name, value in values.items():
        if value is not None:
            setattr(made, name, value)
    return made


TEXT_CHARS_MAX = 24000  # a longer reading (a page of a directory) is of no use to anybody


def text_of(printed):
    """Samba's reading, one member a line with its depth, without the flags that are not set."""
    lines = []
    for line in printed.splitlines():
        if not line.lstrip().startswith("0: "):
            depth = (len(line) - len(line.lstrip())) // 4
            lines.append("  " * depth + " ".join(line.split()))
    text = "\n".join(lines) + "\n"
    return text if len(text) <= TEXT_CHARS_MAX else text[:TEXT_CHARS_MAX] + "\n(cut here)\n"


class Recorder:
    def __init__(self, folder, connection):
        self.folder, self.connection, self.index = folder, connection, []

    def write(self, name, suffix, text):
        with open(os.path.join(self.folder, f"{name}-{suffix}"), "w", encoding="utf-8") as file:
            file.write(text)

    def hex(self, data):
        text = data.hex()
        return "\n".join(text[at:at + 128] for at in range(0, len(text), 128)) + "\n"

    def call(self, name, function, send=True):
        """Packs, sends and keeps. Returns the function object with its out values, or None after a fault."""
        opnum = function.opnum()
        name = f"{opnum:02d}-{name}"
        try:
            request = ndr_pack_in(function)
        except RuntimeError as error:
            self.index.append(f"{name}: not packed, {error.args}")
            return None
        self.write(name, "in.hex", self.hex(request))
        self.write(name, "in.txt", text_of(ndr_print_in(function)))
        if not send:
            self.index.append(f"{name}: packed, not sent")
            return None
        try:
            reply = self.connection.request(opnum, request)
        except Exception as error:
            self.index.append(f"{name}: {str(error.args)[:90]}")
            self.write(name, "fault.txt", f"{error.args}\n")
            return None
        self.write(name, "out.hex", self.hex(reply))
        ndr_unpack_out(function, reply)
        self.write(name, "out.txt", text_of(ndr_print_out(function)))
        self.index.append(f"{name}: request {len(request)}, reply {len(reply)} octets, result {getattr(function, 'result', '-')}")
        return function


def extensions(length):
    kind = {24: drsuapi.DsBindInfo24, 28: drsuapi.DsBindInfo28, 32: drsuapi.DsBindInfo32, 48: drsuapi.DsBindInfo48,
            52: drsuapi.DsBindInfo52}[length]
    info = make(kind, supported_extensions=0x1FFFFF7F, site_guid=misc.GUID("00112233-4455-6677-8899-aabbccddeeff"), pid=4711)
    for name, value in (("repl_epoch", 3), ("supported_extensions_ext", 0x7), ("supported_capabilities_ext", 0x55),
                        ("config_dn_guid", misc.GUID("ffeeddcc-bbaa-9988-7766-554433221100"))):
        if hasattr(info, name):
            setattr(info, name, value)
    return make(drsuapi.DsBindInfoCtr, length=length, info=info)


def identifier(dn, guid=ZERO, sid=None):
    name = make(drsuapi.DsReplicaObjectIdentifier, dn=dn, guid=guid)
    if sid is not None:
        name.sid = sid
    return name


def bind(rec):
    for length in (24, 28, 32, 48, 52):
        rec.call(f"DsBind-ext{length}", make(drsuapi.DsBind, in_bind_guid=NTDSAPI_CLIENT, in_bind_info=extensions(length)))
    rec.call("DsBind-null-ext", make(drsuapi.DsBind, in_bind_guid=NTDSAPI_CLIENT, in_bind_info=None))
    done = rec.call("DsBind-null-guid", make(drsuapi.DsBind, in_bind_guid=None, in_bind_info=extensions(28)))
    rec.call("DsUnbind", make(drsuapi.DsUnbind, in_bind_handle=done.out_bind_handle))


def get_nc_changes(rec, handle, one, two, base):
    ou = f"OU=Golden,{base}"
    head = one.sam.search(base=base, scope=0, attrs=["objectGUID", "objectSid"])[0]
    head_guid = misc.GUID(head["objectGUID"][0])
    highwater = drsuapi.DsReplicaHighWaterMark()

    def request(kind, dn, extended, flags, **extra):
        return make(kind, destination_dsa_guid=misc.GUID(two.dsa_guid), source_dsa_invocation_id=misc.GUID(one.invocation_id),
                    naming_context=identifier(dn, **extra.pop("id", {})), highwatermark=extra.pop("highwater", highwater),
                    replica_flags=flags, max_object_count=extra.pop("objects", 402), max_ndr_size=1 << 20,
                    extended_op=extended, **extra)

    def get(name, level, req, send=True):
        return rec.call(f"DsGetNCChanges-{name}",
                        make(drsuapi.DsGetNCChanges, in_bind_handle=handle, in_level=level, in_req=req), send)

    writable = drsuapi.DRSUAPI_DRS_WRIT_REP | drsuapi.DRSUAPI_DRS_INIT_SYNC | drsuapi.DRSUAPI_DRS_PER_SYNC
    exop_object = drsuapi.DRSUAPI_EXOP_REPL_OBJ
    for account in ("ada", "crew"):
        get(f"v8-object-{account}", 8, request(drsuapi.DsGetNCChangesRequest8, f"CN={account},{ou}", exop_object, writable))
        get(f"v10-object-{account}", 10, request(drsuapi.DsGetNCChangesRequest10, f"CN={account},{ou}", exop_object, writable,
                                                 more_flags=1))
    pas = make(drsuapi.DsPartialAttributeSet, version=1, num_attids=3, attids=[0, 3, 0x90001])
    get("v8-object-partial", 8, request(drsuapi.DsGetNCChangesRequest8, f"CN=ada,{ou}", exop_object,
                                        drsuapi.DRSUAPI_DRS_INIT_SYNC, partial_attribute_set=pas))
    get("v8-bad-nc", 8, request(drsuapi.DsGetNCChangesRequest8, "DC=nowhere,DC=example", 0, writable))
    get("v8-zones-first-page", 8, request(drsuapi.DsGetNCChangesRequest8, f"DC=ForestDnsZones,{base}", 0, writable, objects=5))

    state = get("v8-domain-first-page", 8, request(drsuapi.DsGetNCChangesRequest8, base, 0, writable, objects=3,
                                                   id={"guid": head_guid}))
    cursors = [make(drsuapi.DsReplicaCursor, source_dsa_invocation_id=misc.GUID(dc.invocation_id), highest_usn=usn)
               for dc, usn in ((one, 3000), (two, 3001))]
    utd = make(drsuapi.DsReplicaCursorCtrEx, version=1, count=2, cursors=cursors)
    mapping = state.out_ctr.mapping_ctr if state else None
    sid = security.dom_sid(one.sam.get_domain_sid())
    full = {"uptodateness_vector": utd, "partial_attribute_set": pas, "partial_attribute_set_ex": pas, "mapping_ctr": mapping,
            "fsmo_info": 0x1122334455667788, "id": {"guid": head_guid, "sid": sid},
            "highwater": make(drsuapi.DsReplicaHighWaterMark, tmp_highest_usn=4000, reserved_usn=0, highest_usn=3900)}
    get("v8-everything", 8, request(drsuapi.DsGetNCChangesRequest8, base, 0, writable, **dict(full)), send=False)
    get("v10-everything", 10, request(drsuapi.DsGetNCChangesRequest10, base, 0, writable, more_flags=3, **dict(full)), send=False)
    get("v8-since-utd", 8, request(drsuapi.DsGetNCChangesRequest8, base, 0, writable, uptodateness_vector=utd, objects=4))
    five = {key: full[key] for key in ("uptodateness_vector", "fsmo_info", "id", "highwater")}
    get("v5-everything", 5, request(drsuapi.DsGetNCChangesRequest5, base, 0, writable, **five), send=False)


def replica_calls(rec, handle, one, two, base):
    def call(name, kind, level, req, send=True):
        return rec.call(name, make(kind, in_bind_handle=handle, in_level=level, in_req=req), send)

    sync = drsuapi.DsReplicaSyncRequest1
    call("DsReplicaSync-by-guid", drsuapi.DsReplicaSync, 1,
         make(sync, naming_context=identifier(base), source_dsa_guid=misc.GUID(two.dsa_guid), options=0x10))
    call("DsReplicaSync-by-name", drsuapi.DsReplicaSync, 1,
         make(sync, naming_context=identifier(base), source_dsa_guid=ZERO, source_dsa_dns=f"{two.dsa_guid}._msdcs.lab.example",
              options=0x10 | drsuapi.DRSUAPI_DRS_SYNC_BYNAME))
    call("DsReplicaSync-unknown-source", drsuapi.DsReplicaSync, 1,
         make(sync, naming_context=identifier(base), source_dsa_guid=NTDSAPI_CLIENT, options=0x10))
    call("DsReplicaSync-bad-nc", drsuapi.DsReplicaSync, 1,
         make(sync, naming_context=identifier("DC=nowhere,DC=example"), source_dsa_guid=misc.GUID(two.dsa_guid), options=0x10))
    refs = make(drsuapi.DsReplicaUpdateRefsRequest1, naming_context=identifier(base), dest_dsa_guid=misc.GUID(two.dsa_guid),
                dest_dsa_dns_name=f"{two.dsa_guid}._msdcs.lab.example", options=0x1C)
    call("DsReplicaUpdateRefs", drsuapi.DsReplicaUpdateRefs, 1, refs)

    # Samba's codec has the addresses of these three as UTF-16 where [MS-DRSR] has 8-bit characters: kept, marked, not sent.
    address = f"{two.dsa_guid}._msdcs.lab.example"
    call("DsReplicaAdd-v1-samba-utf16", drsuapi.DsReplicaAdd, 1,
         make(drsuapi.DsReplicaAddRequest1, naming_context=identifier(base), source_dsa_address=address,
              schedule=[0x11] * 84, options=0x10), send=False)
    call("DsReplicaAdd-v2-samba-utf16", drsuapi.DsReplicaAdd, 2,
         make(drsuapi.DsReplicaAddRequest2, naming_context=identifier(base), source_dsa_dn=identifier(two.ntds_dn),
              transport_dn=identifier("CN=IP"), source_dsa_address=address, schedule=[0x22] * 84, options=0x10), send=False)
    call("DsReplicaDel-samba", drsuapi.DsReplicaDel, 1,
         make(drsuapi.DsReplicaDelRequest1, naming_context=identifier(base), source_dsa_address=address, options=0x8000),
         send=False)
    call("DsReplicaMod-samba-utf16", drsuapi.DsReplicaMod, 1,
         make(drsuapi.DsReplicaModRequest1, naming_context=identifier(base), source_dra=misc.GUID(two.dsa_guid),
              source_dra_address=address, schedule=[0x33] * 84, replica_flags=0x70, modify_fields=1, options=0), send=False)


def information(rec, handle, one, two, base):
    ada = f"CN=ada,OU=Golden,{base}"
    crew = f"CN=crew,OU=Golden,{base}"
    targets = {0: base, 1: base, 2: ada, 3: None, 4: None, 5: None, 6: crew, 7: base, 8: base, 9: ada, 10: crew}
    one_level = drsuapi.DsReplicaGetInfoRequest1
    two_level = drsuapi.DsReplicaGetInfoRequest2
    for kind, dn in targets.items():
        rec.call(f"DsReplicaGetInfo-v1-type{kind}", make(drsuapi.DsReplicaGetInfo, in_bind_handle=handle, in_level=1,
                 in_req=make(one_level, info_type=kind, object_dn=dn, source_dsa_guid=ZERO)))
        rec.call(f"DsReplicaGetInfo-v2-type{kind}", make(drsuapi.DsReplicaGetInfo, in_bind_handle=handle, in_level=2,
                 in_req=make(two_level, info_type=kind, object_dn=dn, source_dsa_guid=ZERO, flags=0,
                             enumeration_context=0)))
    rec.call("DsReplicaGetInfo-v2-value", make(drsuapi.DsReplicaGetInfo, in_bind_handle=handle, in_level=2,
             in_req=make(two_level, info_type=6, object_dn=crew, attribute_name="member", value_dn_str=ada,
                         source_dsa_guid=misc.GUID(two.dsa_guid), flags=1, enumeration_context=2)))
    for name, kind in (("neighbours02-repsTo", 0xFFFFFFFE), ("connections04", 0xFFFFFFFC), ("cursors05", 0xFFFFFFFB),
                       ("dc06", 0xFFFFFFFA)):
        rec.call(f"DsReplicaGetInfo-v1-{name}", make(drsuapi.DsReplicaGetInfo, in_bind_handle=handle, in_level=1,
                 in_req=make(one_level, info_type=kind, object_dn=base, source_dsa_guid=ZERO)))


def names(rec, handle, one, base):
    def crack(tag, offered, desired, words, flags=0):
        array = [make(drsuapi.DsNameString, str=word) for word in words]
        rec.call(f"DsCrackNames-{tag}", make(drsuapi.DsCrackNames, in_bind_handle=handle, in_level=1, in_req=make(
            drsuapi.DsNameRequest1, codepage=1252, language=0x407, format_flags=flags, format_offered=offered,
            format_desired=desired, count=len(array), names=array)))

    crack("nt4-to-dn", 2, 1, ["LAB\\administrator", "LAB\\nobody-here", "LAB\\ada"])
    crack("dn-to-canonical", 1, 7, [f"CN=chloe,OU=Golden,{base}", base])
    crack("dn-to-guid", 1, 6, [f"CN=ada,OU=Golden,{base}"])
    crack("unknown-to-display", 0, 3, ["ada@lab.example"])
    crack("list-roles", 0xFFFFFFF9, 1, ["ignored"])
    crack("list-sites", 0xFFFFFFFF, 1, ["ignored"])


def topology(rec, handle, one, base):
    for level in (1, 2, 3, 0xFFFFFFFF):
        rec.call(f"DsGetDomainControllerInfo-level{level if level < 9 else 'minus1'}", make(
            drsuapi.DsGetDomainControllerInfo, in_bind_handle=handle, in_level=1,
            in_req=make(drsuapi.DsGetDCInfoRequest1, domain_name="lab.example", level=level)))
    for tag, word in (("bad-domain", "nowhere.example"),):
        rec.call(f"DsGetDomainControllerInfo-{tag}", make(
            drsuapi.DsGetDomainControllerInfo, in_bind_handle=handle, in_level=1,
            in_req=make(drsuapi.DsGetDCInfoRequest1, domain_name=word, level=1)))
    kcc = make(drsuapi.DsExecuteKCC1, taskID=0, flags=2)
    rec.call("DsExecuteKCC", make(drsuapi.DsExecuteKCC, in_bind_handle=handle, in_level=1, in_req=kcc))
    for operation, tag in ((0, "add"), (2, "delete")):
        rec.call(f"DsWriteAccountSpn-{tag}", make(
            drsuapi.DsWriteAccountSpn, in_bind_handle=handle, in_level=1, in_req=make(
                drsuapi.DsWriteAccountSpnRequest1, operation=operation, unknown1=0, object_dn=f"CN=ada,OU=Golden,{base}",
                count=2, spn_names=[make(drsuapi.DsNameString, str=word) for word in ("test/one.lab.example", "test/two")])))
    rec.call("DsRemoveDSServer", make(drsuapi.DsRemoveDSServer, in_bind_handle=handle, in_level=1, in_req=make(
        drsuapi.DsRemoveDSServerRequest1, server_dn=f"CN=NOWHERE,CN=Servers,CN=Sites,CN=Configuration,{base}",
        domain_dn=base, commit=0)))
    # Not served by this version, kept for the shape of the request.
    rec.call("DsGetMemberships", make(drsuapi.DsGetMemberships, in_bind_handle=handle, in_level=1, in_req=make(
        drsuapi.DsGetMembershipsRequest1, count=1, info_array=[identifier(f"CN=ada,OU=Golden,{base}")], flags=0, type=1,
        domain=identifier(base))))
    one_request = make(drsuapi.DsGetMembershipsRequest1, count=1, info_array=[identifier(f"CN=ada,OU=Golden,{base}")], flags=1,
                       type=2, domain=None)
    rec.call("DsGetMemberships2", make(drsuapi.DsGetMemberships2, in_bind_handle=handle, in_level=1, in_req=make(
        drsuapi.DsGetMemberships2Request1, num_req=1, req_array=[one_request])))
    rec.call("DsGetNT4ChangeLog", make(drsuapi.DsGetNT4ChangeLog, in_bind_handle=handle, in_level=1, in_req=make(
        drsuapi.DsGetNT4ChangeLogRequest1, flags=1, preferred_maximum_length=0x8000, restart_length=3, restart_data=[1, 2, 3])))
    rec.call("QuerySitesByCost", make(drsuapi.QuerySitesByCost, in_bind_handle=handle, in_level=1, in_req=make(
        drsuapi.QuerySitesByCostRequest1, site_from="Default-First-Site-Name", num_req=2, site_to=["Somewhere", "Nowhere"],
        flags=0)))


def add_entry(rec, handle, base):
    attributes = []
    for attid, blobs in ((0, [b"\x03\x00\x0a\x00"]), (3, ["Nova".encode("utf-16-le")])):
        values = [make(drsuapi.DsAttributeValue, blob=blob) for blob in blobs]
        ctr = make(drsuapi.DsAttributeValueCtr, num_values=len(values), values=values)
        attributes.append(make(drsuapi.DsReplicaAttribute, attid=attid, value_ctr=ctr))
    thing = make(drsuapi.DsReplicaObject, identifier=identifier(f"CN=Nova,OU=Golden,{base}"), flags=0,
                 attribute_ctr=make(drsuapi.DsReplicaAttributeCtr, num_attributes=len(attributes), attributes=attributes))
    first = make(drsuapi.DsReplicaObjectListItem, object=thing)
    rec.call("DsAddEntry-v2", make(drsuapi.DsAddEntry, in_bind_handle=handle, in_level=2,
                                   in_req=make(drsuapi.DsAddEntryRequest2, first_object=first)))


def endpoint_mapper(folder, host, lp, creds):
    connection = epmapper.epmapper(f"ncacn_ip_tcp:{host}[135]", lp, creds)
    rec = Recorder(folder, connection)
    lookup = make(epmapper.epm_Lookup, in_inquiry_type=0, in_object=ZERO, in_interface_id=None, in_vers_option=1,
                  in_entry_handle=misc.policy_handle(), in_max_ents=4)
    rec.call("epm_Lookup", lookup)
    return rec.index


def main():
    folder, hosts = sys.argv[1], sys.argv[2:4]
    lp, creds = login()
    one, two = (Dc(host, lp, creds) for host in hosts)
    base = one.sam.domain_dn()
    rec = Recorder(folder, one.drs)
    handle = one.handle
    parts = [(bind, (rec,)), (get_nc_changes, (rec, handle, one, two, base)), (replica_calls, (rec, handle, one, two, base)),
             (information, (rec, handle, one, two, base)), (names, (rec, handle, one, base)),
             (topology, (rec, handle, one, base)), (add_entry, (rec, handle, base))]
    for function, args in parts:
        function(*args)
    rec.index.extend(endpoint_mapper(folder, hosts[0], lp, creds))
    rec.write("session-key", "of-these-calls.hex", rec.hex(bytes(one.drs.user_session_key)))
    rec.write("INDEX", "of-calls.txt", "\n".join(rec.index) + "\n")


if __name__ == "__main__":
    main()
