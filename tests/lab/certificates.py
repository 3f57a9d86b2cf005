# SPDX-License-Identifier: Apache-2.0
# Certificates for tests of TLS: an authority of the test's own, and hosts whose certificates it signs. Everything lies in one folder.

import os
import subprocess


def run(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


def authority(folder):
    """The authority's certificate, made the first time."""
    path = os.path.join(folder, "ca.pem")
    if not os.path.exists(path):
        os.makedirs(folder, exist_ok=True)
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path + ".key", "-out", path, "-subj", "/CN=Test CA", "-days", "2")
    return path


def make(folder, host):
    """(certificate, key) of a host."""
    ca = authority(folder)
    key, request, signed, names = (os.path.join(folder, f"{host}.{ending}") for ending in ("key", "csr", "pem", "ext"))
    with open(names, "w", encoding="utf-8") as file:
        file.write(f"subjectAltName=DNS:{host}\n")
    run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={host}")
    run("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca + ".key", "-CAcreateserial", "-out", signed, "-days", "2", "-extfile", names)
    return signed, key
