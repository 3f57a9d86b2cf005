# SPDX-License-Identifier: Apache-2.0
# lab: none
# Judges that we did not write, against our own DSAs: `samba-tool drs bind` and `kcc`, and Samba's python bindings of drsuapi, all over
# Kerberos, through our endpoint mapper on port 135. In network and mount namespaces of their own, so that 135 and /etc/hosts are free: needs root.
# docs/dsa-judges.md says what was run and what cannot apply.

import os
import shutil
import subprocess
import sys
import tempfile

NAMES = {"dsa-a": "127.0.0.1", "dsa-b": "127.0.0.2"}
DOMAIN = "lab.example"
USERS, GROUPS = 300, 10

import private_net

private_net.enter(NAMES, DOMAIN)

import people  # noqa: E402
import tlib  # noqa: E402
from ours import OurForest  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-judges-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"], DOMAIN)
A = B = None
drsuapi = misc = None  # Samba's bindings read their configuration when they are loaded
DRS = HANDLE = None


def nc_of(dn):
    name = drsuapi.DsReplicaObjectIdentifier()
    name.dn = dn
    return name


def samba_tool(*arguments):
    done = subprocess.run(["samba-tool", *arguments, f"--use-krb5-ccache={FOREST.realm.path('ccache')}", f"--configfile={FOLDER}/smb.conf"],
                          env=FOREST.environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done
    return done.stdout


def test_forest():
    global A, B
    A, B = (FOREST.add(name, address=address, port=49152, listen={"endpoint_mapper": True}) for name, address in NAMES.items())
    A.init()
    A.serve()
    B.join(A)
    B.serve()
    FOREST.run_kcc(A, B)
    path = os.path.join(FOLDER, "people.ldif")
    people.write(path, USERS, GROUPS, FOREST.domain_dn, DOMAIN)
    A.verb("import", path)
    with open(os.path.join(FOLDER, "smb.conf"), "w", encoding="utf-8") as file:
        file.write(f"[global]\nrealm = {FOREST.realm.name}\nworkgroup = LAB\n" + "".join(
            f"{name} = {FOLDER}\n" for name in ("private dir", "lock dir", "state directory", "cache directory")))


def test_samba_tool_drs_bind():
    told = samba_tool("drs", "bind", A.host)
    for flag in ("GETCHGREQ_V8", "GETCHGREPLY_V6", "LINKED_VALUE_REPLICATION", "STRONG_ENCRYPTION", "GETCHGREQ_V10"):
        line = next(line for line in told.splitlines() if f"SUPPORTED_EXTENSION_{flag} " in line)
        assert ": Yes" in line, line
    assert "Site GUID:" in told


def test_samba_tool_drs_kcc():
    assert "successful" in samba_tool("drs", "kcc", A.host).lower()


def test_bindings_bind():
    """DsBind with the extensions of a DC that knows the recycle bin (DRS_EXTENSIONS_INT of 52 octets)."""
    global drsuapi, misc, DRS, HANDLE
    os.environ.update(FOREST.environment())
    from samba import credentials, param
    from samba.dcerpc import drsuapi as bindings, misc as misc_bindings
    drsuapi, misc = bindings, misc_bindings
    lp = param.LoadParm(os.path.join(FOLDER, "smb.conf"))
    creds = credentials.Credentials()
    creds.guess(lp)
    creds.set_kerberos_state(credentials.MUST_USE_KERBEROS)
    creds.set_realm(FOREST.realm.name)
    creds.set_username("Administrator")
    creds.set_password(FOREST.password)
    DRS = drsuapi.drsuapi(f"ncacn_ip_tcp:{A.host}[seal]", lp, creds)
    info = drsuapi.DsBindInfoCtr()
    info.length = 52
    info.info = drsuapi.DsBindInfo52()
    known = ("BASE", "STRONG_ENCRYPTION", "GETCHGREQ_V5", "GETCHGREQ_V8", "GETCHGREQ_V10", "GETCHGREPLY_V6", "LINKED_VALUE_REPLICATION")
    info.info.supported_extensions = sum(getattr(drsuapi, "DRSUAPI_SUPPORTED_EXTENSION_" + name) for name in known)
    info.info.supported_extensions_ext = drsuapi.DRSUAPI_SUPPORTED_EXTENSION_RECYCLE_BIN
    info.info.supported_capabilities_ext = drsuapi.DRSUAPI_SUPPORTED_EXTENSION_RECYCLE_BIN
    told, HANDLE = DRS.DsBind(misc.GUID(drsuapi.DRSUAPI_DS_BIND_GUID), info)
    assert told.length in (28, 48, 52) and told.info.supported_extensions & drsuapi.DRSUAPI_SUPPORTED_EXTENSION_GETCHGREQ_V8


def pull(nc_dn, page):
    request = drsuapi.DsGetNCChangesRequest8()
    request.destination_dsa_guid = misc.GUID(B.guid)
    request.source_dsa_invocation_id = misc.GUID()
    request.naming_context = nc_of(nc_dn)
    request.highwatermark = drsuapi.DsReplicaHighWaterMark()
    request.uptodateness_vector = None
    request.replica_flags = drsuapi.DRSUAPI_DRS_WRIT_REP | drsuapi.DRSUAPI_DRS_INIT_SYNC
    request.max_object_count = page
    request.max_ndr_size = 1 << 20
    request.extended_op = 0
    request.partial_attribute_set = request.partial_attribute_set_ex = None
    request.mapping_ctr.num_mappings = 0
    request.mapping_ctr.mappings = None
    objects, links, pages = [], 0, 0
    for _ in range(1000):
        level, reply = DRS.DsGetNCChanges(HANDLE, 8, request)
        assert level == 6
        pages += 1
        links += reply.linked_attributes_count
        entry = reply.first_object
        while entry is not None:
            objects.append(entry.object.identifier.dn)
            entry = entry.next_object
        if not reply.more_data:
            return objects, links, pages
        request.highwatermark = reply.new_highwatermark
        request.source_dsa_invocation_id = reply.source_dsa_invocation_id
    raise AssertionError("the replies never end")


def test_bindings_get_nc_changes():
    objects, links, pages = pull(FOREST.domain_dn, 100)
    assert pages >= 3
    people_here = [dn for dn in objects if dn.endswith(f",OU=People,{FOREST.domain_dn}")]
    assert len(people_here) == USERS + GROUPS == len(set(people_here))
    assert links >= GROUPS * 20
    schema, _, _ = pull(FOREST.schema_dn, 1000)
    assert len(schema) > 1700


def test_bindings_get_info():
    for kind in range(0, 12):
        request = drsuapi.DsReplicaGetInfoRequest2()
        request.info_type = kind
        request.object_dn = FOREST.domain_dn
        request.attribute_name = "member" if kind in (6, 9) else None
        try:
            told, _ = DRS.DsReplicaGetInfo(HANDLE, 2, request)
        except RuntimeError as error:
            assert kind == 11 or kind in (6, 9), f"info type {kind}: {error}"
        else:
            assert told == kind, (told, kind)


def test_bindings_sync_and_refs():
    request = drsuapi.DsReplicaSyncRequest1()
    request.naming_context = nc_of(FOREST.domain_dn)
    request.source_dsa_guid = misc.GUID(B.guid)
    request.options = drsuapi.DRSUAPI_DRS_WRIT_REP
    DRS.DsReplicaSync(HANDLE, 1, request)
    request.source_dsa_guid = misc.GUID("00000000-0000-0000-0000-00000000abcd")
    try:
        DRS.DsReplicaSync(HANDLE, 1, request)
    except RuntimeError as error:
        assert error.args[0] == 8452, error  # ERROR_DS_DRA_NO_REPLICA
    else:
        raise AssertionError("a source that there is not was synchronised from")
    refs = drsuapi.DsReplicaUpdateRefsRequest1()
    refs.naming_context = nc_of(FOREST.domain_dn)
    refs.dest_dsa_dns_name = f"{B.guid}._msdcs.{DOMAIN}"
    refs.dest_dsa_guid = misc.GUID(B.guid)
    refs.options = drsuapi.DRSUAPI_DRS_WRIT_REP | drsuapi.DRSUAPI_DRS_DEL_REF | drsuapi.DRSUAPI_DRS_ADD_REF
    DRS.DsReplicaUpdateRefs(HANDLE, 1, refs)


def test_bindings_names_and_dcs():
    request = drsuapi.DsNameRequest1()
    request.format_offered = drsuapi.DRSUAPI_DS_NAME_FORMAT_FQDN_1779
    request.format_desired = drsuapi.DRSUAPI_DS_NAME_FORMAT_CANONICAL
    name = drsuapi.DsNameString()
    name.str = f"CN=Administrator,CN=Users,{FOREST.domain_dn}"
    request.names = [name]
    request.count, request.codepage, request.language, request.format_flags = 1, 1252, 1033, 0
    _, told = DRS.DsCrackNames(HANDLE, 1, request)
    assert told.array[0].result_name == f"{DOMAIN}/Users/Administrator", told.array[0].result_name
    for level in (1, 2, 3):
        request = drsuapi.DsGetDCInfoRequest1()
        request.domain_name = DOMAIN
        request.level = level
        _, told = DRS.DsGetDomainControllerInfo(HANDLE, 1, request)
        assert sorted(dc.dns_name for dc in told.array) == [A.host, B.host]


def test_bindings_kcc():
    request = drsuapi.DsExecuteKCC1()
    request.taskID = request.flags = 0
    DRS.DsExecuteKCC(HANDLE, 1, request)


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
