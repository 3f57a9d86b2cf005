# SPDX-License-Identifier: Apache-2.0
# Our own DSAs as processes on loopback, in a realm of their own, without root: for the demo, for system tests and for benches. Everything
# lies in one folder. With a prefix (`ip netns exec NAME`) and an address a DSA lives in a network namespace of the caller's.
# Ends only processes that it started, by pid.

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from realm import Realm  # noqa: E402

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
START_SECONDS = 20
STOP_SECONDS = 30
DRSUAPI = "E3514235-4B06-11D1-AB04-00C04FC2DCD2"


class OursError(Exception):
    """What a program of ours said when it failed."""


def free_port(address="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class OurDsa:
    """One DSA: its folder, its configuration, its process."""

    def __init__(self, forest, name, address, port, prefix):
        self.forest, self.name, self.address, self.prefix = forest, name, address, prefix
        self.port = port or (49152 if prefix else free_port(address))
        self.host = f"{name}.{forest.domain}"
        self.guid = str(uuid.uuid4())
        self.folder = os.path.join(forest.folder, name)
        self.config = os.path.join(self.folder, "dsa.toml")
        self.keytab = os.path.join(self.folder, "dsa.keytab")
        self.log_path = os.path.join(self.folder, "dsa.log")
        self.settings = {}  # {section: {key: value}} beside what configure() writes
        self.process = None

    def principals(self):
        """The computer account, with which it asks, and the services as which it is asked. Samba's client asks in capitals, and
        MIT's KDC minds. ldap/localhost is for LDAP clients where no name of the DSA can be looked up."""
        return [f"{self.name}$", f"ldap/{self.host}", f"ldap/{self.host.upper()}", "ldap/localhost", f"{DRSUAPI}/{self.guid}/{self.forest.domain}", f"{DRSUAPI.lower()}/{self.guid}/{self.forest.domain}"]

    def configure(self):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        sections = {
            "dsa": {"data": os.path.join(self.folder, "data")},
            "listen": {"addresses": [self.address], "port": self.port},
            "kerberos": {"keytab": self.keytab, "realm": self.forest.realm.name, "principal": f"{self.name}$"},
            "hosts": {},
            "replication": {"notify_first_s": 0, "notify_subsequent_s": 0},
            "limits": {"map_gib": 4},
            "log": {"level": "info", "target": "stderr"},
        }
        for dsa in self.forest.dsas.values():
            if dsa is not self:
                for name in (dsa.host, dsa.guid):
                    sections["hosts"][name] = f"{dsa.address}:{dsa.port}"
        for section, keys in self.settings.items():
            sections.setdefault(section, {}).update(keys)
        with open(self.config, "w", encoding="utf-8") as file:
            for section, keys in sections.items():
                file.write(f"[{section}]\n" + "".join(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in keys.items()) + "\n")

    def verb(self, verb, *arguments, **options):
        """`tributary dsa VERB` on this DSA's machine."""
        return self.forest.run("dsa", verb, "--config", self.config, *arguments, prefix=self.prefix, **options)

    def init(self, *arguments):
        return self.verb("init", "--domain", self.forest.domain, "--host", self.name, "--dsa-guid", self.guid, *arguments)

    def join(self, source, *arguments, timeout=600):
        return self.verb("join", "--from", source.host, "--host", self.name, "--dsa-guid", self.guid, *arguments, timeout=timeout)

    def serve(self, wait=True, environment=None):
        log = open(self.log_path, "ab")  # noqa: SIM115  (the process keeps it)
        self.process = subprocess.Popen([*self.prefix, self.forest.tributary, "dsa", "serve", "--config", self.config],
                                        env={**self.forest.environment(), **(environment or {})}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        start_new_session=True)
        log.close()
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            if self.verb("status", "--json", status=None).returncode == 0:
                return
            time.sleep(0.02)
        raise OursError(f"{self.host} does not serve: {self.log_tail()}")

    def pid(self):
        """Of the DSA itself, not of a prefix that runs it (which is replaced by it)."""
        return self.process.pid

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise OursError(f"{self.host} does not end: {self.log_tail()}") from None
        status, self.process = (self.process.returncode if self.process else 0), None
        return status

    def kill(self):
        """kill -9, as a failing machine does it."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def log_tail(self, octets=4000):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return file.read()[-octets:]
        except OSError:
            return ""

    def rss_anon_kb(self):
        """(now, peak since the last look) of anonymous memory; the peak is that of what is resident."""
        with open(f"/proc/{self.pid()}/status", encoding="utf-8") as file:
            rows = dict(line.split(":", 1) for line in file)
        return int(rows["RssAnon"].split()[0])

    def cpu_seconds(self):
        with open(f"/proc/{self.pid()}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class OurForest:
    """`with OurForest(folder, build) as forest:` has a realm with an administrator; add() makes DSAs, start() brings up the first ones."""

    def __init__(self, folder, build, domain="lab.example", kdc_address="127.0.0.1"):
        self.folder, self.domain = os.path.abspath(folder), domain
        self.tributary = os.path.join(os.path.abspath(build), "bin", "tributary")
        self.realm = Realm(os.path.join(self.folder, "realm"), domain.upper(), kdc_address)
        self.hosts = os.path.join(self.folder, "hosts")
        self.password = secrets.token_hex(12)
        self.dsas = {}
        self.domain_dn = ",".join(f"DC={label}" for label in domain.split("."))
        self.configuration_dn = "CN=Configuration," + self.domain_dn
        self.schema_dn = "CN=Schema," + self.configuration_dn
        self.ncs = [self.schema_dn, self.configuration_dn, self.domain_dn]

    def __enter__(self):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self.realm.start()
        self.realm.add_user("Administrator", self.password)
        self.realm.kinit("Administrator", self.password)
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for dsa in self.dsas.values():
            dsa.kill()
        self.realm.stop()

    def remove(self):
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, name, address="127.0.0.1", port=0, prefix=(), **settings):
        """A DSA with its keys and configuration; it has no database yet. All others learn where it is (those that run: when reloaded)."""
        dsa = OurDsa(self, name, address, port, list(prefix))
        dsa.settings = settings
        self.dsas[name] = dsa
        os.makedirs(dsa.folder, mode=0o700, exist_ok=True)
        self.realm.add_services(dsa.principals(), dsa.keytab)
        for each in self.dsas.values():
            each.configure()
            if each.is_running():
                each.process.send_signal(signal.SIGHUP)
        with open(self.hosts, "w", encoding="utf-8") as file:
            for each in self.dsas.values():
                for known_as in (each.host, each.guid, f"{each.guid}._msdcs.{self.domain}"):
                    file.write(f"{known_as} {each.address}:{each.port}\n")
        return dsa

    def environment(self):
        return {**os.environ, **self.realm.environment, "TRIBUTARY_HOSTS": self.hosts}

    def run(self, *arguments, status=0, text="", timeout=120, prefix=(), environment=None):
        """The command as the administrator. `status`: what it must end with; None: anything."""
        done = subprocess.run([*prefix, self.tributary, *arguments], env={**self.environment(), **(environment or {})}, input=text, capture_output=True,
                              text=True, timeout=timeout, check=False)
        if status is not None and done.returncode != status:
            raise OursError(f"tributary {' '.join(arguments)}: status {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.run(*arguments, "--json", **options).stdout)

    def replicate(self, destination, source, nc, *arguments, **options):
        return self.run("replicate", destination.host, source.host, nc, *arguments, **options)

    def run_kcc(self, *dsas, seconds=30):
        """The KCC of each, and then until every one replicates every NC from every other one, and notifies it."""
        for dsa in dsas:
            self.run("kcc", dsa.host)
        end = time.monotonic() + seconds
        while not all(self.is_wired(dsa, len(dsas) - 1) for dsa in dsas):
            if time.monotonic() > end:
                raise OursError("the DSAs do not all replicate from each other: " + "".join(dsa.log_tail() for dsa in dsas))
            time.sleep(0.1)

    def is_wired(self, dsa, partners):
        told = json.loads(dsa.verb("status", "--json").stdout)
        return all(len([s for s in nc["sources"] if s["result"] == 0 and "last_success" in s]) >= partners and len(nc["partners"]) >= partners
                   for nc in told["replicas"])

    def digests(self, dsa):
        """{NC: digest} of what a DSA holds."""
        told = json.loads(dsa.verb("digest", "--json").stdout)
        return {nc["nc"]: nc["digest"] for nc in told["ncs"]}
