# SPDX-License-Identifier: Apache-2.0
# lab: none
# Members of a domain and clients in other languages against a DSA of ours: SSSD's AD provider resolves a user and its groups, adcli joins a
# computer, python ldap3 and python-ldap read and write. In namespaces of its own: needs root.

import os
import subprocess
import sys
import tempfile
import time

import certificates
import private_net

NAMES = {"dsa-a": "127.0.0.1"}
DOMAIN = "lab.example"
private_net.enter(NAMES, DOMAIN)

import tlib  # noqa: E402
from ours import OurForest, SOURCE  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-members-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"], DOMAIN)
A = None
SSSD = None
HOST = "member.lab.example"
SSSD_FOLDERS = ("/var/lib/sss", "/etc/sssd", "/var/log/sssd", "/run")


def run(*argv, status=0, text="", timeout=60, environment=None):
    done = subprocess.run(argv, input=text, capture_output=True, text=True, timeout=timeout, check=False, env={**FOREST.environment(), **(environment or {})})
    assert status is None or done.returncode == status, f"{' '.join(argv)}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def eventually(what, seconds=20):
    end = time.monotonic() + seconds
    while True:
        told = what()
        if told or time.monotonic() > end:
            return told
        time.sleep(0.2)


def test_forest():
    global A
    signed, key = certificates.make(FOLDER, f"dsa-a.{DOMAIN}")
    A = FOREST.add("dsa-a", port=49152, ldap={"port": 389, "tls_port": 636, "certificate": signed, "key": key, "kdc": True, "password_command": os.path.join(SOURCE, "packaging", "kadmin-password")})
    A.init()
    A.serve()


LDAP3 = """
import os, ssl, sys
import ldap3
from ldap3 import MODIFY_REPLACE, MODIFY_ADD
# ldap3 knows no layers of Kerberos, so it is TLS that protects.
server = ldap3.Server(sys.argv[1], get_info=ldap3.ALL, tls=ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=sys.argv[3]))
base = sys.argv[2]
c = ldap3.Connection(server, authentication=ldap3.SASL, sasl_mechanism=ldap3.KERBEROS, auto_bind=False)
c.bind()
assert c.bound, c.result
assert server.info.other['defaultNamingContext'] == [base]
assert 'user' in server.schema.object_classes and 'sAMAccountName' in server.schema.attribute_types
assert c.extend.standard.who_am_i().lower() == 'u:lab\\\\administrator'
assert c.add('OU=py,' + base, 'organizationalUnit')
assert c.add('CN=pia,OU=py,' + base, 'user', {'sAMAccountName': 'pia', 'givenName': 'Pia'})
assert c.add('CN=crew,OU=py,' + base, 'group', {'sAMAccountName': 'crew'})
assert c.modify('CN=crew,OU=py,' + base, {'member': [(MODIFY_ADD, ['CN=pia,OU=py,' + base])]})
assert not c.modify('CN=crew,OU=py,' + base, {'member': [(MODIFY_ADD, ['CN=pia,OU=py,' + base])]}) and c.result['result'] == 68, c.result
assert c.search('OU=py,' + base, '(sAMAccountName=pia)', attributes=ldap3.ALL_ATTRIBUTES)
entry = c.entries[0]
assert entry.memberOf.values == ['CN=crew,OU=py,' + base], entry
assert str(entry.objectGUID.value).startswith('{') and entry.whenCreated.value.year >= 2020
assert str(entry.objectSid.value).startswith('S-1-5-21-')
assert c.search('CN=crew,OU=py,' + base, '(member:1.2.840.113556.1.4.1941:=CN=pia,OU=py,%s)' % base, attributes=['cn'])
found = list(c.extend.standard.paged_search(base, '(objectClass=*)', attributes=['name'], paged_size=50, generator=True))
assert len([e for e in found if e['type'] == 'searchResEntry']) > 60
assert c.modify_dn('CN=pia,OU=py,' + base, 'CN=pina')
assert c.compare('CN=pina,OU=py,' + base, 'givenName', 'Pia')
assert not c.delete('OU=py,' + base) and c.result['result'] == 66
assert c.delete('OU=py,' + base, controls=[('1.2.840.113556.1.4.805', True, None)]), c.result
print('done')
"""


def test_python_ldap3():
    have = subprocess.run(["/usr/bin/python3", "-c", "import gssapi"], capture_output=True, check=False).returncode == 0
    assert have, "python3-gssapi is not installed"
    assert "done" in run("/usr/bin/python3", "-c", LDAP3, f"ldaps://{A.host}", FOREST.domain_dn, certificates.authority(FOLDER))


PYTHON_LDAP = """
import sys
import ldap, ldap.sasl, ldap.schema
from ldap.controls import SimplePagedResultsControl
c = ldap.initialize(sys.argv[1])
base = sys.argv[2]
c.set_option(ldap.OPT_X_SASL_NOCANON, 1)
c.set_option(ldap.OPT_REFERRALS, 0)
c.sasl_interactive_bind_s('', ldap.sasl.gssapi())
assert c.whoami_s().lower() == 'u:lab\\\\administrator'
subschema = c.search_subschemasubentry_s(base)
read = c.read_subschemasubentry_s(subschema)
schema = ldap.schema.SubSchema(read)
assert schema.get_obj(ldap.schema.ObjectClass, 'user').sup and len(schema.listall(ldap.schema.AttributeType)) > 1000
try:
    c.search_s('OU=nowhere,' + base, ldap.SCOPE_BASE)
    raise SystemExit('found what is not there')
except ldap.NO_SUCH_OBJECT as error:
    assert error.args[0]['matched'].lower() == base.lower(), error
number = c.search(base, ldap.SCOPE_SUBTREE, '(cn=*)')
c.abandon(number)
assert c.search_s(base, ldap.SCOPE_BASE, attrlist=['canonicalName'])[0][1]['canonicalName'] == [b'lab.example/']
print('done')
"""


def test_python_ldap():
    assert "done" in run("/usr/bin/python3", "-c", PYTHON_LDAP, f"ldap://{A.host}", FOREST.domain_dn)


def test_adcli():
    told = run("adcli", "info", "--domain-controller", A.host, DOMAIN)
    assert "domain-name = lab.example" in told and "domain-short = LAB" in told, told


# SSSD

CONFIG = """[sssd]
services = nss
domains = {domain}
[nss]
[domain/{domain}]
id_provider = ad
access_provider = permit
auth_provider = krb5
chpass_provider = none
sudo_provider = none
autofs_provider = none
ad_domain = {domain}
ad_server = {server}
ad_hostname = {host}
ad_enable_gc = false
use_fully_qualified_names = true
krb5_realm = {realm}
krb5_keytab = {keytab}
ldap_krb5_keytab = {keytab}
ldap_sasl_authid = member$
krb5_use_kdcinfo = false
dyndns_update = false
ldap_id_mapping = true
ldap_use_tokengroups = {token_groups}
ldap_referrals = false
debug_level = 6
"""


def start_sssd(token_groups):
    """In folders of its own: nothing of this machine's SSSD, if it has one, is touched."""
    global SSSD
    for folder in SSSD_FOLDERS:
        run("mount", "-t", "tmpfs", "tmpfs", folder)
    for folder in ("db", "mc", "pipes", "pipes/private", "pubconf", "pubconf/krb5.include.d", "gpo_cache", "secrets", "keytabs"):
        os.makedirs(os.path.join("/var/lib/sss", folder), exist_ok=True)
    os.makedirs("/run/sssd", exist_ok=True)
    path = "/etc/sssd/sssd.conf"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        file.write(CONFIG.format(domain=DOMAIN, server=A.host, host=HOST, realm=FOREST.realm.name, keytab=os.path.join(FOLDER, "member.keytab"),
                                 token_groups="true" if token_groups else "false"))
    SSSD = subprocess.Popen(["/usr/sbin/sssd", "-i", "-d", "6"], env=FOREST.environment(), stdin=subprocess.DEVNULL,
                            stdout=open(os.path.join(FOLDER, "sssd.out"), "ab"), stderr=subprocess.STDOUT)


def stop_sssd():
    global SSSD
    if SSSD is not None and SSSD.poll() is None:
        SSSD.terminate()
        try:
            SSSD.wait(15)
        except subprocess.TimeoutExpired:
            SSSD.kill()
            SSSD.wait()
    SSSD = None
    for folder in SSSD_FOLDERS:
        subprocess.run(["umount", "-l", folder], check=False, capture_output=True)


def sssd_log():
    try:
        with open(f"/var/log/sssd/sssd_{DOMAIN}.log", encoding="utf-8", errors="replace") as file:
            return file.read()[-6000:]
    except OSError:
        return ""


def sssd_said():
    with open(os.path.join(FOLDER, "sssd.out"), encoding="utf-8", errors="replace") as file:
        return file.read()[-3000:]


def getent(database, name):
    done = subprocess.run(["getent", "-s", "sss", database, name], capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip()


def test_sssd_resolves_a_user_and_its_groups():
    ldif = os.path.join(FOLDER, "sssd.ldif")
    base = FOREST.domain_dn
    with open(ldif, "w", encoding="utf-8") as file:
        file.write(f"""version: 1

dn: CN=Uma,CN=Users,{base}
objectClass: user
sAMAccountName: uma
userAccountControl: 512
userPrincipalName: uma@{DOMAIN}

dn: CN=inner,CN=Users,{base}
objectClass: group
sAMAccountName: inner
groupType: -2147483646
member: CN=Uma,CN=Users,{base}

dn: CN=outer,CN=Users,{base}
objectClass: group
sAMAccountName: outer
groupType: -2147483646
member: CN=inner,CN=Users,{base}

dn: CN=member,CN=Computers,{base}
objectClass: computer
sAMAccountName: member$
userAccountControl: 4096
dNSHostName: {HOST}

""")
    A.verb("import", ldif)
    FOREST.realm.add_services(["member$", f"host/{HOST}"], os.path.join(FOLDER, "member.keytab"))
    for token_groups in (True, False):
        start_sssd(token_groups)
        try:
            told = eventually(lambda: getent("passwd", f"uma@{DOMAIN}"), 40)
            assert told.startswith(f"uma@{DOMAIN}:"), f"{told!r}\n{sssd_log()}\n{sssd_said()}"
            groups = eventually(lambda: (lambda g: g if f"outer@{DOMAIN}" in g else "")(run("id", "-Gn", f"uma@{DOMAIN}", status=None)), 20)
            assert groups and f"inner@{DOMAIN}" in groups and f"domain users@{DOMAIN}" in groups, (groups, sssd_log())
            assert f"uma@{DOMAIN}" in getent("group", f"inner@{DOMAIN}")
        finally:
            stop_sssd()


def test_end():
    assert A.stop() == 0
    A.verb("check")


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        stop_sssd()
        if not os.environ.get("TRIBUTARY_KEEP"):
            FOREST.remove()
    sys.exit(0)
