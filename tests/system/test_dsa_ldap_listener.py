#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# lab: none
# timeout: 300
# The LDAP listener of a running DSA as clients of others meet it: ldapsearch in clear, with StartTLS, at the port of TLS and with Kerberos;
# malformed and greedy clients; status, reload, and the end of the DSA.
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["TRIBUTARY_SOURCE_DIR"], "tests", "lab"))
import tlib  # noqa: E402
from ours import OurForest, free_port  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-ldap-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"])
PORT, TLS_PORT = free_port(), free_port()
PEM, KEY = os.path.join(FOLDER, "ldap.pem"), os.path.join(FOLDER, "ldap.key")
A = None


def certificate(name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", KEY, "-out", PEM], check=True, capture_output=True)


def test_a_dsa_with_ldap_starts():
    global A
    certificate("localhost")
    A = FOREST.add("dsa-a", ldap={"port": PORT, "tls_port": TLS_PORT, "certificate": PEM, "key": KEY, "idle_timeout_s": 30})
    A.init()
    A.serve()


def search(url, *arguments, status=0, options=("-x",)):
    """ldapsearch with its own configuration only."""
    environment = {**FOREST.environment(), "LDAPTLS_CACERT": PEM, "LDAPTLS_REQCERT": "demand", "LDAPSASL_NOCANON": "on"}
    done = subprocess.run(["ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-H", url, *options, *arguments], env=environment, capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == status, f"status {status}, got {done.returncode}: {done.stdout[-500:]}{done.stderr[-500:]}"
    return done.stdout + done.stderr


def figures():
    return json.loads(A.verb("status", "--json").stdout)["ldap"]


def test_the_root_dse_is_read_in_clear_and_under_tls():
    for url, options in ((f"ldap://127.0.0.1:{PORT}", ("-x",)), (f"ldap://127.0.0.1:{PORT}", ("-x", "-ZZ")), (f"ldaps://127.0.0.1:{TLS_PORT}", ("-x",))):
        text = search(url, "-s", "base", "-b", "", "defaultNamingContext", options=options)
        assert f"defaultNamingContext: {FOREST.domain_dn}" in text, f"{url} {options}: {text}"


def test_kerberos_with_its_layer_reads_the_domain():
    for mechanism in ("GSSAPI", "GSS-SPNEGO"):
        text = search(f"ldap://localhost:{PORT}", "-s", "base", "-b", FOREST.domain_dn, "distinguishedName", options=("-Y", mechanism, "-Q", "-N"))
        assert f"distinguishedName: {FOREST.domain_dn}" in text, f"{mechanism}: {text}"


def raw():
    return socket.create_connection(("127.0.0.1", PORT), timeout=10)


def test_noise_gets_a_notice_and_the_server_stays():
    before = figures()["connections"]["violations"]
    for octets in (b"GET / HTTP/1.0\r\n\r\n", bytes.fromhex("30844000000002"), b"\x30\x80" + b"\x00" * 100):
        with raw() as connection:
            connection.sendall(octets)
            told = b""
            while more := connection.recv(4096):
                told += more
            assert b"1.3.6.1.4.1.1466.20036" in told, f"no notice of disconnection: {told!r}"
    assert figures()["connections"]["violations"] == before + 3
    test_the_root_dse_is_read_in_clear_and_under_tls()


def test_the_status_says_where_and_how_much():
    told = figures()
    assert told["urls"] == [f"ldap://127.0.0.1:{PORT}", f"ldaps://127.0.0.1:{TLS_PORT}"], json.dumps(told)
    assert told["operations"]["search"] >= 3, json.dumps(told)
    assert told["octets"]["out"] > 0 and told["octets"]["in"] > 0, json.dumps(told)
    assert f"LDAP at ldap://127.0.0.1:{PORT}" in A.verb("status").stdout, "the text has no line about LDAP"


def test_a_new_certificate_is_taken_with_sighup():
    certificate("other.example")
    A.process.send_signal(signal.SIGHUP)
    tlib.wait_until(lambda: "CN = other.example" in shown_at(TLS_PORT), 10, "the new certificate is shown")


def shown_at(port):
    return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}"], input="", capture_output=True, text=True, timeout=20, check=False).stdout


def test_a_configuration_that_cannot_work_is_judged():
    B = FOREST.add("dsa-b", ldap={"tls_port": TLS_PORT})
    said = B.verb("serve", "--check-config", status=None)
    assert said.returncode != 0 and "ldap.tls_port: a port of TLS needs a certificate" in said.stdout + said.stderr, said.stderr


def test_the_end_is_told():
    with raw() as connection:
        assert A.stop() == 0
        told = b""
        while more := connection.recv(4096):
            told += more
        assert b"this server ends" in told, f"{told!r}"


if __name__ == "__main__":
    try:
        with FOREST:
            tlib.main()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
