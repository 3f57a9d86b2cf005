#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# tools/check-layers must find what it says it finds: each case is a small tree with one thing wrong, or with nothing wrong.

import os
import subprocess
import sys
import tempfile

TOOL = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))), "tools", "check-layers")
LINE = "// SPDX-License-Identifier: Apache-2.0\n"
LONG_FUNCTION = LINE + "int f() {\n" + "  g();\n" * 120 + "}\n"

CASES = [  # what it shows, path, text, the rule that must be named (None: nothing may be found)
    ("an include inwards", "src/drsuapi/a.cpp", LINE + '#include "ndr/reader.hpp"\n#include "base/guid.hpp"\n', None),
    ("an include outwards", "src/base/a.cpp", LINE + '#include "ndr/reader.hpp"\n', "layer"),
    ("an include sideways", "src/drsuapi/a.cpp", LINE + '#include "rpc/pdu.hpp"\n', "layer"),
    ("the one header of security that rpc knows", "src/rpc/a.cpp", LINE + '#include "security/security_context.hpp"\n', None),
    ("another header of security", "src/rpc/a.cpp", LINE + '#include "security/gss.hpp"\n', "layer"),
    ("everything is open to the command", "src/cli/a.cpp", LINE + '#include "ntdsapi/x.hpp"\n#include "net/y.hpp"\n', None),
    ("a room without a row", "src/attic/a.cpp", LINE + '#include "base/guid.hpp"\n', "layer"),
    ("sockets in the values plane", "src/ndr/a.cpp", LINE + "#include <sys/socket.h>\n", "pure"),
    ("Asio outside net", "src/cli/a.cpp", LINE + "#include <boost/asio.hpp>\n", "owner"),
    ("a clock in the values plane", "src/base/a.cpp", LINE + "auto t = std::chrono::system_clock::now();\n", "clock"),
    ("time()", "src/rpc/a.cpp", LINE + "auto t = time(nullptr);\n", "clock"),
    ("a name that ends in time(", "src/rpc/a.cpp", LINE + "auto t = ds_time(4); x.time(); y->rand();\n", None),
    ("chance in the engine", "src/repl/a.cpp", LINE + "std::random_device device;\n", "clock"),
    ("a clock at the edge", "src/net/a.cpp", LINE + "auto t = std::chrono::steady_clock::now();\n", None),
    ("a clock in a comment", "src/base/a.cpp", LINE + "// never time(nullptr), never co_await\n", None),
    ("a coroutine in net", "src/net/a.cpp", LINE + "co_await f();\n", None),
    ("a coroutine elsewhere", "src/client/a.cpp", LINE + "co_await f();\n", "coroutine"),
    ("no licence line", "src/base/a.cpp", "int x;\n", "licence"),
    ("no licence line in a script", "tools/a", "#!/bin/bash\ntrue\n", "licence"),
    ("a long file", "src/base/a.cpp", LINE + "int x;\n" * 801, "length"),
    ("a long function", "src/base/a.cpp", LONG_FUNCTION, "function"),
    ("many short functions", "src/base/a.cpp", LINE + "int f() {\n  return 1;\n}\n\n" * 100, None),
    ("a long table", "src/base/a.cpp", LINE + "constexpr int kTable[] = {\n" + "  1,\n" * 120 + "};\n", None),
    ("another licence", "src/base/a.cpp", LINE + "// taken from G" + "PL code\n", "words"),
    ("somebody's folder", "docs/a.md", "see /wo" + "rk/main\n", "paths"),
    ("unfinished work", "src/base/a.cpp", LINE + "// TO" + "DO: later\n", "unfinished"),
    ("a test that is switched off", "src/base/a_test.cpp", LINE + "TEST(A, DIS" + "ABLED_B) {}\n", "unfinished"),
    ("an exception that is used", "src/base/a.cpp", LONG_FUNCTION, None, "src/base/a.cpp function 130\n"),
    ("an exception that has grown", "src/base/a.cpp", LONG_FUNCTION, "function", "src/base/a.cpp function 100\n"),
    ("an exception that is not needed", "src/base/a.cpp", LINE, "not needed any more", "src/base/a.cpp function 100\n"),
]


def main():
    failures = 0
    for what, path, text, rule, *allow in CASES:
        with tempfile.TemporaryDirectory() as root:
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full))
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
            if allow:
                os.makedirs(os.path.join(root, "tools"), exist_ok=True)
                with open(os.path.join(root, "tools", "check-layers.allow"), "w", encoding="utf-8") as file:
                    file.write(allow[0])
            done = subprocess.run([TOOL, "--root", root], stdout=subprocess.PIPE, text=True, check=False, timeout=60)
            good = (done.returncode == 0) if rule is None else (done.returncode == 1 and rule in done.stdout)
            if not good:
                failures += 1
                print(f"not ok {what}: expected {rule}, got status {done.returncode}:\n{done.stdout}")
    print(f"{len(CASES) - failures} of {len(CASES)} cases")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
