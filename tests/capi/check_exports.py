#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# What libntdsapi.so exports is exactly what the public headers declare, each symbol in its version node; nothing of the C++
# inside shows. Usage: check_exports.py INCLUDE_DIR VERSION_SCRIPT LIBRARY

import re
import subprocess
import sys
from pathlib import Path


def declared(header):
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    return set(re.findall(r"^NTDSAPI\s+\w+\s+WINAPI\s+(\w+)\(", text, re.M))


def scripted(path):
    text = re.sub(r"#[^\n]*", "", path.read_text())
    nodes = {}
    for node, body in re.findall(r"([\w.]+)\s*\{(.*?)\};", text, re.S):
        nodes[node] = set(re.findall(r"(\w+);", body.split("local:")[0]))
    return nodes


def exported(library):
    output = subprocess.run(["readelf", "--dyn-syms", "--wide", library], check=True, capture_output=True, text=True).stdout
    nodes = {}
    for line in output.splitlines():
        fields = line.split()
        if len(fields) < 8 or fields[6] == "UND" or fields[4] not in ("GLOBAL", "WEAK") or fields[3] == "OBJECT" and fields[6] == "ABS":
            continue
        name, _, node = fields[7].partition("@@")
        nodes.setdefault(node, set()).add(name)
    return nodes


def main():
    include, script, library = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    want = {"NTDSAPI_1.0": set(), "TRIBUTARY_1.0": declared(include / "tributary_errors.h")}
    for header in sorted((include / "tributary").glob("ds_*.h")):
        want["NTDSAPI_1.0"] |= declared(header)
    failures = 0
    if len(want["NTDSAPI_1.0"]) < 100:
        failures += 1
        print(f"only {len(want['NTDSAPI_1.0'])} functions were found in the headers")
    have_script = scripted(script)
    have_library = exported(library)
    for where, have in (("version script", have_script), ("library", have_library)):
        for node in sorted(set(want) | set(have)):
            for name in sorted(want.get(node, set()) - have.get(node, set())):
                failures += 1
                print(f"{where}: {name} is declared but not in {node}")
            for name in sorted(have.get(node, set()) - want.get(node, set())):
                failures += 1
                print(f"{where}: {name or '(nothing)'} is in {node or 'no node'} but not declared")
    print(f"{sum(map(len, want.values()))} functions, {failures} differences")
    return 1 if failures else 0


sys.exit(main())
