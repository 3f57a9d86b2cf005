#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# Applies the change records of an LDIF file to a directory, one after the other, whatever becomes of each, with python-ldap and GSSAPI; then
# reads what is below a base. Writes JSON: {"codes": [[code, win32 or ""], ...], "entries": {dn: {attribute: [values]}}, "seconds": ...}.
# Who the caller is stands in KRB5CCNAME. Knows no directory in particular.

import json
import re
import sys
import time

import ldap
import ldap.sasl
from ldap.controls import SimplePagedResultsControl


def connect(url):
    connection = ldap.initialize(url)
    connection.set_option(ldap.OPT_REFERRALS, 0)
    connection.set_option(ldap.OPT_X_SASL_NOCANON, 1)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 10)
    connection.timeout = 60
    connection.sasl_interactive_bind_s("", ldap.sasl.gssapi())
    return connection




def lines_of(record):
    """[(name, value)] of one record as mixed_ldif writes it: no base64, no continuation."""
    return [line.split(": ", 1) if ": " in line else [line, ""] for line in record.strip().splitlines()]


def apply(connection, record):
    rows = lines_of(record)
    dn, kind = rows[0][1], rows[1][1]
    rest = rows[2:]
    if kind == "add":
        attributes = {}
        for name, value in rest:
            attributes.setdefault(name, []).append(value.encode())
        connection.add_s(dn, list(attributes.items()))
    elif kind == "delete":
        connection.delete_s(dn)
    elif kind == "modrdn":
        named = dict((name, value) for name, value in rest)
        connection.rename_s(dn, named["newrdn"], named.get("newsuperior"), int(named["deleteoldrdn"]))
    else:
        operations = {"add": ldap.MOD_ADD, "delete": ldap.MOD_DELETE, "replace": ldap.MOD_REPLACE}
        changes, at = [], 0
        while at < len(rest):
            operation, attribute = rest[at]
            at += 1
            values = []
            while rest[at][0] != "-":
                values.append(rest[at][1].encode())
                at += 1
            at += 1
            changes.append((operations[operation], attribute, values or None))
        connection.modify_s(dn, changes)


def outcome(connection, record):
    try:
        apply(connection, record)
        return [0, ""]
    except ldap.LDAPError as error:
        told = error.args[0] if error.args else {}
        win32 = re.match(r"\s*([0-9A-Fa-f]{8})", told.get("info", "") or "")
        return [told.get("result", -1), win32.group(1).upper() if win32 else ""]


def read(connection, base):
    entries, cookie = {}, b""
    while True:
        control = SimplePagedResultsControl(True, 500, cookie)
        number = connection.search_ext(base, ldap.SCOPE_SUBTREE, "(objectClass=*)", serverctrls=[control])
        _, rows, _, controls = connection.result3(number)
        for dn, attributes in rows:
            if dn:
                entries[dn] = {name: sorted(value.decode("utf-8", "backslashreplace") for value in values) for name, values in attributes.items()}
        cookie = next((each.cookie for each in controls if each.controlType == SimplePagedResultsControl.controlType), b"")
        if not cookie:
            return entries


def main():
    url, path, base, out = sys.argv[1:5]
    with open(path, encoding="utf-8") as file:
        records = file.read().split("\n\n")
    connection = connect(url)
    begin = time.monotonic()
    codes = [outcome(connection, record) for record in records if record.strip()]
    seconds = time.monotonic() - begin
    with open(out, "w", encoding="utf-8") as file:
        json.dump({"codes": codes, "entries": read(connection, base), "seconds": seconds}, file)


if __name__ == "__main__":
    main()
