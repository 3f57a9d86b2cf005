# SPDX-License-Identifier: Apache-2.0
# lab: none
# The ldap* tools of OpenLDAP and python-ldap against two DSAs of ours, over GSSAPI, TLS and StartTLS: what is written at A is read at A and,
# replicated, at B. RFC 4511; [MS-ADTS] 3.1.1.3, 3.1.1.5, 5.1.1. In namespaces of its own, so that 389 and 636 are free: needs root.

import base64
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid

import certificates
import private_net

NAMES = {"dsa-a": "127.0.0.1", "dsa-b": "127.0.0.2"}
DOMAIN = "lab.example"
private_net.enter(NAMES, DOMAIN)

import people  # noqa: E402
import tlib  # noqa: E402
from ours import OurForest  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-ldap-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"], DOMAIN)
A = B = None
USERS, GROUPS = 1200, 20
GSSAPI = ["-Y", "GSSAPI", "-Q", "-N"]
CA = certificates.authority(FOLDER)


def ldap_settings(host):
    signed, key = certificates.make(FOLDER, host)
    return {"port": 389, "tls_port": 636, "global_catalog_port": 3268, "certificate": signed, "key": key}


def tool(program, *arguments, host=None, status=0, text="", auth=None, environment=None):
    done = subprocess.run([program, "-H", f"ldap://{host or A.host}", *(GSSAPI if auth is None else auth), *arguments], input=text, capture_output=True,
                          text=True, timeout=60, check=False, env={**FOREST.environment(), "LDAPTLS_CACERT": CA, "LDAPCONF": "/dev/null", **(environment or {})})
    assert status is None or done.returncode == status, f"{program} {' '.join(arguments)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done


def search(base, *arguments, host=None, scope="sub", **options):
    return tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", base, "-s", scope, *arguments, host=host, **options).stdout


def values(text, attribute):
    return re.findall(rf"^{re.escape(attribute)}::? (.*)$", text, re.M | re.I)


def eventually(what, seconds=15):
    end = time.monotonic() + seconds
    while True:
        told = what()
        if told or time.monotonic() > end:
            assert told, "it did not become so"
            return told
        time.sleep(0.05)


def test_forest():
    global A, B
    A, B = (FOREST.add(name, address=address, port=49152, ldap=ldap_settings(f"{name}.{DOMAIN}")) for name, address in NAMES.items())
    A.init()
    A.serve()
    B.join(A)
    B.serve()
    FOREST.run_kcc(A, B)
    path = os.path.join(FOLDER, "people.ldif")
    people.write(path, USERS, GROUPS, FOREST.domain_dn, DOMAIN)
    A.verb("import", path)


def test_root_dse_for_everybody():
    told = search("", scope="base", auth=["-x"])
    assert values(told, "defaultNamingContext") == [FOREST.domain_dn]
    assert set(values(told, "supportedSASLMechanisms")) >= {"GSSAPI", "GSS-SPNEGO"}
    assert "1.2.840.113556.1.4.800" in values(told, "supportedCapabilities")
    assert "1.2.840.113556.1.4.319" in values(told, "supportedControl")
    assert set(values(told, "namingContexts")) == set(FOREST.ncs)


def test_anonymous_sees_nothing_else():
    done = tool("ldapsearch", "-LLL", "-b", FOREST.domain_dn, "-s", "base", auth=["-x"], status=1)
    assert "000004DC" in done.stderr + done.stdout


def test_whoami():
    assert "u:LAB\\Administrator".lower() in tool("ldapwhoami").stdout.lower()


def test_search_by_index():
    told = search(FOREST.domain_dn, "(sAMAccountName=u1000007)")
    assert len(values(told, "dn")) == 1 and values(told, "employeeNumber") == ["1000007"]
    assert "unicodePwd" not in told


def test_scopes_and_filters():
    base = f"OU=People,{FOREST.domain_dn}"
    assert len(values(search(base, "(objectClass=*)", "1.1", scope="base"), "dn")) == 1
    assert len(values(search(base, "(objectCategory=group)", "1.1", scope="one"), "dn")) == GROUPS
    both = values(search(base, "(&(objectClass=user)(|(employeeNumber=1000001)(employeeNumber=1000002)))", "cn"), "cn")
    assert len(both) == 2
    assert len(values(search(base, "(&(objectClass=user)(!(employeeNumber=10000*))(employeeNumber=10001*))", "1.1"), "dn")) == 100
    assert len(values(search(base, "(userAccountControl:1.2.840.113556.1.4.803:=514)", "1.1", "-E", "pr=500/noprompt"), "dn")) == USERS
    assert len(values(search(FOREST.domain_dn, "(anr=u1000003)", "1.1"), "dn")) == 1


def test_dn_forms():
    dn = f"OU=People,{FOREST.domain_dn}"
    guid = values(search(dn, "(objectClass=*)", "objectGUID", scope="base"), "objectGUID")[0]
    told = search(f"<GUID={uuid.UUID(bytes_le=base64.b64decode(guid))}>", "(objectClass=*)", "ou", scope="base")
    assert values(told, "ou") == ["People"]
    told = search(f"<WKGUID=a9d1ca15768811d1aded00c04fd8d5cd,{FOREST.domain_dn}>", "(objectClass=*)", "cn", scope="base")
    assert values(told, "cn") == ["Users"]


def test_size_limit_and_paging():
    done = tool("ldapsearch", "-LLL", "-b", FOREST.domain_dn, "(employeeNumber=*)", "1.1", status=4)
    assert len(values(done.stdout, "dn")) == 1000
    assert len(values(search(FOREST.domain_dn, "(employeeNumber=*)", "1.1", "-E", "pr=100/noprompt"), "dn")) == USERS
    done = tool("ldapsearch", "-LLL", "-z", "5", "-b", FOREST.domain_dn, "(employeeNumber=*)", "1.1", status=4)
    assert len(values(done.stdout, "dn")) == 5


def test_sorted():
    told = values(search(f"OU=People,{FOREST.domain_dn}", "(sAMAccountName=g1-*)", "cn", "-E", "sss=-cn"), "cn")
    assert len(told) == GROUPS and told == sorted(told, key=str.casefold, reverse=True)


def test_back_links_and_ranges():
    group = values(search(f"OU=People,{FOREST.domain_dn}", "(sAMAccountName=g1-000003)", "member"), "member")
    assert len(group) == 20
    assert len(values(search(group[0], "(objectClass=*)", "memberOf", scope="base"), "memberOf")) >= 1
    assert len(values(search(f"OU=People,{FOREST.domain_dn}", f"(memberOf=CN=Group People 3,OU=People,{FOREST.domain_dn})", "1.1"), "dn")) == 20
    ranged = search(f"OU=People,{FOREST.domain_dn}", "(sAMAccountName=g1-000003)", "member;range=0-4")
    assert len(values(ranged, "member;range=0-4")) == 5
    ranged = search(f"OU=People,{FOREST.domain_dn}", "(sAMAccountName=g1-000003)", "member;range=15-*")
    assert len(values(ranged, "member;range=15-*")) == 5


def test_no_such_object_names_the_deepest():
    done = tool("ldapsearch", "-LLL", "-b", f"CN=nobody,OU=nowhere,{FOREST.domain_dn}", status=32)
    assert f"matched dn: {FOREST.domain_dn}".lower() in (done.stdout + done.stderr).lower()


def test_add_modify_rename_delete_seen_at_both():
    dn = f"CN=Ines,CN=Users,{FOREST.domain_dn}"
    tool("ldapadd", text=f"dn: {dn}\nobjectClass: user\nsAMAccountName: ines\ndescription: first\n")
    told = search(dn, scope="base")
    assert values(told, "objectSid") and values(told, "userAccountControl") == ["546"] and values(told, "primaryGroupID") == ["513"]
    assert values(told, "objectCategory") == [f"CN=Person,{FOREST.schema_dn}"]
    tool("ldapmodify", text=f"dn: {dn}\nchangetype: modify\nreplace: description\ndescription: second\n-\nadd: mail\nmail: ines@{DOMAIN}\n")
    eventually(lambda: values(search(dn, "description", host=B.host, scope="base", status=None), "description") == ["second"])
    tool("ldapmodrdn", "-r", dn, "CN=Inez")
    dn = dn.replace("Ines", "Inez")
    eventually(lambda: values(search(FOREST.domain_dn, "(sAMAccountName=ines)", "cn", host=B.host), "cn") == ["Inez"])
    tool("ldapmodrdn", "-r", "-s", f"OU=People,{FOREST.domain_dn}", dn, "CN=Inez")
    dn = f"CN=Inez,OU=People,{FOREST.domain_dn}"
    tool("ldapmodify", text=f"dn: CN=Group People 3,OU=People,{FOREST.domain_dn}\nchangetype: modify\nadd: member\nmember: {dn}\n")
    eventually(lambda: values(search(dn, "memberOf", host=B.host, scope="base", status=None), "memberOf"))
    tool("ldapdelete", dn)
    eventually(lambda: not values(search(FOREST.domain_dn, "(sAMAccountName=ines)", "cn", host=B.host), "cn"))
    deleted = search(f"CN=Deleted Objects,{FOREST.domain_dn}", "(sAMAccountName=ines)", "isDeleted", "lastKnownParent", "-E", "!1.2.840.113556.1.4.417")
    assert values(deleted, "isDeleted") == ["TRUE"]


def test_refusals_have_their_codes():
    base = f"CN=Users,{FOREST.domain_dn}"
    for text, status, win32 in (
            (f"dn: CN=Administrator,{base}\nobjectClass: user\nsAMAccountName: nobody\n", 68, "00002071"),
            (f"dn: CN=x,OU=nowhere,{FOREST.domain_dn}\nobjectClass: user\n", 32, "0000208D"),
            (f"dn: CN=x,{base}\nobjectClass: nonsense\n", 16, None),
            (f"dn: CN=x,{base}\nobjectClass: user\nsAMAccountName: Administrator\n", 68, None),
            (f"dn: CN=x,{base}\nobjectClass: user\nshoeSize: 43\n", 16, "00000057"),
            (f"dn: OU=x,CN=x,{base}\nobjectClass: organizationalUnit\n", 32, None),
            (f"dn: CN=x,{base}\nobjectClass: user\nuserAccountControl: many\n", 21, None)):
        done = tool("ldapadd", text=text, status=None)
        assert done.returncode == status, (text, done.returncode, done.stderr)
        assert win32 is None or win32 in done.stderr, (text, done.stderr)
    assert tool("ldapdelete", f"OU=People,{FOREST.domain_dn}", status=None).returncode == 66
    assert tool("ldapdelete", f"CN=nobody,{base}", status=None).returncode == 32


def test_tls_and_simple_bind():
    FOREST.realm.add_user("u1000001", "Secret.123")
    for arguments in (["-x", "-D", f"u1000001@{DOMAIN}", "-w", "Secret.123"],):
        done = subprocess.run(["ldapwhoami", "-H", f"ldap://{A.host}", *arguments], capture_output=True, text=True, timeout=60, check=False,
                              env={**FOREST.environment(), "LDAPTLS_CACERT": CA})
        assert done.returncode == 8 and "00002028" in done.stderr, done
    tool("ldapmodify", text=f"dn: {values(search(FOREST.domain_dn, '(sAMAccountName=u1000001)', '1.1'), 'dn')[0]}\nchangetype: modify\n"
                            "replace: userAccountControl\nuserAccountControl: 512\n", status=None)
    for secure in (["-ZZ", "-H", f"ldap://{A.host}"], ["-H", f"ldaps://{A.host}"]):
        for password, status in (("Secret.123", 0), ("wrong", 49)):
            done = subprocess.run(["ldapwhoami", *secure, "-x", "-D", f"u1000001@{DOMAIN}", "-w", password], capture_output=True, text=True, timeout=60,
                                  check=False, env={**FOREST.environment(), "LDAPTLS_CACERT": CA})
            assert done.returncode == status, (secure, done)
            assert status != 49 or "52e" in done.stderr


def test_layers():
    """Sealed and signed; without a layer the server offers nothing that such a client takes."""
    for properties, works in (("minssf=56", True), ("minssf=1,maxssf=1", True), ("maxssf=0", False)):
        done = tool("ldapsearch", "-LLL", "-O", properties, "-b", FOREST.domain_dn, "-s", "base", "1.1", status=None)
        assert (done.returncode == 0) == works, (properties, done.stderr)


def test_global_catalog_port():
    told = subprocess.run(["ldapsearch", "-LLL", *GSSAPI, "-H", f"ldap://{A.host}:3268", "-b", "", "(sAMAccountName=u1000009)", "cn", "employeeNumber"],
                          capture_output=True, text=True, timeout=60, check=False, env=FOREST.environment())
    assert told.returncode == 0 and len(values(told.stdout, "cn")) == 1, told


def test_both_hold_the_same():
    try:
        eventually(lambda: FOREST.digests(A) == FOREST.digests(B))
    except AssertionError:
        raise AssertionError(str(A.verb("digest", "--against", B.host, status=None))) from None


def test_end():
    for dsa in (A, B):
        assert dsa.stop() == 0
        dsa.verb("check")


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        if not os.environ.get("TRIBUTARY_KEEP"):
            FOREST.remove()
    sys.exit(0)
