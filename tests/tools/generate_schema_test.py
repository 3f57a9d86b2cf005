#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# tools/generate-schema must refuse what it does not understand: each case is four small documents with one thing changed. The documents are
# made up here; their form is that of [MS-ADA1] and its kin (docs/formats/schema.md).

import os
import re
import subprocess
import sys
import tempfile

TOOL = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))), "tools", "generate-schema")

A1 = """# 2 Attributes
## 2.1 Attribute alpha

Some sentences: with a colon.

cn: Alpha

ldapDisplayName: alpha

attributeId: 1.2.3.1

attributeSyntax: 2.5.5.12

omSyntax: 64

isSingleValued: TRUE

schemaIdGuid: 00000000-0000-0000-0000-00000000000a

systemOnly: FALSE

searchFlags: fCOPY|

fATTINDEX

rangeLower: 1

rangeUpper: 64

systemFlags: FLAG_SCHEMA_BASE_OBJECT

Version-Specific Behavior: whatever: it is not read.
"""
A2 = """# 2 Attributes
## 2.1 Attribute forward

cn: Forward

ldapDisplayName: forward

attributeId: 1.2.3.2

attributeSyntax: 2.5.5.1

omSyntax: 127

omObjectClass: 1.3.12.2.1011.28.0.714

isSingleValued: FALSE

schemaIdGuid: 00000000-0000-0000-0000-00000000000b

systemOnly: FALSE

searchFlags: 0

linkID: 8

## 2.2 back

cn: Back

ldapDisplayName: back

attributeId: 1.2.3.3

attributeSyntax: 2.5.5.1

omSyntax: 127

omObjectClass: 1.3.12.2.1011.28.0.714

isSingleValued: FALSE

schemaIdGuid: 00000000-0000-0000-0000-00000000000c

systemOnly: FALSE

searchFlags: 0

linkID: 9
"""
A3 = """# 2 Attributes
## 2.1 Attribute cn

cn: Common-Name

ldapDisplayName: cn

attributeId: 2.5.4.3

attributeSyntax: 2.5.5.12

omSyntax: 64

isSingleValued: TRUE

schemaIdGuid: 00000000-0000-0000-0000-00000000000d

systemOnly: FALSE

searchFlags: 0
"""
C = """# 2 Classes
## 2.1 Class top

cn: Top

ldapDisplayName: top

governsId: 2.5.6.0

objectClassCategory: 2

rdnAttId: cn

subClassOf: top

systemMustContain: cn

mayContain: forward,

alpha, back

schemaIdGuid: 00000000-0000-0000-0000-00000000000e

defaultSecurityDescriptor: D:(A;;RP;;;DA)

(A;;RP;;;AU)

defaultHidingValue: TRUE

systemOnly: TRUE

defaultObjectCategory: CN=Top,<SchemaNCDN>
"""
EXPECTED = """S 1 4 1
A alpha Alpha 1.2.3.1 2.5.5.12/64 guid=00000000-0000-0000-0000-00000000000a single systemFlags=0x10 searchFlags=0x11 lower=1 upper=64
A back Back 1.2.3.3 2.5.5.1/127/1.3.12.2.1011.28.0.714 guid=00000000-0000-0000-0000-00000000000c link=9
A cn Common-Name 2.5.4.3 2.5.5.12/64 guid=00000000-0000-0000-0000-00000000000d single
A forward Forward 1.2.3.2 2.5.5.1/127/1.3.12.2.1011.28.0.714 guid=00000000-0000-0000-0000-00000000000b link=8
C top Top 2.5.6.0 category=2 parent=top rdn=cn guid=00000000-0000-0000-0000-00000000000e systemOnly hiding=TRUE object=Top \
systemMust=cn may=alpha,back,forward sd=D:(A;;RP;;;DA)(A;;RP;;;AU)
"""

CASES = [  # what it shows, a text, what it becomes, what has to be said
    ("a key nobody knows", "omSyntax: 64\n\nisSingleValued: TRUE", "omSyntax: 64\n\nomColour: red\n\nisSingleValued: TRUE", "omColour"),
    ("a sentence within a definition", "rangeLower: 1", "rangeLower: 1\n\nThis is a sentence", "This is a sentence"),
    ("a key twice with two values", "rangeLower: 1", "rangeLower: 1\n\nrangeLower: 2", "rangelower twice"),
    ("a flag nobody knows", "fCOPY|", "fCOLOUR|", "fCOLOUR"),
    ("a boolean that is none", "isSingleValued: TRUE\n\nschemaIdGuid: 00000000-0000-0000-0000-00000000000a", "isSingleValued: YES", "'YES'"),
    ("a GUID that is none", "00000000000a", "00000000000", "no GUID"),
    ("an OID that is none", "attributeId: 1.2.3.1", "attributeId: 1.2.x", "no OID"),
    ("an OID twice", "attributeId: 1.2.3.1", "attributeId: 1.2.3.2", "share oid"),
    ("a GUID twice", "00000000000a", "00000000000b", "share guid"),
    ("a linkID twice", "linkID: 9", "linkID: 8", "share link"),
    ("a back link alone", "linkID: 8", "linkID: 10", "without its forward link"),
    ("a syntax that does not exist", "omSyntax: 64\n\nisSingleValued: TRUE", "omSyntax: 65\n\nisSingleValued: TRUE", "no syntax"),
    ("a number beyond 32 bits", "rangeUpper: 64", "rangeUpper: 4294967296", "32-bit"),
    ("an empty range", "rangeLower: 1", "rangeLower: 65", "range is empty"),
    ("a name under another heading", "ldapDisplayName: alpha", "ldapDisplayName: beta", "lDAPDisplayName is beta"),
    ("a definition without an OID", "attributeId: 1.2.3.1", "", "no oid"),
    ("a gap in the numbers of headings", "## 2.2 back", "## 2.3 back", "comes after 1 others"),
    ("a class among attributes", "## 2.1 Attribute forward", "## 2.1 Class forward", "a section about a Class"),
    ("an attribute that is not there", "mayContain: forward,", "mayContain: forwards,", "forwards"),
    ("a name twice in a list", "alpha, back", "alpha, back, alpha", "twice"),
    ("a superclass that is not there", "subClassOf: top", "subClassOf: base", "base"),
    ("a category of no class", "CN=Top,", "CN=Bottom,", "Bottom"),
    ("SDDL cut short", "(A;;RP;;;AU)", "(A;;RP;;;AU", "no SDDL"),
]


def run(folder, documents, *options):
    paths = []
    for name, text in zip(("a1.md", "a2.md", "a3.md", "c.md"), documents):
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.write(text)
    output = os.path.join(folder, "out.inc")
    done = subprocess.run([sys.executable, TOOL, *paths, "--output", output, "--without-repairs", *options], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    text = None
    if os.path.exists(output):
        with open(output, encoding="utf-8") as file:
            text = file.read()
    return done, text


def main():
    failures = []
    documents = (A1, A2, A3, C)
    with tempfile.TemporaryDirectory() as folder:
        done, text = run(folder, documents)
        rows = re.search(r'R"ad_schema\((.*)\)ad_schema"', text or "", re.S)
        if done.returncode != 0 or not rows or rows.group(1) != EXPECTED:
            failures.append(f"what is right: status {done.returncode}\n{done.stderr}\n{text}")
        if run(folder, documents, "--check")[0].returncode != 0:
            failures.append("--check of what was just written")
        if run(folder, (A1.replace("64\n\nsystemFlags", "65\n\nsystemFlags"), A2, A3, C), "--check")[0].returncode == 0:
            failures.append("--check of what has changed")
    for what, old, new, said in CASES:
        changed = tuple(document.replace(old, new, 1) for document in documents)
        if changed == documents:
            failures.append(f"{what}: nothing changed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            done, text = run(folder, changed)
            if done.returncode == 0 or said not in done.stderr or text is not None:
                failures.append(f"{what}: status {done.returncode}, {done.stderr!r}")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, TOOL, *(os.path.join(folder, name) for name in ("a1.md", "a2.md", "a3.md", "c.md"))], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        if done.returncode == 0:
            failures.append("documents that are not there")
    for failure in failures:
        print(failure)
    print(f"generate_schema_test: {len(CASES) + 4} cases, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
