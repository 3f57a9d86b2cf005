#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 1200
# The error table: what an administrator meets, each with its code, its name, the phase on the way to the DC, and a sentence that says
# what to do; exit status 1, and the same in JSON.

import os
import pty
import signal
import subprocess
import termios
import time

import tlib
from tlib import DC1, DC2

UNKNOWN_GUID = "11111111-2222-3333-4444-555555555555"


def fails(arguments, code, name, phase, *words, env=None, stdin=None, at_most=20):
    """Runs the command twice, for people and with --json, and looks at both."""
    done = tlib.tributary(*arguments, status=1, env=env, stdin=stdin)
    tlib.contains(done.stderr, f"tributary: {name} ({code})")
    for word in words:
        tlib.contains(done.stderr, word, "the sentence")
    tlib.true(done.seconds < at_most, f"it took {done.seconds:.1f} s")
    # A sentence about what to do follows the code, the phase and the detail.
    tlib.true(done.stderr.strip().endswith(".") and done.stderr.count(". ") >= 1, f"no advice in {done.stderr!r}")
    error = tlib.tributary(*arguments, "--json", status=1, env=env, stdin=stdin).json()
    tlib.equal(error["schema"], "tributary.error/1")
    tlib.equal((error["error"]["code"], error["error"]["name"], error["error"]["phase"]), (code, name, phase))
    tlib.contains(error["error"]["message"], name)


def pull(*more):
    return ("replicate", DC2.host, DC1.host, tlib.BASE_DN, *more)


def test_bad_nc():
    fails(("replicate", DC2.host, DC1.host, "DC=nowhere,DC=example"), 8440, "ERROR_DS_DRA_BAD_NC", "call", "namingContexts")


def test_unknown_source():
    # Samba looks for the source's alias in DNS before it looks into its repsFrom.
    fails(("replicate", DC2.host, UNKNOWN_GUID, tlib.BASE_DN), 2, "ERROR_FILE_NOT_FOUND", "call", "samba_dnsupdate")
    fails(("replicate", DC2.host, "no-such-dc", tlib.BASE_DN), 1168, "ERROR_NOT_FOUND", "LDAP", "no-such-dc", "no DSA of this forest")


def test_no_rights():
    with tlib.ticket("plain") as env:
        fails(pull(), 8453, "ERROR_DS_DRA_ACCESS_DENIED", "call", env=env)


def test_wrong_password():
    fails(("-U", "administrator", "bind", DC1.host), 1326, "ERROR_LOGON_FAILURE", "authenticate", env={"TRIBUTARY_PASSWORD": "not-the-password"})
    fails(("-U", "nobody-at-all", "bind", DC1.host), 1326, "ERROR_LOGON_FAILURE", "authenticate", env={"TRIBUTARY_PASSWORD": "not-the-password"})


def test_passwords_from_file_environment_and_standard_input():
    with open(tlib.password_file("administrator"), encoding="utf-8") as file:
        password = file.read().splitlines()[0]
    nothing = {"KRB5CCNAME": "FILE:/nowhere/ccache"}
    tlib.tributary("-U", "administrator", "--password-file", tlib.password_file("administrator"), "bind", DC1.host, env=nothing)
    tlib.tributary("-U", "LAB\\administrator", "bind", DC1.host, env={**nothing, "TRIBUTARY_PASSWORD": password})
    tlib.tributary("-U", "administrator@lab.example", "--password-file", "-", "bind", DC1.host, env=nothing, stdin=password + "\n")
    fails(("-U", "administrator", "bind", DC1.host), 87, "ERROR_INVALID_PARAMETER", "", "--password-file", env=nothing, stdin="")


def test_password_prompt():
    with open(tlib.password_file("administrator"), encoding="utf-8") as file:
        password = file.readline().rstrip("\n")
    for answer, status in ((password + "\n", 0), ("not-the-password\n", 1), (None, -signal.SIGINT)):
        master, terminal = pty.openpty()
        process = subprocess.Popen([os.environ["TRIBUTARY"], "-U", "administrator", "bind", DC1.host], stdin=terminal, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env={**os.environ, "KRB5CCNAME": "FILE:/nowhere/ccache"})
        try:
            tlib.equal(process.stderr.read(len("Password for administrator: ")).decode(), "Password for administrator: ")
            tlib.wait_until(lambda: not echoes(terminal), 5, "the terminal shows what is typed")
            if answer is None:
                process.send_signal(signal.SIGINT)
            else:
                os.write(master, answer.encode())
            stdout, stderr = process.communicate(timeout=20)
            tlib.equal(process.returncode, status, f"exit status {stdout} {stderr}")
            tlib.true(echoes(terminal), "the terminal no longer shows what is typed")
            tlib.true(password.encode() not in stdout + stderr, "the password is in the output")
        finally:
            process.kill()
            os.close(master)
            os.close(terminal)


def echoes(terminal):
    return termios.tcgetattr(terminal)[3] & termios.ECHO != 0


def test_no_ticket():
    fails(("bind", DC1.host), 1312, "ERROR_NO_SUCH_LOGON_SESSION", "authenticate", env={"KRB5CCNAME": "FILE:/nowhere/ccache"})


def test_expired_ticket():
    with open(tlib.password_file("administrator"), encoding="utf-8") as file:
        password = file.read()
    with tlib.ticket("plain") as env:
        tlib.run(["kinit", "-l", "2s", "administrator@LAB.EXAMPLE"], stdin=password, env=env)
        time.sleep(3)  # the lifetime of the ticket is what is tested
        fails(("bind", DC1.host), 1931, "ERROR_CONTEXT_EXPIRED", "authenticate", "kinit", env=env)


def test_stopped_dc():
    with tlib.stopped(DC2):
        fails(("bind", DC2.host), 1722, "RPC_S_SERVER_UNAVAILABLE", "connect", DC2.host, at_most=10)
        fails(pull(), 1722, "RPC_S_SERVER_UNAVAILABLE", "connect", DC2.host, at_most=10)


def test_blocked_port():
    with tlib.blocked(DC2, 135):
        fails(("--timeout", "3", "bind", DC2.host), 1722, "RPC_S_SERVER_UNAVAILABLE", "connect", DC2.host, ":135", "firewall", at_most=8)
    with tlib.blocked(DC2, 135, reject=True):
        fails(("bind", DC2.host), 1722, "RPC_S_SERVER_UNAVAILABLE", "connect", DC2.host, ":135", at_most=5)
    port = tlib.tributary("bind", DC2.host, "--json").json()["peer"].rsplit(":", 1)[1]
    with tlib.blocked(DC2, port):
        fails(("--timeout", "3", "bind", DC2.host), 1722, "RPC_S_SERVER_UNAVAILABLE", "connect", f":{port}", "firewall", at_most=8)


def test_a_dc_that_stalls():
    with tlib.frozen(DC2):
        done = tlib.tributary("--timeout", "3", "bind", DC2.host, "--json", status=1)
        tlib.true(done.seconds < 8, f"the deadline of 3 s became {done.seconds:.1f} s")
        tlib.true(done.json()["error"]["phase"] in ("connect", "endpoint map", "authenticate", "bind"), done.json())


def test_wrong_realm():
    fails(("-U", "administrator@NOWHERE.EXAMPLE", "bind", DC1.host), 1355, "ERROR_NO_SUCH_DOMAIN", "authenticate", "NOWHERE.EXAMPLE", env={"TRIBUTARY_PASSWORD": "any"})


def test_unknown_host():
    fails(("bind", "dc9.lab.example"), 1722, "RPC_S_SERVER_UNAVAILABLE", "DNS", "dc9.lab.example")


def test_sink_disabled():
    with tlib.quiet(DC2):
        fails(pull(), 8457, "ERROR_DS_DRA_SINK_DISABLED", "call", "FORCE")


def test_what_samba_does_not_serve():
    nc = tlib.BASE_DN
    for arguments in (("add", nc, DC2.host, DC1.host), ("delete", nc, DC2.host, DC1.host), ("mod", nc, DC2.host, DC1.host, "--set", "compress"), ("mod", nc, DC2.host, DC1.host, "+COMPRESS")):
        fails(arguments, 50, "ERROR_NOT_SUPPORTED", "call", "does not serve IDL_DRSReplica", "tributary kcc")


def test_secrets_are_in_no_message():
    secret = "correct-horse-battery"
    done = tlib.tributary("-v", "-U", "administrator", "bind", DC1.host, "--json", status=1, env={"TRIBUTARY_PASSWORD": secret})
    tlib.true(secret not in done.stdout + done.stderr, "the password is in the output")
    done = tlib.tributary("-U", f"administrator%{secret}", "bind", DC1.host, status=2)
    tlib.true(secret not in done.stdout + done.stderr, "the password is in the output")
    tlib.contains(done.stderr, "TRIBUTARY_PASSWORD")


if __name__ == "__main__":
    tlib.main()
