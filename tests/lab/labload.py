# SPDX-License-Identifier: Apache-2.0
# Fills a DC's database while its server is not running: the accounts that tests need, and any number of realistic users
# and of groups with members. In few transactions. Password hashes of the bulk are those of one template account, since
# deriving them anew would take longer than everything else. Runs under /usr/bin/python3 with Samba's own modules.

import sys
import time

import ldb
from samba import dsdb, param
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
from samba.samdb import SamDB

DOMAIN = "lab.example"
GET_CHANGES = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"  # DS-Replication-Get-Changes
NORMAL_ACCOUNT_NEVER_EXPIRES = 0x200 | 0x10000
GLOBAL_SECURITY_GROUP = -2147483646
BATCH = 1000  # objects of one transaction

FIRST = """Ada Bruno Clara David Emil Frieda Gustav Hanna Igor Julia Karl Lena Moritz Nora Otto Paula Quirin Rosa Stefan
Theresa Ulrich Vera Willi Xenia Yannick Zoe Åsa Björn Chloé Zdeněk""".split()
LAST = """Abel Berger Conrad Dietrich Ebert Fischer Graf Hofmann Iversen Jansen Keller Lorenz Meier Neumann Olsen Peters
Quast Richter Schulz Thoma Ulmer Vogel Weber Xu Young Ziegler Müller Østergård Šimek Łukasik""".split()
TOWNS = [("Wien", "1010", "AT"), ("Bergen", "5003", "NO"), ("Lyon", "69001", "FR"), ("Kraków", "30-001", "PL")]
TEAMS = ["Accounting", "Design", "Logistics", "Maintenance", "Research", "Sales", "Support"]


def open_sam(smb_conf, batch=False):
    """In batch mode an operation is not rolled back by itself, which makes a large load several times faster."""
    lp = param.LoadParm()
    lp.load(smb_conf)
    return SamDB(session_info=system_session(), lp=lp, options=["batch_mode:1"] if batch else None)


def transaction(sam):
    class Scope:
        def __enter__(self):
            sam.transaction_start()

        def __exit__(self, kind, *_):
            if kind:
                sam.transaction_cancel()
            else:
                sam.transaction_commit()
    return Scope()


def add_account(sam, name, password):
    dn = f"CN={name},CN=Users,{sam.domain_dn()}"
    sam.add({"dn": dn, "objectClass": "user", "sAMAccountName": name, "userPrincipalName": f"{name}@{DOMAIN}",
             "userAccountControl": str(NORMAL_ACCOUNT_NEVER_EXPIRES),
             "unicodePwd": f'"{password}"'.encode("utf-16-le")})
    return dn


def allow_get_changes(sam, nc, sid):
    """Adds one object ACE to the security descriptor of an NC's head."""
    raw = sam.search(base=nc, scope=ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"])[0]["nTSecurityDescriptor"][0]
    old = ndr_unpack(security.descriptor, bytes(raw))
    domain_sid = security.dom_sid(sam.get_domain_sid())
    head, mark, tail = old.as_sddl(domain_sid).partition("(")
    text = f"{head}(OA;;CR;{GET_CHANGES};;{sid}){mark}{tail}"
    message = ldb.Message(ldb.Dn(sam, nc))
    message["nTSecurityDescriptor"] = ldb.MessageElement(
        ndr_pack(security.descriptor.from_sddl(text, domain_sid)), ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
    sam.modify(message)


def principals(smb_conf, folder):
    sam = open_sam(smb_conf)
    accounts = {}
    with transaction(sam):
        for who in ("plain", "changes"):
            with open(f"{folder}/{who}.password", encoding="utf-8") as file:
                accounts[who] = add_account(sam, who, file.read().strip())
        found = sam.search(base=accounts["changes"], scope=ldb.SCOPE_BASE, attrs=["objectSid"])
        sid = ndr_unpack(security.dom_sid, bytes(found[0]["objectSid"][0]))
        for nc in (sam.domain_dn(), str(sam.get_config_basedn()), str(sam.get_schema_basedn())):
            allow_get_changes(sam, nc, sid)


def user_values(index, ou):
    """About twenty attributes, deterministic in the index."""
    first, last = FIRST[index % len(FIRST)], LAST[(index // len(FIRST)) % len(LAST)]
    town, code, country = TOWNS[index % len(TOWNS)]
    name = f"user{index:06d}"
    return {
        "dn": f"CN={first} {last} {index:06d},{ou}", "objectClass": "user", "sAMAccountName": name,
        "userPrincipalName": f"{name}@{DOMAIN}", "userAccountControl": str(NORMAL_ACCOUNT_NEVER_EXPIRES),
        "givenName": first, "sn": last, "initials": first[0] + last[0], "displayName": f"{last}, {first}",
        "mail": f"{name}@{DOMAIN}", "telephoneNumber": f"+43 1 {index:07d}", "mobile": f"+43 660 {index:07d}",
        "title": "Clerk", "department": TEAMS[index % len(TEAMS)], "company": "Example Works",
        "physicalDeliveryOfficeName": f"Room {index % 400}", "streetAddress": f"Long Street {index % 200 + 1}",
        "l": town, "postalCode": code, "c": country, "employeeID": str(100000 + index),
        "description": f"{TEAMS[index % len(TEAMS)]} in {town}", "homeDirectory": f"\\\\files\\home\\{name}",
        "proxyAddresses": [f"SMTP:{name}@{DOMAIN}", f"smtp:{first[0]}{index}@{DOMAIN}"],
    }


def template_secrets(sam, ou):
    """Creates an account with a password, and returns the stored secrets that the bulk will share."""
    dn = f"CN=template,{ou}"
    sam.add({"dn": dn, "objectClass": "user", "sAMAccountName": "template",
             "userAccountControl": str(NORMAL_ACCOUNT_NEVER_EXPIRES),
             "unicodePwd": '"Template-password-1"'.encode("utf-16-le")})
    names = ["unicodePwd", "ntPwdHistory", "supplementalCredentials", "pwdLastSet"]
    message = sam.search(base=dn, scope=ldb.SCOPE_BASE, attrs=names)[0]
    return {name: bytes(message[name][0]) for name in names if name in message}


def bulk(smb_conf, users, groups, per_group=20):
    sam = open_sam(smb_conf, batch=True)
    begin = time.monotonic()
    ou = f"OU=Load,{sam.domain_dn()}"
    bypass = [f"local_oid:{dsdb.DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID}:0"]
    with transaction(sam):
        sam.add({"dn": ou, "objectClass": "organizationalUnit"})
        secret_values = template_secrets(sam, ou)
    members = []
    for at in range(0, users, BATCH):
        with transaction(sam):
            for index in range(at, min(at + BATCH, users)):
                values = user_values(index, ou)
                members.append(values["dn"])
                sam.add({**values, **secret_values}, bypass)
    with transaction(sam):
        for index in range(groups):
            values = {"dn": f"CN=group{index:05d},{ou}", "objectClass": "group", "sAMAccountName": f"group{index:05d}",
                      "groupType": str(GLOBAL_SECURITY_GROUP), "description": f"Group {index} of the load"}
            if members:
                chosen = {members[(index * per_group + i) % len(members)] for i in range(per_group)}
                values["member"] = sorted(chosen)
            sam.add(values)
    print(f"{users} users and {groups} groups in {time.monotonic() - begin:.1f} s")


if __name__ == "__main__":
    if sys.argv[1] == "principals":
        principals(sys.argv[2], sys.argv[3])
    else:
        bulk(sys.argv[2], *(int(number) for number in sys.argv[3:]))
