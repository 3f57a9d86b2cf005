#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# The codes in include/compat agree with the table of src/base, name by name. With --write the headers are written from the table.
# Usage: check_winerror.py SOURCE_DIR [--write]

import re
import sys
from pathlib import Path

CODE_MAX = 0x7FFFFFFF  # what is above is no positive int and no code of ours

HEAD = """/* SPDX-License-Identifier: Apache-2.0
 * Written from src/base/win32_names.inc by tests/capi/check_winerror.py --write; do not edit. */
"""
ALWAYS = [(0, "NO_ERROR"), (0, "RPC_S_OK")]


def table(source):
    rows = re.findall(r'^\{(0x[0-9A-F]+), "(\w+)"\},', (source / "src/base/win32_names.inc").read_text(), re.M)
    names = [(int(code, 16), name) for code, name in rows if int(code, 16) <= CODE_MAX]
    known = {name for _, name in names}
    return names + [row for row in ALWAYS if row[1] not in known]


def main():
    source = Path(sys.argv[1])
    names = table(source)
    files = {
        "winerror_codes.inc": [row for row in names if not row[1].startswith("NERR_")],
        "lmerr_codes.inc": [row for row in names if row[1].startswith("NERR_")],
    }
    differences = 0
    for file, rows in files.items():
        path = source / "include/compat" / file
        text = HEAD + "".join(f"#define {name} {code}\n" for code, name in rows)
        if sys.argv[2:] == ["--write"]:
            path.write_text(text)
        elif path.read_text() != text:
            differences += 1
            print(f"{path} does not agree with the table: run {sys.argv[0]} {source} --write")
        if len(rows) < 50:
            differences += 1
            print(f"{file}: only {len(rows)} codes")
    return 1 if differences else 0


sys.exit(main())
