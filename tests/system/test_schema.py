#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# The embedded schema against the schema of a real Samba DC: every attribute and class in OID, syntax, link ID, single-valuedness, system
# flags and all else that a schema object says. The differences are the table of docs/schema-differences.md, neither more nor fewer.
# Reads src/schema/data/ad_schema.inc by itself (docs/formats/schema.md), so it also judges what that page says.

import difflib
import os
import re
import uuid

import tlib
from tlib import DC1

ROOT = os.environ.get("TRIBUTARY_SOURCE_DIR") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
DATA = os.path.join(ROOT, "src/schema/data/ad_schema.inc")
DIFFERENCES = os.path.join(ROOT, "docs/schema-differences.md")

COLUMNS = {"A": ("name", "cn", "oid", "syntax"), "C": ("name", "cn", "oid")}
BARE = ("single", "systemOnly", "partial", "extended", "defunct")
OBJECT_CLASSES = {  # values of oMObjectClass ([MS-ADTS] 3.1.1.2.2.2)
    "2b0c0287731c00853e": "1.3.12.2.1011.28.0.702", "2a864886f7140101010c": "1.2.840.113556.1.1.1.12", "56060102050b1d": "2.6.6.1.2.5.11.29",
    "2a864886f7140101010b": "1.2.840.113556.1.1.1.11", "2b0c0287731c00854a": "1.3.12.2.1011.28.0.714",
    "2b0c0287731c00855c": "1.3.12.2.1011.28.0.732", "2a864886f71401010106": "1.2.840.113556.1.1.1.6",
}
FLAGS = ("systemFlags", "searchFlags", "schemaFlagsEx", "link")
# Field of the data file -> attribute of the schema object.
SCALARS = {
    "A": {"cn": "cn", "oid": "attributeID", "systemFlags": "systemFlags", "searchFlags": "searchFlags", "schemaFlagsEx": "schemaFlagsEx",
          "link": "linkID", "mapi": "mAPIID", "lower": "rangeLower", "upper": "rangeUpper"},
    "C": {"cn": "cn", "oid": "governsID", "systemFlags": "systemFlags", "category": "objectClassCategory", "parent": "subClassOf",
          "rdn": "rDNAttID", "hiding": "defaultHidingValue"},
}
BOOLEANS = {
    "A": {"single": "isSingleValued", "systemOnly": "systemOnly", "partial": "isMemberOfPartialAttributeSet", "extended": "extendedCharsAllowed",
          "defunct": "isDefunct"},
    "C": {"systemOnly": "systemOnly", "defunct": "isDefunct"},
}
GUIDS = {"A": {"guid": "schemaIDGUID", "propertySet": "attributeSecurityGUID"}, "C": {"guid": "schemaIDGUID"}}
LISTS = {"systemAux": "systemAuxiliaryClass", "aux": "auxiliaryClass", "systemMust": "systemMustContain", "must": "mustContain",
         "systemMay": "systemMayContain", "may": "mayContain", "systemSup": "systemPossSuperiors", "sup": "possSuperiors"}


def read_embedded():
    """{"A": {name: row}, "C": {name: row}}; a row has its columns and the fields that are there, bare words as True."""
    with open(DATA, encoding="ascii") as file:
        text = file.read()
    begin = 'R"ad_schema('
    lines = text[text.index(begin) + len(begin):text.rindex(')ad_schema"')].splitlines()
    rows = {"A": {}, "C": {}}
    for line in lines[1:]:
        words = line.split(" ")
        names = COLUMNS[words[0]]
        row = dict(zip(names, words[1:]))
        for word in words[1 + len(names):]:
            key, equals, value = word.partition("=")
            tlib.true(equals or key in BARE, f"{word} of {row['name']}")
            row[key] = value if equals else True
        rows[words[0]][row["name"]] = row
    tlib.equal(lines[0], f"S 1 {len(rows['A'])} {len(rows['C'])}", "the first row")
    return rows


def read_samba():
    found = {"A": {}, "C": {}}
    names = ["objectClass", "lDAPDisplayName", "attributeSyntax", "oMSyntax", "oMObjectClass", "defaultSecurityDescriptor",
             "defaultObjectCategory", *LISTS.values()]
    for table in (SCALARS, BOOLEANS, GUIDS):
        names += [each for kind in table.values() for each in kind.values()]
    for message in tlib.directory(DC1).search(base=tlib.SCHEMA_DN, scope=1, attrs=sorted(set(names))):
        values = {key: [bytes(value) for value in message[key]] for key in message.keys() if key != "dn"}
        kind = {b"attributeSchema": "A", b"classSchema": "C"}.get(values["objectClass"][-1])
        if kind:
            found[kind][values["lDAPDisplayName"][0].decode()] = values
    return found


def text_of(values, name):
    return values[name][0].decode() if values.get(name) else ""


def security_descriptor(text):
    """Without blanks; the group of read-only DCs, whose SID has the domain in it, by its alias."""
    return re.sub(r";S-1-5-21-\d+-\d+-\d+-498\)", ";RO)", re.sub(r"\s+", "", text))


def syntax_of(values):
    parts = [text_of(values, "attributeSyntax"), text_of(values, "oMSyntax")]
    if values.get("oMObjectClass"):
        parts.append(OBJECT_CLASSES[values["oMObjectClass"][0].hex()])
    return "/".join(parts)


def compare(kind, row, values):
    """(field, what the embedded schema has, what Samba has) of each field that differs."""
    for field, name in SCALARS[kind].items():
        ours, theirs = row.get(field, ""), text_of(values, name)
        if field in FLAGS:
            ours, theirs = (f"{int(text or '0', 0) & 0xFFFFFFFF:#x}" for text in (ours, theirs))
        yield name, ours, theirs
    for field, name in BOOLEANS[kind].items():
        yield name, "TRUE" if row.get(field) else "FALSE", text_of(values, name) or "FALSE"
    for field, name in GUIDS[kind].items():
        yield name, row.get(field, ""), str(uuid.UUID(bytes_le=values[name][0])) if values.get(name) else ""
    if kind == "A":
        yield "syntax", row["syntax"], syntax_of(values)
        return
    yield "defaultObjectCategory", row["object"], re.match(r"CN=([^,]+),", text_of(values, "defaultObjectCategory")).group(1)
    for field, name in LISTS.items():
        ours, theirs = set(row.get(field, "").split(",")) - {""}, {value.decode() for value in values.get(name, [])}
        yield name, ", ".join(sorted(ours - theirs, key=str.lower)), ", ".join(sorted(theirs - ours, key=str.lower))
    ours, theirs = (re.findall(r"\([^()]*\)|[^()]+", security_descriptor(text)) for text in (row.get("sd", ""), text_of(values, "defaultSecurityDescriptor")))
    yield ("defaultSecurityDescriptor", " ".join(each for each in ours if each not in theirs), " ".join(each for each in theirs if each not in ours))


def find_differences():
    embedded, samba = read_embedded(), read_samba()
    for kind, word in (("A", "attribute"), ("C", "class")):
        for name in sorted({*embedded[kind], *samba[kind]}, key=str.lower):
            if name not in samba[kind]:
                yield f"| {word} | {name} | only embedded | | |"
            elif name not in embedded[kind]:
                yield f"| {word} | {name} | only Samba | | |"
            else:
                for field, ours, theirs in compare(kind, embedded[kind][name], samba[kind][name]):
                    if ours != theirs:
                        yield f"| {word} | {name} | {field} | {ours} | {theirs} |".replace("|  |", "| |")


def test_nothing_is_missing():
    embedded, samba = read_embedded(), read_samba()
    tlib.true(len(samba["A"]) > 1400 and len(samba["C"]) > 250, f"Samba shows {len(samba['A'])} attributes and {len(samba['C'])} classes")
    for kind in ("A", "C"):
        tlib.equal(sorted(set(samba[kind]) - set(embedded[kind])), [], "of Samba's and not embedded")


def test_oid_syntax_link_id_single_valuedness_and_system_flags_agree():
    embedded, samba = read_embedded(), read_samba()
    for kind, fields in (("A", ("attributeID", "syntax", "linkID", "isSingleValued", "systemFlags")), ("C", ("governsID", "systemFlags"))):
        for name, values in samba[kind].items():
            for field, ours, theirs in compare(kind, embedded[kind][name], values):
                if field in fields:
                    tlib.equal(ours, theirs, f"{field} of {name}")


def test_the_list_of_differences_is_true():
    with open(DIFFERENCES, encoding="utf-8") as file:
        listed = [line.rstrip("\n") for line in file if re.match(r"\| (attribute|class) \|", line)]
    found = list(find_differences())
    tlib.true(found == listed, "docs/schema-differences.md is not what a comparison finds:\n" +
              "\n".join(difflib.unified_diff(listed, found, "docs/schema-differences.md", "found", lineterm="", n=0)))


if __name__ == "__main__":
    tlib.main()
