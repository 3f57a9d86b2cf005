# SPDX-License-Identifier: Apache-2.0
# The Samba side of the lab: provision, join, start, stop, wait until a DC really serves, and the environment that a
# program needs to talk to it. Samba's binaries are run as they are; what a file of theirs looks like is known here only.

import json
import os
import secrets
import shutil
import string
import subprocess
import time

import labnet
from labstate import LabError, alive, end, record_of, run, say, write_secret

SERVICES = "rpc, ldap, cldap, kdc, drepl, kcc, dns"
HERE = os.path.dirname(os.path.abspath(__file__))
# Durability is of no use to a directory that lives for an hour; without it every step is several times faster.
FAST = ["ldb:nosync=true"]
# A state directory of Debian's that a Samba daemon writes to although its configuration names another one.
SHARED_STATE = ["/run/samba", "/var/lib/samba", "/var/cache/samba", "/var/log/samba"]


def conf(lab, dc):
    return lab.path(dc, "etc", "smb.conf")


def new_password():
    letters = string.ascii_letters + string.digits
    return "Lab-" + "".join(secrets.choice(letters) for _ in range(16)) + "-7"


def write_krb5_conf(lab, dc_names):
    """One configuration for everybody: KDCs by address, no DNS games, TCP only so that a blocked port shows."""
    kdcs = "".join(f"    kdc = {lab.address(dc)}\n" for dc in dc_names)
    labnet.write(lab.path("krb5.conf"), f"""[libdefaults]
  default_realm = {lab.realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {lab.realm} = {{
{kdcs}    admin_server = {lab.address(dc_names[0])}
  }}
[domain_realm]
  .{lab.domain} = {lab.realm}
  {lab.domain} = {lab.realm}
""")


def environment(lab, who="client"):
    """What a program in a namespace gets: the caller's environment, Kerberos of the lab, and LAB_*."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("KRB5")}
    env["KRB5_CONFIG"] = lab.path("krb5.conf")
    env["KRB5CCNAME"] = "FILE:" + lab.path("administrator.ccache")
    env["TDB_NO_FSYNC"] = "1"
    env.update(exports(lab))
    if who != "client":
        env["SMB_CONF_PATH"] = conf(lab, who)
    else:
        env["SMB_CONF_PATH"] = lab.path("client.smb.conf")
    return env


def exports(lab):
    values = {
        "LAB_NUMBER": str(lab.number), "LAB_DIR": lab.dir, "LAB_REALM": lab.realm, "LAB_DOMAIN": lab.domain,
        "LAB_NETBIOS": lab.netbios, "LAB_BASE_DN": lab.base_dn, "LAB_NCS": " ".join(lab.naming_contexts()),
        "LAB_DCS": " ".join(lab.dcs), "LAB_BRIDGE": lab.bridge, "LAB_NS_CLIENT": lab.client_ns,
        "LAB_SUBNET": f"10.77.{lab.number}.0/24", "LAB_KRB5_CONFIG": lab.path("krb5.conf"),
        "LAB_CCACHE": "FILE:" + lab.path("administrator.ccache"), "LAB_ADMIN": "administrator",
        "LAB_ADMIN_PASSWORD_FILE": lab.path("administrator.password"),
        "LAB_PLAIN_USER": "plain", "LAB_PLAIN_PASSWORD_FILE": lab.path("plain.password"),
        "LAB_CHANGES_USER": "changes", "LAB_CHANGES_PASSWORD_FILE": lab.path("changes.password"),
    }
    for dc, facts in lab.dcs.items():
        prefix = f"LAB_{dc.upper()}"
        values[f"{prefix}_HOST"] = lab.host(dc)
        values[f"{prefix}_ADDRESS"] = lab.address(dc)
        values[f"{prefix}_NS"] = lab.ns(dc)
        values[f"{prefix}_SMB_CONF"] = conf(lab, dc)
        values[f"{prefix}_SAM_LDB"] = lab.path(dc, "private", "sam.ldb")
        values[f"{prefix}_LOG"] = lab.path(f"{dc}.log")
        for key in ("dsa_guid", "invocation_id", "ntds_dn"):
            if key in facts:
                values[f"{prefix}_{key.upper()}"] = facts[key]
    return values


def inside(lab, who, argv, env=None, check=True, **kwargs):
    name = lab.client_ns if who == "client" else lab.ns(who)
    return run(["ip", "netns", "exec", name, *argv], check=check, env=env or environment(lab, who), **kwargs)


def options(lab, dc):
    values = ["interfaces=lo eth0", "bind interfaces only=yes", *FAST,
              f"pid directory={lab.path(dc, 'run')}", f"ncalrpc dir={lab.path(dc, 'ncalrpc')}",
              f"server services={SERVICES}",
              # The first inbound pull and KCC run come soon after the start instead of after 15 s.
              "dreplsrv:periodic_startup_interval=2", "kccsrv:periodic_startup_interval=2"]
    if lab.data.get("manual"):
        values += ["dreplsrv:notify_interval=86400", "dreplsrv:periodic_interval=86400"]
    return [f"--option={value}" for value in values]


def make_folders(lab, dc):
    for part in ("", "run", "ncalrpc", *[f"host{path}" for path in SHARED_STATE]):
        os.makedirs(lab.path(dc, part), mode=0o755, exist_ok=True)


def provision(lab, dc):
    make_folders(lab, dc)
    inside(lab, dc, ["samba-tool", "domain", "provision", f"--targetdir={lab.path(dc)}", f"--realm={lab.realm}",
                     f"--domain={lab.netbios}", f"--adminpass={lab.password()}", "--server-role=dc",
                     "--dns-backend=SAMBA_INTERNAL", f"--host-name={dc}", f"--host-ip={lab.address(dc)}",
                     "--option=interfaces=lo eth0", "--option=bind interfaces only=yes",
                     *[f"--option={value}" for value in FAST]],
           env={**environment(lab), "SMB_CONF_PATH": "/dev/null"})
    settle_conf(lab, dc)


def join(lab, dc, source):
    make_folders(lab, dc)
    inside(lab, dc, ["samba-tool", "domain", "join", lab.domain, "DC", "--use-kerberos=required",
                     "--use-krb5-ccache=" + lab.path("administrator.ccache"), f"--targetdir={lab.path(dc)}",
                     "--dns-backend=SAMBA_INTERNAL", f"--option=netbios name={dc}", "--option=interfaces=lo eth0",
                     "--option=bind interfaces only=yes", *[f"--option={value}" for value in FAST],
                     f"--server={lab.host(source)}"],
           env={**environment(lab), "SMB_CONF_PATH": lab.path("client.smb.conf")}, timeout=900)
    settle_conf(lab, dc)


def settle_conf(lab, dc):
    """Drops the forwarder that points to the DC itself (it stalls the DNS server), sets the lab's options and the SPNs."""
    path = conf(lab, dc)
    extra = dict(option.removeprefix("--option=").split("=", 1) for option in options(lab, dc))
    with open(path, encoding="utf-8") as file:
        lines = [line for line in file if line.partition("=")[0].strip() not in ("dns forwarder", *extra)]
    at = next(i for i, line in enumerate(lines) if line.strip() == "[global]") + 1
    lines[at:at] = [f"\t{name} = {value}\n" for name, value in extra.items()]
    labnet.write(path, "".join(lines))
    # A provisioned DC lacks the replication SPN (every pull from it fails with result 87), a joined one ldap/<host>.
    inside(lab, dc, ["samba_spnupdate", "-s", path])


def write_client_conf(lab):
    """Samba's client tools read this one, so that the machine's own /etc/samba never plays a part."""
    folder = lab.path("client")
    os.makedirs(folder, exist_ok=True)
    labnet.write(lab.path("client.smb.conf"), f"""[global]
\trealm = {lab.realm}
\tworkgroup = {lab.netbios}
\tnetbios name = LABCLIENT
\tclient ipc signing = required
\tprivate dir = {folder}
\tlock directory = {folder}
\tstate directory = {folder}
\tcache directory = {folder}
\tpid directory = {folder}
""")


def start(lab, dc):
    if alive(lab.dcs[dc].get("process")):
        raise LabError(f"{dc} is running already")
    # A mount namespace of its own: whatever Samba writes below Debian's state folders lands in the lab's folder.
    binds = " && ".join(f'mkdir -p {path} && mount --bind "{lab.path(dc, "host" + path)}" {path}' for path in SHARED_STATE)
    script = f'{binds} && exec samba -i -M prefork --debug-stdout -s "$0"'
    with open(lab.path(f"{dc}.log"), "ab") as log:
        process = subprocess.Popen(
            ["ip", "netns", "exec", lab.ns(dc), "sh", "-c", script, conf(lab, dc)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=lab.path(dc),
            env=environment(lab, dc))
    lab.dcs[dc]["process"] = record_of(process.pid)
    lab.save()
    return process


def stop(lab, dc):
    """Ends the DC's main process, then whatever of its children is still in the namespace."""
    record = lab.dcs[dc].pop("process", None)
    if record:
        end([record])
    end(labnet.pids_in(lab.ns(dc)))
    lab.save()


def log_tail(lab, dc):
    try:
        with open(lab.path(f"{dc}.log"), encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-15:])
    except OSError:
        return ""


def wait_for(lab, dc_names, deadline_s, what, replicas=False):
    """Polls from the client's namespace until every DC serves LDAP, drsuapi and Kerberos (see labprobe.py)."""
    argv = [os.path.join(HERE, "labprobe.py"), "--deadline", str(deadline_s)]
    if replicas:
        argv.append("--replicas")
    done = inside(lab, "client", ["/usr/bin/python3", *argv, *[lab.host(dc) for dc in dc_names]],
                  check=False, timeout=deadline_s + 60)
    for dc in dc_names:
        if not alive(lab.dcs[dc].get("process")):
            raise LabError(f"{dc} ended by itself; its log says:\n{log_tail(lab, dc)}")
    if done.returncode != 0:
        raise LabError(f"{what} did not come true within {deadline_s} s:\n{done.stdout[-2000:]}")
    facts = json.loads(done.stdout.splitlines()[-1])
    for dc in dc_names:
        lab.dcs[dc].update(facts[lab.host(dc)])
    lab.save()


def kinit(lab, who, ccache, patience_s=0):
    """Gets a ticket with the password from its file; waits for a KDC that is only just starting."""
    deadline = time.monotonic() + patience_s
    while True:
        done = inside(lab, "client", ["kinit", "-c", ccache, f"{who}@{lab.realm}"], check=False,
                      input=lab.password(who) + "\n", timeout=60)
        if done.returncode == 0:
            return
        if time.monotonic() > deadline:
            raise LabError(f"kinit of {who} failed:\n{done.stdout}")
        time.sleep(0.1)


def warm(lab):
    """Puts the service tickets of every DC beside the ticket-granting ticket."""
    names = [f"ldap/{lab.host(dc)}" for dc in lab.dcs]
    inside(lab, "client", ["kvno", "-q", *names])


def fresh_ccache(lab):
    """The administrator's ccache, renewed when it is about to expire."""
    path = lab.path("administrator.ccache")
    try:
        if time.time() - os.stat(path).st_mtime < 6 * 3600:
            return
    except FileNotFoundError:
        pass
    kinit(lab, "administrator", "FILE:" + path)
    warm(lab)


def keytab(lab, path):
    """The long-term keys of every principal, exported from every DC's database into one file."""
    path = os.path.abspath(path)
    partial = lab.path("export.keytab")
    if os.path.exists(partial):
        os.unlink(partial)
    for dc in lab.dcs:
        inside(lab, dc, ["samba-tool", "domain", "exportkeytab", partial, "-s", conf(lab, dc)])
    os.chmod(partial, 0o600)
    shutil.move(partial, path)


def create_principals(lab, dc):
    """Two accounts for the tests: one without any replication right, one that may only get changes."""
    for who in ("plain", "changes"):
        write_secret(lab.path(f"{who}.password"), new_password())
    run(["/usr/bin/python3", os.path.join(HERE, "labload.py"), "principals", conf(lab, dc), lab.dir],
        env=environment(lab, dc))


def load(lab, dc, users, groups, members=20):
    done = run(["/usr/bin/python3", os.path.join(HERE, "labload.py"), "bulk", conf(lab, dc), str(users), str(groups), str(members)],
               env=environment(lab, dc), timeout=1800)
    say(done.stdout.strip())


def missing_state_folders():
    """Debian's folders that are mount points for us and not there yet (a container that never booted has no /run/samba)."""
    return [path for path in SHARED_STATE if not os.path.isdir(path)]


def register_dns(lab, dc, server):
    """The SRV and CNAME records by which others locate the DC, written as Samba's own updater writes them."""
    inside(lab, dc, ["samba_dnsupdate", "--all-names", "--use-samba-tool", f"--rpc-server-ip={lab.address(server)}",
                     "-s", conf(lab, dc)], check=False)
