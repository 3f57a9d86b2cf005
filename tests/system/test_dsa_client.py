#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# lab: none
# timeout: 300
# The client against our own DSAs, which have drsuapi and nothing else: no LDAP, no DNS, no endpoint mapper; the file of hosts says where
# they listen. Every command that asks a DC, and every program of examples/ntdsapi. [MS-DRSR] 4.1.
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid

sys.path.insert(0, os.path.join(os.environ["TRIBUTARY_SOURCE_DIR"], "tests", "lab"))
import tlib  # noqa: E402
from ours import OurForest  # noqa: E402

BUILD = os.environ["TRIBUTARY_BUILD_DIR"]
EXAMPLES = os.path.join(BUILD, "examples")
SITE = "Default-First-Site-Name"


class World:
    """Two DSAs, b having joined through a."""

    def __init__(self, folder):
        self.forest = OurForest(folder, BUILD)

    def __enter__(self):
        forest = self.forest.__enter__()
        self.a = forest.add("dsa-a")
        self.a.init()
        self.a.serve()
        self.b = forest.add("dsa-b")
        self.b.join(self.a)
        self.b.serve()
        self.dn, self.configuration, self.schema = forest.domain_dn, forest.configuration_dn, forest.schema_dn
        self.site = f"CN={SITE},CN=Sites,{self.configuration}"
        self.admins = f"CN=Domain Admins,CN=Users,{self.dn}"
        return self

    def __exit__(self, *_):
        self.forest.close()


WORLD = None  # made by main()


def told(command, *arguments, **options):
    """The JSON of a command, which names its own schema."""
    document = WORLD.forest.json(command, *arguments, **options)
    tlib.equal(document["schema"], f"tributary.{command}/1")
    return document


def refused(code, *arguments, **options):
    """The command fails with this Win32 code; its JSON."""
    error = json.loads(WORLD.forest.run(*arguments, "--json", status=1, **options).stdout)["error"]
    tlib.equal(error["code"], code, error["message"])
    return error


def example(name, *arguments, status=0, text="", environment=None):
    done = subprocess.run([os.path.join(EXAMPLES, name), *(str(word) for word in arguments)], env={**WORLD.forest.environment(), **(environment or {})},
                          input=text, capture_output=True, text=True, timeout=60, check=False)
    tlib.true(status is None or done.returncode == status, f"{name} {arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def fails(code, name, *arguments, **options):
    done = example(name, *arguments, status=1, **options)
    tlib.true(re.search(rf"^\w+: {code}: ", done.stderr, re.M), f"not code {code}: {done.stderr}")


def server_dn(dsa):
    return f"CN={dsa.name.upper()},CN=Servers,{WORLD.site}"


def settings_dn(dsa):
    return f"CN=NTDS Settings,{server_dn(dsa)}"


# Where a DSA is

def test_every_way_to_name_a_dsa():
    a = WORLD.a
    for name in (a.host, a.host.upper(), a.guid, f"{a.guid}._msdcs.{WORLD.forest.domain}", f"{a.address}:{a.port}", f"{a.host}:{a.port}", WORLD.forest.domain):
        tlib.equal(told("bind", name)["peer"], f"{a.address}:{a.port}", name)
    tlib.equal(told("bind")["host"], a.host)  # a DC of the account's domain


def test_the_option_takes_the_place_of_the_variable():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "hosts")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"# one\n{WORLD.b.host} {WORLD.b.guid} {WORLD.b.address}:{WORLD.b.port}\n")
        tlib.equal(told("bind", WORLD.b.host, "--hosts", path, environment={"TRIBUTARY_HOSTS": "/nonexistent"})["host"], WORLD.b.host)
        refused(2, "bind", WORLD.b.host, environment={"TRIBUTARY_HOSTS": "/nonexistent"})
        with open(path, "a", encoding="utf-8") as file:
            file.write("lonely\n")
        tlib.contains(refused(87, "bind", WORLD.b.host, "--hosts", path)["detail"], f"{path}:3: ")


def test_an_address_without_a_name_says_what_to_do():
    tlib.contains(refused(87, "bind", f"{WORLD.a.address}:{WORLD.a.port}", environment={"TRIBUTARY_HOSTS": ""})["detail"], "--hosts")


# Looking

def test_bind_shows_the_extensions():
    names = told("bind", WORLD.a.host)["extensions"]["dwFlags"]["names"]
    for name in ("DRS_EXT_GET_REPL_INFO", "DRS_EXT_GETCHGREPLY_V6", "DRS_EXT_KCC_EXECUTE"):
        tlib.true(name in names, name)


def test_dsaguid_knows_the_forest():
    dsas = {dsa["dnsHostName"]: dsa for dsa in told("dsaguid", WORLD.a.host)["dsas"]}
    tlib.equal(sorted(dsas), [WORLD.a.host, WORLD.b.host])
    tlib.equal(dsas[WORLD.b.host]["objectGUID"], WORLD.b.guid)
    tlib.equal(dsas[WORLD.b.host]["dn"], settings_dn(WORLD.b))
    one = told("dsaguid", WORLD.a.host, dsas[WORLD.b.host]["invocationId"])["dsas"]
    tlib.equal([dsa["objectGUID"] for dsa in one], [WORLD.b.guid])
    refused(1168, "dsaguid", WORLD.a.host, str(uuid.uuid4()))


def test_showrepl_shows_both_directions():
    shown = told("showrepl", WORLD.b.host)
    sources = {(n["NC dn"], n["DSA objectGUID"]): n for n in shown["repsFrom"]}
    for nc in WORLD.forest.ncs:
        tlib.equal(sources[nc, WORLD.a.guid]["consecutive failures"], 0)
    tlib.equal(shown["dsa"]["objectGUID"], WORLD.b.guid)
    outbound = told("showrepl", WORLD.a.host, WORLD.dn)["repsTo"]
    tlib.equal([n["DSA objectGUID"] for n in outbound], [WORLD.b.guid])
    refused(8453, "showrepl", WORLD.a.host, "DC=no,DC=such")  # nobody has a right on what is not there


def test_replsummary_asks_everybody():
    summary = told("replsummary", WORLD.a.host)
    tlib.equal(summary["unreachable"], [])
    tlib.equal(sorted(row["server"] for row in summary["destinations"]), ["DSA-A", "DSA-B"])
    failing = {row["server"]: row["failing"] for row in summary["destinations"]}
    tlib.equal(failing["DSA-B"], 0)  # the other one may have tried to pull from it before it served


def test_queue_is_true_when_empty():
    queue = told("queue", WORLD.a.host)
    tlib.equal((queue["source"], queue["alwaysEmpty"]), ("rpc", False))


def test_showutdvec_has_a_cursor_of_the_source():
    for dsa in (WORLD.a, WORLD.b):
        shown = told("showutdvec", dsa.host, WORLD.dn)
        tlib.equal(shown["source"], "rpc")
        tlib.true(any(cursor["dsa"].endswith("DSA-A") and cursor["usn"] > 0 for cursor in shown["cursors"]), shown)


def test_showobjmeta_and_showvalue():
    shown = told("showobjmeta", WORLD.a.host, WORLD.admins)
    stamps = {a["attribute"]: a for a in shown["attributes"]}
    tlib.equal(shown["source"], "rpc")
    tlib.true(stamps["cn"]["originatingDsa"].endswith("DSA-A"), stamps["cn"])
    tlib.true("member" in json.dumps(shown["values"]), shown["values"])
    guid = json.loads(WORLD.forest.run("showchanges", WORLD.a.host, WORLD.admins, "--object").stdout.splitlines()[0])["guid"]
    tlib.equal(len(told("showobjmeta", WORLD.a.host, f"<GUID={guid}>")["attributes"]), len(stamps))
    value = f"CN=Administrator,CN=Users,{WORLD.dn}"
    tlib.true(value in json.dumps(told("showvalue", WORLD.a.host, WORLD.admins)["values"]), "the administrator is a member")
    tlib.true(value in json.dumps(told("showvalue", WORLD.a.host, WORLD.admins, "member", value)["values"]), "one value")
    refused(8240, "showobjmeta", WORLD.a.host, f"CN=nobody,{WORLD.dn}")


def test_showchanges_streams_and_resumes():
    with tempfile.TemporaryDirectory() as folder:
        cookie = os.path.join(folder, "cookie")
        lines = [json.loads(line) for line in WORLD.forest.run("showchanges", WORLD.a.host, WORLD.dn, "--cookie", cookie).stdout.splitlines()]
        tlib.true(any(line["dn"] == WORLD.admins and line["attributes"]["sAMAccountName"] == ["Domain Admins"] for line in lines if line["type"] == "object"), "names and syntaxes")
        tlib.true(any(line["type"] == "link" and line["attribute"] == "member" for line in lines), "links")
        tlib.equal(WORLD.forest.run("showchanges", WORLD.a.host, "--cookie", cookie).stdout, "")
    one = json.loads(WORLD.forest.run("showchanges", WORLD.a.host, WORLD.admins, "--object").stdout.splitlines()[0])
    tlib.equal(one["dn"], WORLD.admins)
    attributes = {name for line in WORLD.forest.run("showchanges", WORLD.a.host, WORLD.dn, "--attributes", "description").stdout.splitlines()
                  for name in json.loads(line).get("attributes", {})}
    tlib.true("description" in attributes and "sAMAccountName" not in attributes, attributes)


def test_cracknames_and_its_lists():
    def results(*arguments):
        return [item["name"] for item in told("cracknames", WORLD.a.host, *arguments)["items"]]
    tlib.equal(results(WORLD.dn), [WORLD.dn])
    tlib.equal(results("--offered", "list-roles"), [settings_dn(WORLD.a)] * 5)
    tlib.equal(results("--offered", "list-sites"), [WORLD.site])
    tlib.equal(sorted(results("--offered", "list-servers-in-site", WORLD.site)), [server_dn(WORLD.a), server_dn(WORLD.b)])


# Doing

def test_replicate_shows_before_and_after():
    shown = told("replicate", WORLD.b.host, WORLD.a.host, WORLD.dn)
    tlib.equal(shown["source"]["objectGUID"], WORLD.a.guid)
    for state in (shown["before"], shown["after"]):
        tlib.equal(state["uuidDsaObj"], WORLD.a.guid)
    tlib.true(shown["after"]["usnVec"]["usnHighObjUpdate"] >= shown["before"]["usnVec"]["usnHighObjUpdate"], shown)
    tlib.true("rtSchedule" not in shown["after"], "what the call does not tell is not made up")
    for source in (f"{WORLD.a.host}:{WORLD.a.port}", f"{WORLD.a.address}:{WORLD.a.port}", WORLD.a.guid, "DSA-A"):
        tlib.equal(told("replicate", f"{WORLD.b.address}:{WORLD.b.port}", source, WORLD.dn, "--full")["source"]["objectGUID"], WORLD.a.guid, source)
    tlib.equal(told("replicate", WORLD.b.host, WORLD.dn, "--all-sources", "--async")["queued"], True)
    refused(8440, "replicate", WORLD.b.host, WORLD.a.host, "DC=no,DC=such")
    refused(8452, "replicate", WORLD.b.host, str(uuid.uuid4()), WORLD.dn)


def test_kcc_makes_connections_and_syncall_uses_them():
    tlib.equal(told("kcc", WORLD.a.host)["asynchronous"], False)
    tlib.equal(told("kcc", WORLD.b.host, "--async")["asynchronous"], True)
    WORLD.forest.run("kcc", WORLD.b.host)
    WORLD.forest.replicate(WORLD.a, WORLD.b, WORLD.configuration)
    WORLD.forest.replicate(WORLD.b, WORLD.a, WORLD.configuration)
    tlib.true(told("showrepl", WORLD.a.host)["NTDSConnections"], "the connection that the KCC has made")
    for arguments in ((WORLD.b.host,), (WORLD.a.host, WORLD.dn, "-P"), (WORLD.a.host, "-A", "-e"), (WORLD.b.host, "-S"), (WORLD.b.host, "-s", "-d")):
        WORLD.forest.run("syncall", *arguments, "--json")


def test_sources_and_references_are_changed():
    nc, a, b = WORLD.dn, WORLD.a, WORLD.b
    told("delete", nc, b.host, a.host, "--local-only")
    tlib.equal([n for n in told("showrepl", b.host, nc)["repsFrom"]], [])
    refused(8452, "delete", nc, b.host, a.host, "--local-only")
    told("add", nc, b.host, a.host, "--writeable", "--periodic", "--schedule", "always")
    refused(8441, "add", nc, b.host, a.host, "--writeable")
    told("mod", nc, b.host, a.host, "--set", "compress")
    flags = told("showrepl", b.host, nc)["repsFrom"][0]["flags"]
    tlib.contains(json.dumps(flags), "DS_REPL_NBR_COMPRESS_CHANGES")
    told("mod", nc, b.host, a.host, "--clear", "compress")
    told("updrefs", a.host, nc, b.host, "--delete", "--add")
    refused(8448, "updrefs", a.host, nc, b.host, "--add")
    told("updrefs", a.host, nc, b.host, "--delete")
    refused(8449, "updrefs", a.host, nc, b.host, "--delete")
    told("updrefs", a.host, nc, b.host, "--add")


def test_options_are_shown_and_say_why_they_stay():
    shown = told("options", WORLD.a.host)
    tlib.equal((shown["changed"], shown["before"]["names"]), (False, ["NTDSDSA_OPT_IS_GC"]))
    tlib.contains(refused(50, "options", WORLD.a.host, "+DISABLE_INBOUND_REPL")["detail"], "a DC of the forest that has LDAP")


# The C API: every program of examples/ntdsapi

def test_api_binds():
    a, b, forest = WORLD.a, WORLD.b, WORLD.forest
    for host, domain in ((a.host, "null"), (f"\\\\{a.host}", "null"), (f"{a.host}:{a.port}", "null"), ("null", forest.domain), ("null", "null"),
                         (forest.domain, "null"), (a.guid, "null")):
        tlib.contains(example("bind", host, domain).stdout, "bound and unbound", f"{host} {domain}")
    nowhere = {"KRB5CCNAME": "FILE:/nonexistent/ccache"}
    for program in ("bind_with_cred", "bind_with_identity"):
        example(program, a.host, "Administrator", forest.domain, text=forest.password + "\n", environment=nowhere)
    fails(1326, "bind_with_cred", a.host, "Administrator", forest.domain, text="not the password\n")
    example("bind_with_spn", a.host, f"ldap/{a.host}")
    fails(1396, "bind_with_spn", a.host, f"no-such-service/{a.host}")
    example("bind_by_instance", a.host, a.guid)
    fails(1753, "bind_by_instance", a.host, b.guid)
    example("bind_to_istg", "null")
    fails(1919, "bind_to_istg", "No-Such-Site")
    example("threads", a.host)
    example("binding_set_timeout", a.host, 5, text="go\n")


def test_api_replicates():
    a, b, nc, domain = WORLD.a, WORLD.b, WORLD.dn, WORLD.forest.domain
    sync = ("replica_sync", b.host, nc)
    for option in (0, 0x1, 0x2, 0x20, 0x40, 0x80, 0x100, 0x200, 0x4000):
        example(*sync, a.guid, hex(option))
    example(*sync, "null", 0x11)
    fails(87, *sync, "null", 0x10)
    fails(8440, "replica_sync", b.host, "DC=no,DC=such", a.guid, 0)
    example("dssync", b.host, nc, a.guid, "Administrator", domain, text=WORLD.forest.password + "\n")
    names = {dsa.name: f"{dsa.guid}._msdcs.{domain}" for dsa in (a, b)}
    lines = example("replica_sync_all", b.host, nc, 0).stdout.splitlines()
    tlib.true(f"start {names['dsa-b']} <- {names['dsa-a']}" in lines and lines[-1] == "finished", lines)
    example("replica_consistency_check", a.host, 0)
    example("replica_consistency_check", a.host, 2)
    example("replica_verify_objects", b.host, nc, a.guid, 1)


def test_api_changes_sources_and_references():
    a, b, nc = WORLD.a, WORLD.b, WORLD.dn
    address = f"{a.guid}._msdcs.{WORLD.forest.domain}"
    example("replica_del", b.host, nc, address, 0x10)  # local only
    fails(8452, "replica_del", b.host, nc, address, 0x10)
    example("replica_add", b.host, nc, address, 0x2)
    fails(8441, "replica_add", b.host, nc, address, 0x2)
    example("replica_modify", b.host, nc, a.guid, 0x20)
    example("replica_sync", b.host, nc, a.guid, 0)
    references = ("replica_update_refs", a.host, nc, f"{b.guid}._msdcs.{WORLD.forest.domain}", b.guid)
    example(*references, 0xC)
    fails(8448, *references, 0x4)
    fails(8440, "replica_update_refs", a.host, "DC=no", "x", b.guid, 0x4)


def test_api_reads_replication_state():
    a, b, nc = WORLD.a, WORLD.b, WORLD.dn
    tlib.equal({line.split(" from ")[0] for line in example("replica_get_info", b.host, 0, "null").stdout.splitlines()}, set(WORLD.forest.ncs))
    for kind in (1, 8):
        tlib.contains(example("replica_get_info", a.host, kind, nc).stdout, " USN ")
    tlib.contains(example("replica_get_info", a.host, 7, nc).stdout, "received")
    tlib.contains(example("replica_get_info", a.host, 8, nc).stdout, f"{settings_dn(a)} USN ")
    for kind in (2, 9):
        tlib.true(example("replica_get_info", a.host, kind, nc).stdout, f"kind {kind}")
    for kind in (3, 4):
        example("replica_get_info", a.host, kind, "null")
    for kind in (6, 10):
        example("replica_get_info", a.host, kind, WORLD.admins)
    tlib.contains(example("replica_get_info", a.host, 5, "null").stdout, "operations")
    fails(87, "replica_get_info", a.host, 11, "null")
    tlib.contains(example("replica_get_info2", a.host, WORLD.admins, "member").stdout, "CN=Administrator")


def test_api_names_and_lists():
    a, b, nc = WORLD.a, WORLD.b, WORLD.dn
    dn = f"CN=Administrator,CN=Users,{nc}"
    tlib.equal(example("crack_names", a.host, 2, 1, "LAB\\Administrator", "LAB\\nobody").stdout, f"0 {dn}\n5 -\n")  # of LAB\\nobody the domain is known
    tlib.equal(example("crack_names", a.host, 1, 7, dn).stdout, f"0 {WORLD.forest.domain}/Users/Administrator\n")
    servers = {f"0 {server_dn(dsa)}" for dsa in (a, b)}
    tlib.equal(example("list_sites", a.host).stdout, f"0 {WORLD.site}\n")
    tlib.equal(set(example("list_servers_in_site", a.host, WORLD.site).stdout.splitlines()), servers)
    tlib.equal(example("list_domains_in_site", a.host, WORLD.site).stdout, f"0 {nc}\n")
    tlib.equal(set(example("list_servers_for_domain_in_site", a.host, nc, WORLD.site).stdout.splitlines()), servers)
    info = example("list_info_for_server", b.host, server_dn(b)).stdout.splitlines()
    tlib.equal(info[:2], [f"0 {settings_dn(b)}", f"0 {b.host}"])
    tlib.equal(example("list_roles", b.host).stdout.splitlines(), [f"0 {settings_dn(a)}"] * 5)
    done = example("map_schema_guids", a.host, "bf967aba-0de6-11d0-a285-00aa003049e2", "bf967950-0de6-11d0-a285-00aa003049e2",
                   "00000000-0000-0000-0000-000000000001")
    tlib.equal(done.stdout.splitlines(), ["type 3 user", "type 1 description", "type 0 -"])
    tlib.equal(example("query_sites_by_cost", a.host, SITE, SITE.lower(), "nowhere").stdout.splitlines()[0], f"{SITE.lower()}: error 0, cost 0")
    controllers = example("get_domain_controller_info", a.host, WORLD.forest.domain).stdout
    for dsa in (a, b):
        tlib.true(f"{dsa.host} in {SITE}" in controllers and dsa.guid in controllers, controllers)


def test_api_writes_names_of_services():
    a = WORLD.a
    account = f"CN=DSA-A,OU=Domain Controllers,{WORLD.dn}"

    def written():
        lines = WORLD.forest.run("showchanges", a.host, account, "--object").stdout.splitlines()
        return set(json.loads(lines[0])["attributes"].get("servicePrincipalName", []))

    before = written()
    example("write_account_spn", a.host, 0, account, "one/a", "two/a")
    tlib.equal(written() - before, {"one/a", "two/a"})
    example("write_account_spn", a.host, 2, account, "one/a", "two/a")
    tlib.equal(written(), before)
    example("server_register_spn", 0, "svc", account)
    tlib.true(any(spn.startswith("svc/") for spn in written()), written())
    example("server_register_spn", 2, "svc", account)
    tlib.equal(written(), before)
    fails(8333, "server_register_spn", 0, "svc", "null")  # this machine has no account in the domain


def test_api_that_changes_the_forest_is_answered():
    a, nc = WORLD.a, WORLD.dn
    tlib.contains(example("remove_ds_server", a.host, server_dn(WORLD.b), nc).stdout, "last DC of the domain: no")  # only asked
    tlib.equal(len(told("dsaguid", a.host)["dsas"]), 2)
    # What there is no such thing for: the codes are the DC's.
    for program, arguments in (("remove_ds_domain", ("DC=no-such-domain",)), ("add_sid_history", ("OTHER", "somebody", "LAB", "Administrator")),
                               ("inherit_security_identity", (f"CN=a,{nc}", f"CN=b,{nc}"))):
        done = example(program, a.host, *arguments, status=1)
        tlib.true(re.search(r"^\w+: [1-9]\d*: ", done.stderr, re.M) and ": 1745: " not in done.stderr, done.stderr)


def test_api_that_asks_nobody():
    tlib.equal(example("make_spn", "ldap", WORLD.a.host).stdout, f"ldap/{WORLD.a.host}\n")
    tlib.contains(example("get_spn", 0, "svc", "null").stdout, "svc/")
    tlib.contains(example("crack_spn", "ldap/dc1:389/x").stdout, "instance dc1")
    tlib.contains(example("quote_rdn", "a,b").stdout, "is a,b")
    tlib.contains(example("get_rdn", "CN=a,DC=x").stdout, "DC: x")
    tlib.contains(example("crack_mangled_rdn", "x\\0ADEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab").stdout, "deleted")


def test_every_example_was_run():
    with open(os.path.abspath(__file__), encoding="utf-8") as file:
        text = file.read()
    programs = [entry.name for entry in os.scandir(EXAMPLES) if entry.is_file() and os.access(entry.path, os.X_OK)]
    tlib.true(len(programs) >= 40, f"only {len(programs)} examples")
    tlib.equal([name for name in programs if f'"{name}"' not in text], [])


def main():
    global WORLD  # pylint: disable=global-statement
    with tempfile.TemporaryDirectory() as folder, World(os.path.join(folder, "forest")) as WORLD:
        tlib.main()


if __name__ == "__main__":
    main()
