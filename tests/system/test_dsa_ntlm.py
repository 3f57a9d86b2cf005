#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# lab: none
# timeout: 300
# NTLMv2 against a running DSA ([MS-NLMP], [MS-RPCE] 3.3.1.5.2): off by default; with it on, Samba's client is the judge, with NTLM inside
# SPNEGO and alone: what has to work, who is refused and with which words, what becomes of messages that are changed or sent again.
import base64
import hashlib
import json
import multiprocessing
import os
import pickle
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.environ["TRIBUTARY_SOURCE_DIR"], "tests", "lab"))
import tlib  # noqa: E402
from ours import OurForest  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-ntlm-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"])
ACCOUNTS = os.path.join(FOLDER, "ntlm-accounts")
ADMIN, PASSWORD = "Administrator", "correct horse battery staple"
PLAIN, PLAIN_PASSWORD = "ann", "Pässword-of-Ann"
STORED, STORED_PASSWORD = "stored", "kept in the directory"
NAMES = ("spnego", "ntlm")  # the ways in which NTLM travels: auth types 9 and 10
BINDING = {"spnego": "seal", "ntlm": "ntlm,seal"}
OBJECT_SID, UNICODE_PWD = 0x90092, 0x9005A
A = None
drsuapi = misc = samba = None


def nt_hash(password):
    """As docs/dsa.md tells administrators."""
    return subprocess.run(["openssl", "dgst", "-md4", "-provider", "legacy", "-provider", "default", "-binary"], input=password.encode("utf-16-le"),
                          capture_output=True, check=True).stdout


def under_rid(value, rid):
    """The layer of [MS-SAMR] 2.2.11.1.2 over an NT hash."""
    octets = struct.pack("<I", rid)
    result = b""
    for half, seven in ((value[:8], bytes(octets[i % 4] for i in range(7))), (value[8:], bytes(octets[(7 + i) % 4] for i in range(7)))):
        bits = int.from_bytes(seven, "big")
        key = bytes((bits >> (49 - 7 * i) & 0x7F) << 1 for i in range(8))
        result += subprocess.run(["openssl", "enc", "-des-ecb", "-nopad", "-provider", "legacy", "-provider", "default", "-K", key.hex()], input=half,
                                 capture_output=True, check=True).stdout
    return result


def now():
    return int((time.time() + 11644473600) * 10_000_000)


def write_accounts(rows):
    descriptor = os.open(ACCOUNTS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("# made by a test\n" + "".join(f"{name}:{nt_hash(password).hex()}\n" for name, password in rows.items()))


def import_user(name, **attributes):
    rows = {"objectClass": "user", "cn": name, "sAMAccountName": name, "userAccountControl": "512", **attributes}
    path = os.path.join(FOLDER, f"{name}.ldif")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"version: 1\n\ndn: CN={name},CN=Users,{FOREST.domain_dn}\n" + "".join(f"{key}: {value}\n" for key, value in rows.items()))
    A.verb("import", path)


def rid_of(name):
    sid = pages(*connect("ntlm"))[f"CN={name},CN=Users,{FOREST.domain_dn}"][OBJECT_SID][0]
    return struct.unpack("<I", sid[-4:])[0]


def write_smb_conf(*more):
    folders = [f"{name} = {FOLDER}" for name in ("private dir", "lock dir", "state directory", "cache directory")]
    with open(os.path.join(FOLDER, "smb.conf"), "w", encoding="utf-8") as file:
        file.write("\n".join(["[global]", "realm = LAB.EXAMPLE", "workgroup = LAB", *folders, *more, ""]))


def load_samba():
    global drsuapi, misc, samba
    write_smb_conf()
    import samba as package
    from samba import credentials, param
    from samba.dcerpc import drsuapi as bindings, misc as misc_bindings
    drsuapi, misc, samba = bindings, misc_bindings, package
    samba.credentials, samba.param = credentials, param


def credentials_of(user, password, domain="LAB"):
    lp = samba.param.LoadParm(os.path.join(FOLDER, "smb.conf"))
    creds = samba.credentials.Credentials()
    creds.guess(lp)
    creds.set_kerberos_state(samba.credentials.DONT_USE_KERBEROS)
    creds.set_domain(domain)
    creds.set_username(user)
    creds.set_password(password)
    return lp, creds


def connect(how, user=ADMIN, password=PASSWORD, domain="LAB", options=None, port=None):
    """Samba's client, bound to drsuapi: (connection, DRS handle)."""
    lp, creds = credentials_of(user, password, domain)
    drs = drsuapi.drsuapi(f"ncacn_ip_tcp:{A.address}[{port or A.port},{options or BINDING[how]}]", lp, creds)
    info = drsuapi.DsBindInfoCtr()
    info.length = 48
    info.info = drsuapi.DsBindInfo48()
    known = ("BASE", "STRONG_ENCRYPTION", "GETCHGREQ_V5", "GETCHGREQ_V8", "GETCHGREQ_V10", "GETCHGREPLY_V6", "LINKED_VALUE_REPLICATION")
    info.info.supported_extensions = sum(getattr(drsuapi, "DRSUAPI_SUPPORTED_EXTENSION_" + name) for name in known)
    info.info.supported_extensions_ext = drsuapi.DRSUAPI_SUPPORTED_EXTENSION_RECYCLE_BIN
    _, handle = drs.DsBind(misc.GUID(drsuapi.DRSUAPI_DS_BIND_GUID), info)
    return drs, handle


def refusal(how="spnego", **options):
    """What a client is told that is not let in."""
    try:
        connect(how, **options)
    except (RuntimeError, samba.NTSTATUSError, samba.WERRORError) as error:
        return error.args
    raise AssertionError(f"{how} {options}: was let in")


def cursors(drs, handle):
    request = drsuapi.DsReplicaGetInfoRequest2()
    request.info_type = drsuapi.DRSUAPI_DS_REPLICA_INFO_CURSORS
    request.object_dn = FOREST.domain_dn
    request.attribute_name = None
    return drs.DsReplicaGetInfo(handle, 2, request)


def pages(drs, handle, page=50):
    """Every object of the domain NC, through GetNCChanges."""
    request = drsuapi.DsGetNCChangesRequest8()
    request.destination_dsa_guid = misc.GUID("11111111-2222-3333-4444-555555555555")
    request.source_dsa_invocation_id = misc.GUID()
    request.naming_context = drsuapi.DsReplicaObjectIdentifier()
    request.naming_context.dn = FOREST.domain_dn
    request.highwatermark = drsuapi.DsReplicaHighWaterMark()
    request.uptodateness_vector = request.partial_attribute_set = request.partial_attribute_set_ex = None
    request.replica_flags = drsuapi.DRSUAPI_DRS_WRIT_REP | drsuapi.DRSUAPI_DRS_INIT_SYNC
    request.max_object_count, request.max_ndr_size, request.extended_op = page, 1 << 20, 0
    request.mapping_ctr.num_mappings, request.mapping_ctr.mappings = 0, None
    objects = {}
    for _ in range(1000):
        _, reply = drs.DsGetNCChanges(handle, 8, request)
        entry = reply.first_object
        while entry is not None:
            objects[entry.object.identifier.dn] = {
                attribute.attid: [bytes(value.blob) for value in attribute.value_ctr.values or []]
                for attribute in entry.object.attribute_ctr.attributes or []}
            entry = entry.next_object
        if not reply.more_data:
            return objects
        request.highwatermark = reply.new_highwatermark
        request.source_dsa_invocation_id = reply.source_dsa_invocation_id
    raise AssertionError("the replies never end")


def rc4(key, octets):
    return subprocess.run(["openssl", "enc", "-rc4", "-provider", "legacy", "-provider", "default", "-K", key.hex()], input=octets, capture_output=True,
                          check=True).stdout


def log_has(text, seconds=5):
    tlib.wait_until(lambda: text in A.log_tail(200_000), seconds, f"the log says {text!r}: {A.log_tail(2000)}")


class Proxy:
    """A TCP proxy in front of the DSA for one connection; `change(number, octets)` sees what the client sends, chunk by chunk. A process of its
    own, because Samba's client holds Python while it waits."""

    def __init__(self, change):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.change = change
        self.path = os.path.join(FOLDER, f"proxy-{self.port}")
        self.process = multiprocessing.get_context("fork").Process(target=self.run, daemon=True)
        self.process.start()
        self.listener.close()

    def sent(self):
        """(what the client sent, what was passed on), chunk by chunk."""
        with open(self.path, "rb") as file:
            return pickle.load(file)

    def run(self):
        client, _ = self.listener.accept()
        server = socket.create_connection((A.address, A.port))
        seen = []
        while True:
            ready, _, _ = select.select([client, server], [], [], 20)
            source = ready[0] if ready else None
            octets = source.recv(65536) if source else b""
            if not octets:
                break
            if source is client:
                passed_on = self.change(len(seen) + 1, octets)
                seen.append((octets, passed_on))
                with open(self.path + ".new", "wb") as file:
                    pickle.dump(seen, file)
                os.rename(self.path + ".new", self.path)
                octets = passed_on
            (server if source is client else client).sendall(octets)
        client.close()
        server.close()


# Before it is switched on

def test_forest():
    global A
    A = FOREST.add("dsa-a")
    A.init()
    A.serve()
    load_samba()
    import_user(PLAIN)
    import_user("disabled", userAccountControl="514")
    import_user("expired", accountExpires="116444736000000000")
    import_user("locked", lockoutTime=str(now()))


def test_off_by_default():
    write_accounts({ADMIN: PASSWORD})
    for how in NAMES:
        refusal(how)
    log_has("auth_type 10 is not offered")


def test_check_config():
    A.settings = {"security.ntlm": {"enabled": True, "accounts_file": ACCOUNTS}}
    A.configure()
    A.verb("serve", "--check-config")
    os.chmod(ACCOUNTS, 0o644)
    told = A.verb("serve", "--check-config", status=1).stderr
    tlib.contains(told, "security.ntlm.accounts_file")
    tlib.contains(told, "chmod 600")
    os.chmod(ACCOUNTS, 0o600)
    with open(ACCOUNTS, "a", encoding="utf-8") as file:
        file.write("rubbish\n")
    tlib.contains(A.verb("serve", "--check-config", status=1).stderr, f"{ACCOUNTS}:3: there is no ':'")
    os.remove(ACCOUNTS)
    tlib.contains(A.verb("serve", "--check-config", status=1).stderr, "No such file")
    write_accounts({ADMIN: PASSWORD, PLAIN: PLAIN_PASSWORD, "disabled": "d", "expired": "e", "locked": "l", "not-in-the-directory": "n"})


# Switched on

def test_samba_binds_and_asks():
    A.process.send_signal(signal.SIGHUP)
    log_has("the configuration was read again")
    for how in NAMES:
        drs, handle = connect(how)
        tlib.equal(cursors(drs, handle)[0], drsuapi.DRSUAPI_DS_REPLICA_INFO_CURSORS)
        for _ in range(20):
            cursors(drs, handle)
        drs.DsUnbind(handle)


def test_samba_pulls():
    for how in NAMES:
        drs, handle = connect(how)
        objects = pages(drs, handle)
        tlib.true(f"CN={PLAIN},CN=Users,{FOREST.domain_dn}" in objects and len(objects) > 60, f"{len(objects)} objects")


def test_names_of_the_domain():
    for domain in ("LAB", "lab", "lab.example", ""):
        connect("ntlm", domain=domain)
    connect("ntlm", user="administrator")
    refusal("ntlm", domain="OTHER")


def test_kerberos_goes_on_beside_it():
    """SPNEGO with Kerberos in it, at the same listener."""
    FOREST.run("bind", A.host)


def test_rights_are_those_of_the_account():
    """A user without rights is let in and may not replicate: ERROR_DS_DRA_ACCESS_DENIED."""
    for how in NAMES:
        drs, handle = connect(how, user=PLAIN, password=PLAIN_PASSWORD)
        try:
            pages(drs, handle)
        except (RuntimeError, samba.WERRORError) as error:
            tlib.equal(error.args[0], 8453)
        else:
            raise AssertionError("anybody may replicate")


def test_hash_from_the_directory():
    """unicodePwd as replication leaves it: under the layer of the RID. The RIDs of imports follow each other."""
    import_user("before")
    rid = rid_of("before") + 1
    stored = under_rid(nt_hash(STORED_PASSWORD), rid)
    import_user(STORED, **{"pwdLastSet": str(now()), "unicodePwd:": base64.b64encode(stored).decode()})
    tlib.equal(rid_of(STORED), rid)
    for how in NAMES:
        connect(how, user=STORED, password=STORED_PASSWORD)
        refusal(how, user=STORED, password=STORED_PASSWORD + ".")
        refusal(how, user="before", password="")
    # The value comes out of GetNCChanges under the session key of the NTLM context ([MS-DRSR] 4.1.10.5.11), and opens with it.
    drs, handle = connect("spnego")
    objects = pages(drs, handle)
    payload = objects[f"CN={STORED},CN=Users,{FOREST.domain_dn}"][UNICODE_PWD][0]
    clear = rc4(hashlib.md5(bytes(drs.user_session_key) + payload[:16]).digest(), payload[16:])
    tlib.equal(clear[4:], stored)


# Who is refused

def test_no_oracle():
    """A wrong password, an account that there is not, and accounts that may not log on are told the same; the log knows better."""
    for how in NAMES:
        told = {refusal(how, user=user, password=password) for user, password in
                ((ADMIN, "wrong"), (ADMIN, ""), ("nobody", PASSWORD), ("not-in-the-directory", "n"), ("disabled", "d"), ("expired", "e"), ("locked", "l"))}
        tlib.equal(len(told), 1, told)


def test_the_log_says_why():
    time.sleep(10.5)  # of one kind of event the log has ten lines in ten seconds
    for user, password, words in ((ADMIN, "wrong", "LAB\\Administrator: the password is wrong"), ("nobody", "n", "LAB\\nobody: there is no such account"),
                                  ("disabled", "d", "ERROR_ACCOUNT_DISABLED"), ("expired", "e", "ERROR_ACCOUNT_EXPIRED"),
                                  ("locked", "l", "the account is locked out")):
        refusal("ntlm", user=user, password=password)
        log_has(words)


def test_refusals_are_counted():
    def counted():
        return json.loads(A.verb("status", "--json").stdout)["connections"]["failed_handshakes"]
    before = counted()
    for how in NAMES:
        refusal(how, password="wrong")
    tlib.wait_until(lambda: counted() >= before + 2, 5, "failed handshakes are counted")


def test_anonymous():
    for options in BINDING.values():
        lp, creds = credentials_of("", "")
        creds.set_anonymous()
        try:
            cursors(drsuapi.drsuapi(f"ncacn_ip_tcp:{A.address}[{A.port},{options}]", lp, creds), misc.policy_handle())
        except (RuntimeError, samba.NTSTATUSError, samba.WERRORError):
            continue
        raise AssertionError("nobody was let in")


def test_below_privacy():
    for options in ("sign", "connect", "packet", "ntlm,sign", "ntlm,connect", "ntlm,packet"):
        refusal(options=options)


def test_ntlm_v1():
    write_smb_conf("client NTLMv2 auth = no", "client lanman auth = yes")
    try:
        for how in NAMES:
            refusal(how)
    finally:
        write_smb_conf()
    connect("ntlm")


# Messages on the way

def test_a_flipped_bit():
    """In the sealed stub, in the header and in the signature of a request: each ends the connection, nobody else's."""
    bystander = connect("ntlm")
    for how in NAMES:
        for at in (24 + 8, 22, -1):  # the stub, the opnum, the signature
            def flip(_, octets, at=at):
                octets = bytearray(octets)
                if octets[2] == 0:  # a request
                    octets[at] ^= 1
                return bytes(octets)

            proxy = Proxy(flip)
            refusal(how, port=proxy.port)
            tlib.true(any(octets != passed_on for octets, passed_on in proxy.sent()), "no request came by")
    cursors(*bystander)


def test_a_flipped_bit_of_the_handshake():
    for how in NAMES:
        for number in (1, 2):
            proxy = Proxy(lambda seen, octets, number=number: octets[:-1] + bytes([octets[-1] ^ 1]) if seen == number else octets)
            refusal(how, port=proxy.port)


def test_a_captured_connection_is_worth_nothing():
    """What a client sent, sent once more: the server's challenge is another one now, so it is nobody."""
    for how in NAMES:
        proxy = Proxy(lambda _, octets: octets)
        cursors(*connect(how, port=proxy.port))
        answers = b""
        with socket.create_connection((A.address, A.port), timeout=5) as again:
            for octets, _ in proxy.sent()[:3]:
                again.sendall(octets)
                time.sleep(0.1)
            try:
                while octets := again.recv(65536):
                    answers += octets
            except TimeoutError as error:
                raise AssertionError("the connection is still there") from error
        kinds = []
        while answers:
            kinds.append(answers[2])
            answers = answers[struct.unpack_from("<H", answers, 8)[0]:]
        tlib.equal(kinds, [12, 3])  # bind_ack, and a fault


def test_reload_changes_who_is_known():
    write_accounts({ADMIN: "another password"})
    A.process.send_signal(signal.SIGHUP)
    tlib.wait_until(lambda: is_let_in("another password"), 5, "the new file counts")
    refusal("ntlm")
    os.chmod(ACCOUNTS, 0o644)
    A.process.send_signal(signal.SIGHUP)
    log_has("NTLM stays as it is")
    connect("spnego", password="another password")


def is_let_in(password):
    try:
        connect("ntlm", password=password)
    except (RuntimeError, samba.NTSTATUSError, samba.WERRORError):
        return False
    return True


def test_off_again():
    A.settings = {}
    A.configure()
    A.process.send_signal(signal.SIGHUP)
    tlib.wait_until(lambda: not is_let_in("another password"), 5, "NTLM is off again")
    refusal("spnego", password="another password")


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
