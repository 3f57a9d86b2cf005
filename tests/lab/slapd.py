# SPDX-License-Identifier: Apache-2.0
# OpenLDAP's slapd (mdb) on loopback with the same people as a DSA of ours, to compare with: attributes and classes of Active Directory by their
# names and OIDs as far as people.py uses them, equality indexes on what AD indexes. No root is needed. Ends only what it started.

import os
import re
import subprocess
import time

PORT_SECONDS = 20
# name, OID, syntax: what core, cosine and inetorgperson do not have.
OWN = [("sAMAccountName", "1.2.840.113556.1.4.221"), ("userPrincipalName", "1.2.840.113556.1.4.656"), ("userAccountControl", "1.2.840.113556.1.4.8"),
       ("groupType", "1.2.840.113556.1.4.750"), ("company", "1.2.840.113556.1.2.146"), ("department", "1.2.840.113556.1.2.141"),
       ("homeDirectoryPath", "1.2.840.113556.1.4.44")]
INDEXED = "sAMAccountName userPrincipalName cn sn givenName displayName mail employeeNumber objectClass entryCSN entryUUID"


class Slapd:
    def __init__(self, folder, port, tls_port, certificate, key, base="DC=lab,DC=example"):
        self.folder, self.port, self.tls_port, self.base = folder, port, tls_port, base
        self.certificate, self.key, self.process = certificate, key, None
        self.bind_dn, self.password = f"CN=admin,{base}", "bench"

    def path(self, name):
        return os.path.join(self.folder, name)

    def configure(self):
        os.makedirs(self.path("db"), exist_ok=True)
        with open(self.path("slapd.conf"), "w", encoding="utf-8") as file:
            file.write("".join(f"include /etc/ldap/schema/{name}.schema\n" for name in ("core", "cosine", "inetorgperson")))
            for name, oid in OWN:
                file.write(f"attributetype ( {oid} NAME '{name}' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )\n")
            file.write(f"objectclass ( 1.2.840.113556.1.5.9 NAME 'adUser' SUP top AUXILIARY MAY ( co $ {' $ '.join(name for name, _ in OWN)} ) )\n")
            file.write(f"""modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {self.path("slapd.pid")}
TLSCertificateFile {self.certificate}
TLSCertificateKeyFile {self.key}
threads 16
database mdb
suffix "{self.base}"
rootdn "{self.bind_dn}"
rootpw {self.password}
directory {self.path("db")}
maxsize 4294967296
{"".join(f"index {name} eq{chr(10)}" for name in INDEXED.split())}limits * size=unlimited
""")

    def load(self, ldif):
        """people.py's LDIF, in the words of slapd's schema."""
        top = f"dn: {self.base}\nobjectClass: domain\nobjectClass: dcObject\ndc: lab\n\n".replace("objectClass: dcObject\n", "")
        with open(ldif, encoding="utf-8") as file:
            text = file.read().removeprefix("version: 1\n\n")
        records = []
        for record in text.split("\n\n"):
            record = record.replace("objectClass: user", "objectClass: inetOrgPerson\nobjectClass: adUser").replace("homeDirectory:", "homeDirectoryPath:")
            record = record.replace("objectClass: group", "objectClass: groupOfNames\nobjectClass: adUser")
            record = re.sub(r"^c: .*\n", "", record, flags=re.M)
            if record.strip():
                records.append(record)
        with open(self.path("people.ldif"), "w", encoding="utf-8") as file:
            file.write(top + "\n\n".join(records) + "\n")
        done = subprocess.run(["/usr/sbin/slapadd", "-q", "-f", self.path("slapd.conf"), "-l", self.path("people.ldif")], capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            raise RuntimeError("slapadd: " + done.stderr[-2000:])

    def start(self):
        self.process = subprocess.Popen(["/usr/sbin/slapd", "-f", self.path("slapd.conf"), "-h", f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}", "-d", "0"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.path("slapd.err"), "ab"), start_new_session=True)
        end = time.monotonic() + PORT_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            done = subprocess.run(["ldapwhoami", "-x", "-H", f"ldap://127.0.0.1:{self.port}"], capture_output=True, timeout=10, check=False)
            if done.returncode == 0:
                return self
            time.sleep(0.05)
        raise RuntimeError("slapd does not start")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
