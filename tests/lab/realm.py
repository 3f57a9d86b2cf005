# SPDX-License-Identifier: Apache-2.0
# A Kerberos realm without root: MIT's krb5kdc on a free loopback port, with its database, keytabs and caches in one folder. For the demo,
# for system tests of our own DSAs and for benches. Knows nothing of Tributary. Packages: krb5-kdc, krb5-admin-server, krb5-user.

import os
import secrets
import signal
import socket
import subprocess
import time

START_ATTEMPTS = 4
START_SECONDS = 10
SBIN = os.pathsep.join(("/usr/sbin", "/usr/local/sbin", "/sbin"))


class RealmError(Exception):
    """What went wrong, with what the program printed."""


class Realm:
    """`with Realm(folder, "LAB.EXAMPLE") as realm:` or start() and stop(). `environment` is for whoever is to use it."""

    def __init__(self, folder, name="LAB.EXAMPLE", address="127.0.0.1"):
        self.folder, self.name, self.address = os.path.abspath(folder), name, address
        self.kdc = None
        self.port = 0
        self.environment = {
            "KRB5_CONFIG": self.path("krb5.conf"), "KRB5_KDC_PROFILE": self.path("kdc.conf"), "KRB5RCACHENAME": "dfl:",
            "KRB5RCACHEDIR": self.folder, "KRB5CCNAME": f"FILE:{self.path('ccache')}",
        }

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        for attempt in range(START_ATTEMPTS):
            with socket.socket() as probe:
                probe.bind((self.address, 0))
                self.port = probe.getsockname()[1]
            self.configure()
            if not os.path.exists(self.path("principal")):
                self.run("kdb5_util", "create", "-s", "-r", self.name, "-P", secrets.token_hex(16))
            with open(self.path("krb5kdc.out"), "w", encoding="utf-8") as out:
                self.kdc = subprocess.Popen([self.program("krb5kdc"), "-n", "-r", self.name], env=self.full_environment(), stdout=out,
                                            stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
            if self.wait_until_it_listens():
                return self
        self.stop()
        raise RealmError("krb5kdc does not start: " + self.text("krb5kdc.out") + self.text("kdc.log"))

    def configure(self):
        domain = self.name.lower()
        with open(self.path("krb5.conf"), "w", encoding="utf-8") as file:
            file.write(f"""[libdefaults]
  default_realm = {self.name}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  dns_canonicalize_hostname = false
[realms]
  {self.name} = {{
    kdc = {self.address}:{self.port}
  }}
[domain_realm]
  .{domain} = {self.name}
  {domain} = {self.name}
[logging]
  kdc = FILE:{self.path("kdc.log")}
""")
        with open(self.path("kdc.conf"), "w", encoding="utf-8") as file:
            file.write(f"""[kdcdefaults]
  kdc_listen = {self.address}:{self.port}
  kdc_tcp_listen = {self.address}:{self.port}
[realms]
  {self.name} = {{
    database_name = {self.path("principal")}
    key_stash_file = {self.path("stash")}
    supported_enctypes = aes256-cts-hmac-sha1-96:normal
    max_life = 24h
  }}
""")

    def wait_until_it_listens(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.kdc.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex((self.address, self.port)) == 0:
                    return True
            time.sleep(0.02)
        return False

    def stop(self):
        if self.kdc and self.kdc.poll() is None:
            self.kdc.send_signal(signal.SIGTERM)
            try:
                self.kdc.wait(5)
            except subprocess.TimeoutExpired:
                self.kdc.kill()
                self.kdc.wait()
        self.kdc = None

    def add_user(self, name, password):
        self.kadmin(f"addprinc -pw {password} {name}")

    def add_services(self, names, keytab):
        """Principals with random keys; their keys go into the keytab, a plain path."""
        for name in names:
            self.kadmin(f"addprinc -randkey {name}", f"ktadd -q -norandkey -k {keytab} {name}")

    def kinit(self, name, password, cache=None, lifetime=None):
        """A ticket for a user; the name of the cache."""
        cache = cache or self.environment["KRB5CCNAME"]
        options = ["-l", lifetime] if lifetime else []
        self.run("kinit", "-c", cache, *options, name, text=password + "\n")
        return cache

    def kadmin(self, *queries):
        for query in queries:
            said = self.run("kadmin.local", "-r", self.name, "-q", query)
            if "rror" in said and "already exists" not in said or "while creating" in said and "already exists" not in said:
                raise RealmError(f"kadmin.local {query}: {said}")

    def full_environment(self):
        return {**os.environ, **self.environment}

    def program(self, name):
        for folder in (os.environ.get("PATH", "") + os.pathsep + SBIN).split(os.pathsep):
            path = os.path.join(folder, name)
            if os.access(path, os.X_OK):
                return path
        raise RealmError(f"{name} is not installed (packages krb5-kdc, krb5-admin-server, krb5-user)")

    def run(self, name, *arguments, text=""):
        done = subprocess.run([self.program(name), *arguments], env=self.full_environment(), input=text, capture_output=True, text=True,
                              timeout=60, check=False)
        if done.returncode != 0:
            raise RealmError(f"{name} {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def text(self, name):
        try:
            with open(self.path(name), encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""
