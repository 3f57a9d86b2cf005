# SPDX-License-Identifier: Apache-2.0
# Prepares OU=Golden for golden_blobs.py and golden_stubs.py: objects with non-ASCII names, linked values present and
# absent, a deleted object, changes that originate on both DCs. Runs in the client's namespace with dc1 and dc2 as arguments.

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

import ldb  # noqa: E402
from labprobe import Dc, login  # noqa: E402


def change(sam, dn, attribute, values, flag):
    message = ldb.Message(ldb.Dn(sam, dn))
    message[attribute] = ldb.MessageElement(values, flag, attribute)
    sam.modify(message)


def main():
    lp, creds = login()
    one, two = (Dc(host, lp, creds) for host in sys.argv[1:3])
    base = one.sam.domain_dn()
    ou = f"OU=Golden,{base}"
    one.sam.add({"dn": ou, "objectClass": "organizationalUnit", "description": "objects whose bytes are kept"})
    people = [("ada", "Åsa Lindqvist"), ("bruno", "Bruno, Graf \"B\""), ("chloe", "Chloé 🌊 Durand"), ("gone", "Gone Soon")]
    for account, name in people:
        one.sam.add({"dn": f"CN={account},{ou}", "objectClass": "user", "sAMAccountName": account, "displayName": name,
                     "userPrincipalName": f"{account}@lab.example", "userAccountControl": "66048",
                     "unicodePwd": f'"Golden-{account}-password-1"'.encode("utf-16-le"),
                     "otherTelephone": ["+43 1 1", "+43 1 2", "+43 1 3"]})
    one.sam.add({"dn": f"CN=crew,{ou}", "objectClass": "group", "sAMAccountName": "crew",
                 "member": [f"CN={account},{ou}" for account, _ in people]})
    one.sam.add({"dn": f"CN=post,{ou}", "objectClass": "contact", "mail": "post@lab.example", "manager": f"CN=ada,{ou}"})
    two.pull(base, one.dsa_guid)
    change(two.sam, f"CN=ada,{ou}", "description", ["changed on dc2"], ldb.FLAG_MOD_REPLACE)
    change(two.sam, f"CN=crew,{ou}", "member", [f"CN=bruno,{ou}"], ldb.FLAG_MOD_DELETE)
    change(two.sam, f"CN=bruno,{ou}", "otherTelephone", [], ldb.FLAG_MOD_REPLACE)
    one.pull(base, two.dsa_guid)
    change(one.sam, f"CN=ada,{ou}", "description", ["changed on dc1 again"], ldb.FLAG_MOD_REPLACE)
    one.sam.delete(f"CN=gone,{ou}")
    two.pull(base, one.dsa_guid)


if __name__ == "__main__":
    main()
