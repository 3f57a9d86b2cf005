# SPDX-License-Identifier: Apache-2.0
# What a system test needs: to run `tributary` and Samba's tools, to read raw attributes from a DC, to break the lab and put
# it right again, and to say what was expected. A test file defines functions test_* and ends with `tlib.main()`.
# Runs under /usr/bin/python3 in the client's namespace of a lab (see README.md). It never decides about the lab's life.

import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
import uuid

LAB_SCRIPT = os.environ.get("LAB_SCRIPT", "")
NCS = os.environ.get("LAB_NCS", "").split()
BASE_DN = os.environ.get("LAB_BASE_DN", "")
CONFIG_DN = f"CN=Configuration,{BASE_DN}"
SCHEMA_DN = f"CN=Schema,{CONFIG_DN}"


class Dc:
    def __init__(self, name):
        self.name = name
        prefix = f"LAB_{name.upper()}_"
        for key in ("host", "address", "ns", "dsa_guid", "invocation_id", "ntds_dn", "smb_conf", "sam_ldb", "log"):
            setattr(self, key, os.environ.get(prefix + key.upper()))


DC1, DC2 = Dc("dc1"), Dc("dc2")


# Running programs

class Done:
    """A finished program: returncode, stdout, stderr (text), seconds."""

    def __init__(self, argv, returncode, stdout, stderr, seconds):
        self.argv, self.returncode, self.stdout, self.stderr, self.seconds = argv, returncode, stdout, stderr, seconds

    def json(self):
        try:
            return json.loads(self.stdout)
        except ValueError as error:
            raise AssertionError(f"not JSON ({error}): {self.stdout[:400]!r}\n{self}") from None

    def __str__(self):
        return (f"$ {' '.join(str(word) for word in self.argv)}\nstatus {self.returncode} after {self.seconds:.2f} s\n"
                f"stdout: {self.stdout[:3000]}\nstderr: {self.stderr[:3000]}")


def run(argv, status=0, stdin=None, env=None, timeout=60, text=True):
    """Runs a program to its end. `status` is the exit status it must have; None accepts any."""
    begin = time.monotonic()
    try:
        done = subprocess.run([str(word) for word in argv], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, **(env or {})}, timeout=timeout, text=text, check=False)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{' '.join(str(word) for word in argv)} was not done after {timeout} s") from None
    result = Done(argv, done.returncode, done.stdout, done.stderr, time.monotonic() - begin)
    if status is not None and done.returncode != status:
        raise AssertionError(f"exit status {done.returncode}, expected {status}\n{result}")
    return result


def tributary(*args, **options):
    """Runs the command under test. It finds the administrator's ticket in KRB5CCNAME."""
    return run([os.environ["TRIBUTARY"], *args], **options)


def samba_tool(*args, **options):
    """Runs samba-tool as the administrator, for commands that take credentials."""
    return run(["samba-tool", *args, f"--use-krb5-ccache={os.environ['KRB5CCNAME']}"], **options)


def on_dc(dc, *argv, **options):
    """Runs a program in a DC's namespace with that DC's configuration (samba-tool without credentials, ldbsearch)."""
    return run([LAB_SCRIPT, "exec", dc.name, "--", *argv], **options)


def lab(*args, **options):
    options.setdefault("timeout", 120)
    return run([LAB_SCRIPT, *args], **options)


# Reading and changing the directory, with Samba's LDAP client

def directory(dc, user=None, password=None):
    from samba import credentials, param
    from samba.samdb import SamDB
    lp = param.LoadParm()
    lp.load_default()
    creds = credentials.Credentials()
    creds.guess(lp)
    if user:
        creds.set_username(user)
        creds.set_password(password)
    creds.set_kerberos_state(credentials.MUST_USE_KERBEROS)
    return SamDB(url=f"ldap://{dc.host}", lp=lp, credentials=creds)


def attributes(dc, dn, names, controls=()):
    """The raw values of one object: {name: [bytes, ...]}; a missing attribute is an empty list."""
    message = directory(dc).search(base=dn, scope=0, attrs=list(names), controls=list(controls))[0]
    return {name: [bytes(value) for value in message.get(name, [])] for name in names}


def b64(data):
    return base64.b64encode(data).decode()


def exists(dc, dn):
    import ldb
    try:
        return bool(directory(dc).search(base=dn, scope=0, attrs=["objectGUID"]))
    except ldb.LdbError as error:
        if error.args[0] == ldb.ERR_NO_SUCH_OBJECT:
            return False
        raise


def add_user(dc, name, **values):
    dn = f"CN={name},CN=Users,{BASE_DN}"
    directory(dc).add({"dn": dn, "objectClass": "user", "sAMAccountName": name, **values})
    return dn


def reps_from(dc, nc):
    """repsFrom of an NC as Samba's own decoder reads it: {source DSA GUID: structure}."""
    from samba.dcerpc import drsblobs
    from samba.ndr import ndr_unpack
    values = attributes(dc, nc, ["repsFrom"])["repsFrom"]
    found = [ndr_unpack(drsblobs.repsFromToBlob, value).ctr for value in values]
    return {str(value.source_dsa_obj_guid): value for value in found}


def samba_pull(destination, source, nc):
    """Makes a DC pull from another one with Samba's own client."""
    samba_tool("drs", "replicate", destination.host, source.host, nc)


# Breaking the lab for the length of a block

@contextlib.contextmanager
def stopped(dc):
    lab("stop-dc", dc.name)
    try:
        yield
    finally:
        lab("start-dc", dc.name)


@contextlib.contextmanager
def frozen(dc):
    lab("freeze-dc", dc.name)
    try:
        yield
    finally:
        lab("thaw-dc", dc.name)


@contextlib.contextmanager
def blocked(dc, *ports, reject=False):
    lab("block", dc.name, *ports, *(["--reject"] if reject else []))
    try:
        yield
    finally:
        lab("unblock", dc.name)


@contextlib.contextmanager
def quiet(dc):
    """No inbound replication by itself on this DC: what a test has not asked for does not arrive."""
    samba_tool("drs", "options", dc.host, "--dsa-option=+DISABLE_INBOUND_REPL")
    try:
        yield
    finally:
        samba_tool("drs", "options", dc.host, "--dsa-option=-DISABLE_INBOUND_REPL")


@contextlib.contextmanager
def ticket(who):
    """A ccache of `administrator`, `plain` or `changes`; yields the environment to hand to run()."""
    with tempfile.TemporaryDirectory() as folder:
        name = f"FILE:{folder}/ccache"
        lab("ticket", who, name)
        yield {"KRB5CCNAME": name}


@contextlib.contextmanager
def capture():
    """Packets on the bridge during the block; yields the file's name, which is complete after the block."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/capture.pcapng"
        lab("capture", "start", path)
        stack = contextlib.ExitStack()
        stack.callback(lab, "capture", "stop")
        with stack:
            yield Capture(path, stack)


class Capture:
    def __init__(self, path, stack):
        self.path, self._stack = path, stack

    def stop(self):
        """Ends the capture inside the block, so that the file can be read before it is removed."""
        self._stack.pop_all().close()
        return self.path


def password_file(who):
    key = {"administrator": "LAB_ADMIN", "plain": "LAB_PLAIN", "changes": "LAB_CHANGES"}[who]
    return os.environ[f"{key}_PASSWORD_FILE"]


# Saying what was expected

def equal(found, expected, what=""):
    if found != expected:
        raise AssertionError(f"{what or 'values'} differ\n  found    {found!r}\n  expected {expected!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def contains(text, part, what=""):
    if part not in text:
        raise AssertionError(f"{what or 'the text'} lacks {part!r}: {text[:2000]!r}")


def wait_until(condition, seconds, what):
    """Calls condition until it is true; the only way in which a test waits."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.1)


def main():
    """Runs the test_* functions of the calling script in the order of the file; prints one line for each."""
    module = sys.modules["__main__"]
    wanted = sys.argv[1:]
    missing = [name for name in wanted if not callable(vars(module).get(name))]
    if missing:
        sys.exit(f"not ok {' '.join(missing)}: no such function")
    failures = 0
    for name, function in list(vars(module).items()):
        if not name.startswith("test_") or (wanted and name not in wanted):
            continue
        begin = time.monotonic()
        try:
            function()
        except Exception:  # a test may fail in any way
            failures += 1
            print(f"not ok {name}", flush=True)
            print("  " + traceback.format_exc().strip().replace("\n", "\n  "), flush=True)
        else:
            print(f"ok {name} ({time.monotonic() - begin:.1f} s)", flush=True)
    sys.exit(1 if failures else 0)
