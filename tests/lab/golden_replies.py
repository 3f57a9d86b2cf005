# SPDX-License-Identifier: Apache-2.0
# Replies that no Samba DC sends, packed by Samba's codec with invented values: they judge the layout of our decoders where
# no server of the lab can. Needs no lab. Argument: the stubs folder. Values are chosen to be told apart, not to be likely.

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from golden_stubs import identifier, make, text_of  # noqa: E402
from samba.dcerpc import drsuapi, misc, security  # noqa: E402
from samba.ndr import ndr_pack_out, ndr_print_out  # noqa: E402

SECOND = 10_000_000  # NTTIME ticks
WHEN = 13_300_000_000 * SECOND
BASE = "DC=lab,DC=example"
NTDS = f"CN=NTDS Settings,CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,{BASE}"
SID = "S-1-5-21-1111111111-2222222222-3333333333"


def guid(number):
    return misc.GUID(f"{number:08x}-1111-2222-3333-444444444444")


def keep(folder, name, function, result=0):
    function.result = result
    path = os.path.join(folder, f"{function.opnum():02d}-packed-reply-{name}")
    text = ndr_pack_out(function).hex()
    with open(path + "-out.hex", "w", encoding="ascii") as file:
        file.write("\n".join(text[at:at + 128] for at in range(0, len(text), 128)) + "\n")
    with open(path + "-out.txt", "w", encoding="utf-8") as file:
        file.write(text_of(ndr_print_out(function)))


def stamp(number):
    return {"version": number, "originating_change_time": WHEN + number * SECOND,
            "originating_invocation_id": guid(100 + number), "originating_usn": 0x100000000 + number, "local_usn": 5000 + number}


def information(folder):
    binary = b"\x01\x02\x03\x04\x05"
    value = {"attribute_name": "member", "object_dn": f"CN=ada,{BASE}", "deleted": WHEN, "created": WHEN - 9 * SECOND,
             "binary": binary}
    kinds = {
        2: (drsuapi.DsReplicaObjMetaDataCtr, [make(drsuapi.DsReplicaObjMetaData, attribute_name=word, **stamp(i))
                                              for i, word in enumerate(("objectClass", "cn", "description"), 1)]),
        3: (drsuapi.DsReplicaKccDsaFailuresCtr, [make(drsuapi.DsReplicaKccDsaFailure, dsa_obj_dn=NTDS, dsa_obj_guid=guid(i),
                                                      first_failure=WHEN, num_failures=i, last_result=1722) for i in (1, 2)]),
        5: (drsuapi.DsReplicaOpCtr, [make(drsuapi.DsReplicaOp, operation_start=WHEN, serial_num=i, priority=90,
                                          operation_type=0, options=0x10, nc_dn=BASE, remote_dsa_obj_dn=NTDS,
                                          remote_dsa_address="dc1.lab.example", nc_obj_guid=guid(1),
                                          remote_dsa_obj_guid=guid(2)) for i in (7, 8)]),
        6: (drsuapi.DsReplicaAttrValMetaDataCtr,
            [make(drsuapi.DsReplicaAttrValMetaData, **value, **stamp(i)) for i in (1, 2)]),
        7: (drsuapi.DsReplicaCursor2Ctr, [make(drsuapi.DsReplicaCursor2, source_dsa_invocation_id=guid(i), highest_usn=4000 + i,
                                               last_sync_success=WHEN) for i in (1, 2)]),
        8: (drsuapi.DsReplicaCursor3Ctr, [make(drsuapi.DsReplicaCursor3, source_dsa_invocation_id=guid(i), highest_usn=4000 + i,
                                               last_sync_success=WHEN, source_dsa_obj_dn=NTDS if i == 1 else None)
                                          for i in (1, 2)]),
        10: (drsuapi.DsReplicaAttrValMetaData2Ctr,
             [make(drsuapi.DsReplicaAttrValMetaData2, **value, **stamp(i), originating_dsa_dn=NTDS) for i in (1, 2)]),
        0xFFFFFFFC: (drsuapi.DsReplicaConnection04Ctr, [make(drsuapi.DsReplicaConnection04, u1=1, u2=2, u3=3, bind_guid=guid(9),
                                                             bind_time=WHEN, client_ip_address="10.0.0.1", u5=5)]),
        0xFFFFFFFB: (drsuapi.DsReplicaCursorCtrEx, [make(drsuapi.DsReplicaCursor, source_dsa_invocation_id=guid(i),
                                                         highest_usn=4000 + i) for i in (1, 2)]),
        0xFFFFFFFA: (drsuapi.DsReplica06Ctr, [make(drsuapi.DsReplica06, str1="dc2", u1=1, u2=2, u3=3, u4=4, u5=5, u6=6,
                                                   u7=7)]),
    }
    for kind, (shape, rows) in kinds.items():
        ctr = make(shape, count=len(rows))
        if kind == 0xFFFFFFFB:
            ctr.version, ctr.cursors = 1, rows
        else:
            ctr.array = rows
        for name, number in (("time", WHEN), ("enumeration_context", 0xFFFFFFFF)):
            if hasattr(ctr, name):
                setattr(ctr, name, number)
        for alias in ((3, 4) if kind == 3 else (kind,)):
            tag = alias if alias < 100 else f"{alias:08x}"
            keep(folder, f"DsReplicaGetInfo-type{tag}",
                 make(drsuapi.DsReplicaGetInfo, out_info_type=alias, out_info=ctr))


def object_list():
    blobs = [make(drsuapi.DsAttributeValue, blob=data) for data in ("Nova".encode("utf-16-le"), b"")]
    attribute = make(drsuapi.DsReplicaAttribute, attid=3,
                     value_ctr=make(drsuapi.DsAttributeValueCtr, num_values=2, values=blobs))
    bare = make(drsuapi.DsReplicaAttribute, attid=0x9000D, value_ctr=make(drsuapi.DsAttributeValueCtr, num_values=0))
    items = []
    for number in (1, 2, 3):
        thing = make(drsuapi.DsReplicaObject, flags=number & 1,
                     identifier=identifier(f"CN=Nova {number},{BASE}", guid(number), security.dom_sid(f"{SID}-{1100 + number}")),
                     attribute_ctr=make(drsuapi.DsReplicaAttributeCtr, num_attributes=2, attributes=[attribute, bare]))
        meta = [make(drsuapi.DsReplicaMetaData, **{k: v for k, v in stamp(i).items() if k != "local_usn"}) for i in (1, 2)]
        items.append(make(drsuapi.DsReplicaObjectListItemEx, object=thing, is_nc_prefix=int(number == 1),
                          parent_object_guid=guid(50) if number > 1 else None,
                          meta_data_ctr=make(drsuapi.DsReplicaMetaDataCtr, count=2, meta_data=meta)))
    for here, after in zip(items, items[1:]):
        here.next_object = after
    return items


def changes(folder):
    oid = make(drsuapi.DsReplicaOID, length=3, binary_oid=[0x55, 0x04, 0xFF])
    mapping = make(drsuapi.DsReplicaOIDMapping_Ctr, num_mappings=2, mappings=[
        make(drsuapi.DsReplicaOIDMapping, id_prefix=0, oid=oid), make(drsuapi.DsReplicaOIDMapping, id_prefix=9, oid=oid)])
    common = {"source_dsa_guid": guid(1), "source_dsa_invocation_id": guid(2), "naming_context": identifier(BASE, guid(3)),
              "old_highwatermark": make(drsuapi.DsReplicaHighWaterMark, tmp_highest_usn=1, reserved_usn=2, highest_usn=3),
              "new_highwatermark": make(drsuapi.DsReplicaHighWaterMark, tmp_highest_usn=4, reserved_usn=5, highest_usn=6),
              "mapping_ctr": mapping, "object_count": 3, "first_object": object_list()[0], "more_data": 1}
    old = make(drsuapi.DsReplicaCursorCtrEx, version=1, count=1, cursors=[
        make(drsuapi.DsReplicaCursor, source_dsa_invocation_id=guid(4), highest_usn=77)])
    new = make(drsuapi.DsReplicaCursor2CtrEx, version=2, count=1, cursors=[
        make(drsuapi.DsReplicaCursor2, source_dsa_invocation_id=guid(4), highest_usn=77, last_sync_success=WHEN)])
    keep(folder, "DsGetNCChanges-v1", make(drsuapi.DsGetNCChanges, out_level_out=1, out_ctr=make(
        drsuapi.DsGetNCChangesCtr1, **common, uptodateness_vector=old, extended_ret=1)))
    links = [make(drsuapi.DsReplicaLinkedAttribute, identifier=identifier(f"CN=crew,{BASE}", guid(60)), attid=2,
                  value=make(drsuapi.DsAttributeValue, blob=b"\x01\x02\x03"), flags=number, originating_add_time=WHEN,
                  meta_data=make(drsuapi.DsReplicaMetaData, **{k: v for k, v in stamp(number).items() if k != "local_usn"}))
             for number in (0, 1)]
    keep(folder, "DsGetNCChanges-v6", make(drsuapi.DsGetNCChanges, out_level_out=6, out_ctr=make(
        drsuapi.DsGetNCChangesCtr6, **common, uptodateness_vector=new, extended_ret=1, nc_object_count=9,
        nc_linked_attributes_count=8, linked_attributes_count=2, linked_attributes=links, drs_error=8451)), 8451)
    keep(folder, "DsGetNCChanges-v6-empty", make(drsuapi.DsGetNCChanges, out_level_out=6, out_ctr=drsuapi.DsGetNCChangesCtr6()))


def the_rest(folder):
    groups = [identifier(f"CN=Group {number},{BASE}", guid(number), security.dom_sid(f"{SID}-{1000 + number}")) for number in (1, 2)]
    membership = make(drsuapi.DsGetMembershipsCtr1, status=0, num_memberships=2, num_sids=0, info_array=groups,
                      group_attrs=[7, 0x20000007])
    keep(folder, "DsGetMemberships", make(drsuapi.DsGetMemberships, out_level_out=1, out_ctr=membership))
    keep(folder, "QuerySitesByCost", make(drsuapi.QuerySitesByCost, out_level_out=1, out_ctr=make(
        drsuapi.QuerySitesByCostCtr1, num_info=2, flags_reserved=0, info=[
            make(drsuapi.DsSiteCostInfo, error_code=0, site_cost=100),
            make(drsuapi.DsSiteCostInfo, error_code=8436, site_cost=0xFFFFFFFF)])))
    log = make(drsuapi.DsGetNT4ChangeLogInfo1, restart_length=2, restart_data=[1, 2], log_length=4, log_data=[9, 8, 7, 6],
               sam_serial_number=11, sam_creation_time=WHEN, builtin_serial_number=12, builtin_creation_time=WHEN + 1,
               lsa_serial_number=13, lsa_creation_time=WHEN + 2, status=0x105)
    keep(folder, "DsGetNT4ChangeLog", make(drsuapi.DsGetNT4ChangeLog, out_level_out=1, out_info=log))
    made = [make(drsuapi.DsReplicaObjectIdentifier2, guid=guid(number), sid=security.dom_sid(f"{SID}-{number}"))
            for number in (1, 2)]
    keep(folder, "DsAddEntry-v2", make(drsuapi.DsAddEntry, out_level_out=2, out_ctr=make(
        drsuapi.DsAddEntryCtr2, id=identifier(f"CN=Nova,{BASE}"), dir_err=2, dsid=0x11, extended_err=0x22, extended_data=0x33,
        problem=0x44, count=2, objects=made)))
    keep(folder, "DsGetDomainControllerInfo-minus1", make(
        drsuapi.DsGetDomainControllerInfo, out_level_out=0xFFFFFFFF, out_ctr=make(
            drsuapi.DsGetDCConnectionCtr01, count=1, array=[make(
                drsuapi.DsGetDCConnection01, client_ip_address="10.0.0.1", unknown2=2, connection_time=60, unknown4=4,
                unknown5=5, unknown6=6, client_account="LAB\\administrator")])))


if __name__ == "__main__":
    for part in (information, changes, the_rest):
        part(sys.argv[1])
