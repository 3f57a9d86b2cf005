# SPDX-License-Identifier: Apache-2.0
# What a lab remembers about itself between two commands: its number, its names, its folder and the processes it
# started, in /run/tributary-lab/<number>.json, and how those processes are found and ended again.
# A pid counts as ours only while its start time is the one recorded, or while it lives in one of our namespaces.
# This file must never know about Samba.

import fcntl
import json
import os
import signal
import subprocess
import sys
import time

RUN_DIR = "/run/tributary-lab"
NUMBER_MAX = 250  # third octet of the lab's subnet and last part of every name


class LabError(Exception):
    """A failure that the user should read as one sentence."""


class LabBusy(LabError):
    """Somebody else holds the lab's lock."""


def say(text):
    print(f"lab: {text}", file=sys.stderr, flush=True)


def run(argv, check=True, quiet=True, **kwargs):
    """Runs a command to its end; its output is shown only when it fails."""
    kwargs.setdefault("timeout", 300)
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kwargs)
    if check and done.returncode != 0:
        raise LabError(f"'{' '.join(argv[:8])}' failed with status {done.returncode}:\n{done.stdout[-4000:]}")
    if not quiet:
        sys.stderr.write(done.stdout)
    return done


def start_time(pid):
    """Field 22 of /proc/PID/stat: with the pid it names a process for as long as the machine is up."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return int(stat.read().rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return None


def is_zombie(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def record_of(pid):
    return {"pid": pid, "start": start_time(pid)}


def alive(record):
    if not record or record.get("start") is None:
        return False
    return start_time(record["pid"]) == record["start"] and not is_zombie(record["pid"])


def end(records, patience=8.0):
    """TERM, a while to leave, then KILL; every signal goes to a pid that is still the recorded process."""
    for sign, wait_s in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        for record in records:
            if alive(record):
                try:
                    os.kill(record["pid"], signal.SIGCONT)
                    os.kill(record["pid"], sign)
                except ProcessLookupError:
                    pass
        deadline = time.monotonic() + wait_s
        while time.monotonic() < deadline:
            reap()
            if not any(alive(record) for record in records):
                return
            time.sleep(0.05)
    left = [record["pid"] for record in records if alive(record)]
    if left:
        raise LabError(f"processes {left} did not end")


def reap():
    """Collects children of this very process that have ended, so that they do not look alive."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


class Lab:
    def __init__(self, number):
        self.number = number
        self.data = {}

    bridge = "lab0"  # in the client's namespace
    client_ns = property(lambda self: f"tl{self.number}-cl")
    dir = property(lambda self: self.data["dir"])
    dcs = property(lambda self: self.data["dcs"])
    realm = "LAB.EXAMPLE"
    domain = "lab.example"
    netbios = "LAB"
    base_dn = "DC=lab,DC=example"

    def ns(self, dc):
        return f"tl{self.number}-{dc}"

    def address(self, who):
        last = {"client": 2, "dc1": 11, "dc2": 12}[who]
        return f"10.77.{self.number}.{last}"

    def host(self, dc):
        return f"{dc}.{self.domain}"

    def naming_contexts(self):
        return [self.base_dn, f"CN=Configuration,{self.base_dn}", f"CN=Schema,CN=Configuration,{self.base_dn}",
                f"DC=DomainDnsZones,{self.base_dn}", f"DC=ForestDnsZones,{self.base_dn}"]

    def namespaces(self):
        return [self.ns("dc1"), self.ns("dc2"), self.client_ns]

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    # The state file
    state_path = property(lambda self: f"{RUN_DIR}/{self.number}.json")

    def exists(self):
        return os.path.exists(self.state_path)

    def load(self):
        try:
            with open(self.state_path, encoding="utf-8") as file:
                self.data = json.load(file)
        except FileNotFoundError:
            raise LabError(f"lab {self.number} is not up (start it with 'lab up')") from None
        except ValueError as error:
            raise LabError(f"{self.state_path} is damaged ({error}); run 'lab down'") from None
        return self

    def save(self):
        os.makedirs(RUN_DIR, mode=0o755, exist_ok=True)
        partial = self.state_path + ".new"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump(self.data, file, indent=1)
        os.replace(partial, self.state_path)

    def forget(self):
        if self.exists():
            os.unlink(self.state_path)

    def lock(self):
        """One command at a time changes a lab; the lock ends with the process."""
        path = f"{RUN_DIR}/{self.number}.lock"
        while True:
            os.makedirs(RUN_DIR, mode=0o755, exist_ok=True)
            try:
                self._lock = open(path, "w", encoding="utf-8")  # Python's files are not inherited by programs we start
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(self._lock.fileno()).st_ino == os.stat(path).st_ino:
                    return self
            except BlockingIOError:
                raise LabBusy(f"another command is changing lab {self.number} right now") from None
            except FileNotFoundError:
                pass  # removed by a 'lab down' between two of our steps: once more

    def remove_lock(self):
        """For 'down': nothing stays in /run. Whoever waits for this file sees that it is gone and makes a new one."""
        os.unlink(f"{RUN_DIR}/{self.number}.lock")
        try:
            os.rmdir(RUN_DIR)
        except OSError:
            pass  # other labs

    def password(self, who="administrator"):
        with open(self.path(f"{who}.password"), encoding="utf-8") as file:
            return file.read().strip()


def write_secret(path, text):
    """A file for its owner only, from the first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
