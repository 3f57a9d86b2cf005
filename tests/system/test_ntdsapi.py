#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# The C API against real DCs: every example of examples/, which are programs as they are written for Windows, one for each function
# of ntdsapi.h. Options, codes and structures: [MS-DRSR] 4.1; what Samba does not serve is told by its code.
import os
import re
import subprocess

import tlib
from tlib import BASE_DN, CONFIG_DN, DC1, DC2

EXAMPLES = os.path.join(os.environ["TRIBUTARY_BUILD_DIR"], "examples")
SITE_DN = f"CN=Default-First-Site-Name,CN=Sites,{CONFIG_DN}"
FORCE = 0x100  # DS_REPSYNC_FORCE


def example(name, *args, **options):
    return tlib.run([os.path.join(EXAMPLES, name), *args], **options)


def fails(code, name, *args, **options):
    """The example fails with this Win32 code."""
    done = example(name, *args, status=1, **options)
    tlib.true(re.search(rf"^\w+: {code}: ", done.stderr, re.M), f"not code {code}\n{done}")
    return done


def password(who):
    with open(tlib.password_file(who), encoding="utf-8") as file:
        return file.read()


def down_and_up_again(test):
    """Runs test while dc2 is down; afterwards waits until dc1 pulls from it again: its first tries find the old connection dead."""
    with tlib.stopped(DC2):
        test()
    for nc in (BASE_DN, CONFIG_DN):
        tlib.wait_until(lambda: example("replica_sync", DC1.host, nc, DC2.dsa_guid, 0, status=None).returncode == 0, 30, "a pull from dc2")


# The main job

def test_the_classic_program_replicates_a_new_user():
    with tlib.quiet(DC2):
        dn = tlib.add_user(DC1, f"ntdsapi-{os.getpid()}")
        tlib.true(not tlib.exists(DC2, dn), "the user is there already")
        before = tlib.reps_from(DC2, BASE_DN)[DC1.dsa_guid].highwatermark.tmp_highest_usn
        fails(8457, "replica_sync", DC2.host, BASE_DN, DC1.dsa_guid, 0)  # inbound replication is disabled
        example("replica_sync", DC2.host, BASE_DN, DC1.dsa_guid, FORCE)
        tlib.true(tlib.exists(DC2, dn), "the user did not arrive")
        after = tlib.reps_from(DC2, BASE_DN)[DC1.dsa_guid].highwatermark.tmp_highest_usn
        tlib.true(after > before, f"the high-water mark did not move: {before}, {after}")


def test_dssync_with_a_password_shows_before_and_after():
    done = example("dssync", DC2.host, BASE_DN, DC1.dsa_guid, "administrator", "LAB", stdin=password("administrator"))
    tlib.contains(done.stdout, "DsReplicaSync succeeded. After:")
    usns = [int(usn) for usn in re.findall(r"USN (\d+)", done.stdout)]
    stored = tlib.reps_from(DC2, BASE_DN)[DC1.dsa_guid].highwatermark.tmp_highest_usn
    tlib.true(len(usns) == 2 and usns[0] <= usns[1] <= stored, f"{usns} against {stored}\n{done}")
    tlib.contains(done.stdout, DC1.ntds_dn)


# Binding

def test_bind_finds_its_dc():
    for host, domain in ((DC1.host, "null"), (f"\\\\{DC1.host}", "null"), ("null", "lab.example"), ("null", "null"), ("lab.example", "null")):
        tlib.contains(example("bind", host, domain).stdout, "bound and unbound", f"{host} {domain}")


def test_bind_with_credentials():
    secret = password("administrator")
    for program, user, domain in (("bind_with_cred", "administrator", "LAB"), ("bind_with_cred", "administrator@LAB.EXAMPLE", "null"),
                                  ("bind_with_cred", "administrator", "lab.example"), ("bind_with_identity", "administrator", "LAB")):
        example(program, DC1.host, user, domain, stdin=secret, env={"KRB5CCNAME": "FILE:/nonexistent/ccache"})
    fails(1326, "bind_with_cred", DC1.host, "administrator", "LAB", stdin="not the password\n")
    fails(1326, "bind_with_cred", DC1.host, "nobody-of-this-name", "LAB", stdin="x\n")


def test_bind_under_a_name_and_with_flags():
    example("bind_with_spn", DC1.host, f"ldap/{DC1.host}")
    example("bind_with_spn", DC1.host, f"ldap/{DC1.host}", 7)
    fails(1004, "bind_with_spn", DC1.host, f"ldap/{DC1.host}", 8)
    fails(1396, "bind_with_spn", DC1.host, f"no-such-service/{DC1.host}")


def test_bind_to_an_instance_and_to_the_generator():
    example("bind_by_instance", DC1.host, DC1.dsa_guid)
    fails(1753, "bind_by_instance", DC1.host, DC2.dsa_guid)
    example("bind_to_istg", "null")
    example("bind_to_istg", "Default-First-Site-Name")
    fails(1919, "bind_to_istg", "No-Such-Site")


def test_a_handle_in_many_threads_closed_under_them():
    tlib.contains(example("threads", DC1.host).stdout, "unbind 0, answered all, refused 8, failed 0")


def test_a_call_ends_when_its_time_is_over():
    program = subprocess.Popen([os.path.join(EXAMPLES, "binding_set_timeout"), DC2.host, "2"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    tlib.equal(program.stdout.readline(), "bound\n")
    with tlib.frozen(DC2):
        output, errors = program.communicate("go\n", timeout=30)
    tlib.contains(errors, "DsListRoles: 1460: ERROR_TIMEOUT")
    after_ms = int(re.search(r"after (\d+) ms", output).group(1))
    tlib.true(1900 <= after_ms <= 4000, f"it took {after_ms} ms")


# DsReplicaSync, option by option, and its codes

def test_sync_options_and_their_errors():
    sync = ("replica_sync", DC2.host, BASE_DN)
    fails(87, *sync, "null", 0x10)                       # ALL_SOURCES is asynchronous only
    example(*sync, "null", 0x11)
    fails(8437, *sync, "null", 0)                        # no source
    fails(8437, *sync, "00000000-0000-0000-0000-000000000000", 0)
    fails(87, *sync, DC1.dsa_guid, 0x80000000)           # no such option
    fails(8440, "replica_sync", DC2.host, "DC=no,DC=such,DC=nc", DC1.dsa_guid, 0)
    for option in (0x1, 0x2, 0x20, 0x40, 0x80, 0x200, 0x4000, 0x42):
        example(*sync, DC1.dsa_guid, hex(option))


def test_sync_without_the_right():
    with tlib.ticket("plain") as environment:
        fails(8453, "replica_sync", DC2.host, BASE_DN, DC1.dsa_guid, 0, env=environment)


def test_sync_at_a_dc_that_is_down():
    down_and_up_again(lambda: fails(1722, "replica_sync", DC2.host, BASE_DN, DC1.dsa_guid, 0))
    fails(1722, "bind", "no-such-host.lab.example", "null")


def test_sync_all_visits_both_directions():
    ids = {dc.name: f"{dc.dsa_guid}._msdcs.lab.example" for dc in (DC1, DC2)}
    towards = example("replica_sync_all", DC1.host, "null", 0).stdout.splitlines()
    tlib.equal(towards, [f"start {ids['dc1']} <- {ids['dc2']}", f"done {ids['dc1']} <- {ids['dc2']} ({CONFIG_DN})", "finished"])
    outwards = example("replica_sync_all", DC1.host, BASE_DN, 0x34).stdout.splitlines()  # by DN, outwards, without the check
    tlib.equal(outwards, [f"start {DC2.ntds_dn} <- {DC1.ntds_dn}", f"done {DC2.ntds_dn} <- {DC1.ntds_dn} ({BASE_DN})", "finished"])
    tlib.equal(example("replica_sync_all", DC1.host, BASE_DN, 0x8).stdout.splitlines(), ["finished"])
    fails(1223, "replica_sync_all", DC1.host, BASE_DN, 0, 1)
    fails(8440, "replica_sync_all", DC1.host, "DC=no", 0)


def test_sync_all_names_the_dc_that_is_down():
    def test():
        done = example("replica_sync_all", DC1.host, BASE_DN, 0)
        tlib.contains(done.stdout, f"failed: {DC2.dsa_guid}._msdcs.lab.example from -: 1722")
        tlib.contains(done.stdout, "finished")
        fails(1722, "replica_sync_all", DC1.host, BASE_DN, 1)

    down_and_up_again(test)


# The other changes; Samba refuses most of them with codes of its own

def test_update_refs_adds_and_deletes():
    refs = ("replica_update_refs", DC1.host, BASE_DN, f"{DC2.dsa_guid}._msdcs.lab.example", DC2.dsa_guid)
    fails(8448, *refs, 0x4)     # is there
    example(*refs, 0xc)         # replaced
    fails(8437, *refs, 0x2)     # neither added nor deleted
    fails(8439, "replica_update_refs", DC1.host, "DC=no", "x", DC2.dsa_guid, 0x4)  # Samba: a bad DN, not a bad NC


def test_add_del_and_modify_are_checked_here_and_refused_there():
    fails(87, "replica_add", DC1.host, BASE_DN, "dc9.lab.example", 0x80000000)
    fails(87, "replica_del", DC1.host, BASE_DN, "null", 0)
    fails(87, "replica_modify", DC1.host, BASE_DN, DC2.dsa_guid, 0x10)  # WRITEABLE cannot be modified
    for program, arguments in (("replica_add", ("dc9.lab.example", 1)), ("replica_del", ("dc9.lab.example", 0)),
                               ("replica_modify", (DC2.dsa_guid, 0x20))):
        example(program, DC1.host, BASE_DN, *arguments, status=1)


def test_consistency_check():
    example("replica_consistency_check", DC1.host, 0)
    example("replica_consistency_check", DC1.host, 2)
    fails(1004, "replica_consistency_check", DC1.host, 4)


def test_calls_that_samba_does_not_have():
    fails(1745, "replica_verify_objects", DC1.host, BASE_DN, DC2.dsa_guid, 1)
    fails(1745, "add_sid_history", DC1.host, "OTHER", "somebody", "LAB", "administrator")
    fails(1745, "inherit_security_identity", DC1.host, f"CN=a,{BASE_DN}", f"CN=b,{BASE_DN}")
    fails(1745, "remove_ds_domain", DC1.host, "DC=no-such-domain")


def test_remove_ds_server_only_asks():
    done = example("remove_ds_server", DC1.host, f"CN=DC2,CN=Servers,{SITE_DN}", BASE_DN)
    tlib.contains(done.stdout, "last DC of the domain: no")
    tlib.true(tlib.exists(DC1, DC2.ntds_dn), "it was removed although nobody committed")


# Replication state

def test_neighbors_agree_with_reps_from():
    lines = example("replica_get_info", DC1.host, 0, "null").stdout.splitlines()
    tlib.equal({line.split(" from ")[0] for line in lines}, set(tlib.NCS))
    usn = int(example("replica_get_info", DC1.host, 0, BASE_DN).stdout.rsplit("USN ", 1)[1])
    stored = tlib.reps_from(DC1, BASE_DN)[DC2.dsa_guid].highwatermark.tmp_highest_usn
    tlib.true(usn <= stored <= usn + 1000, f"{usn} against {stored}")


def test_cursors_in_every_form():
    for line in (f"{DC1.invocation_id} USN ", f"{DC2.invocation_id} USN "):
        tlib.contains(example("replica_get_info", DC1.host, 1, BASE_DN).stdout, line)
    tlib.contains(example("replica_get_info", DC1.host, 7, BASE_DN).stdout, "received")
    named = example("replica_get_info", DC1.host, 8, BASE_DN).stdout  # made from type 7, which Samba serves
    for dc in (DC1, DC2):
        tlib.contains(named, f"{dc.ntds_dn} USN ")


def test_metadata_and_queue():
    tlib.contains(example("replica_get_info", DC1.host, 2, BASE_DN).stdout, f"dc version 1 USN ")
    tlib.contains(example("replica_get_info", DC1.host, 9, BASE_DN).stdout, "received")
    tlib.contains(example("replica_get_info", DC1.host, 5, "null").stdout, "0 operations")
    for unserved in (3, 4, 6, 10):
        fails(50, "replica_get_info", DC1.host, unserved, BASE_DN)
    fails(50, "replica_get_info2", DC1.host, f"CN=Domain Admins,CN=Users,{BASE_DN}", "member")
    fails(87, "replica_get_info", DC1.host, 11, "null")
    with tlib.ticket("plain") as environment:
        fails(8453, "replica_get_info", DC1.host, 0, BASE_DN, env=environment)


# Names and lists

def test_names_are_translated():
    dn = f"CN=Administrator,CN=Users,{BASE_DN}"
    tlib.equal(example("crack_names", DC1.host, 2, 1, "LAB\\Administrator", "LAB\\nobody").stdout, f"0 {dn}\n2 -\n")
    tlib.equal(example("crack_names", DC1.host, 1, 7, dn).stdout, "0 lab.example/Users/Administrator\n")


def test_lists_are_complete():
    servers = {f"0 CN=DC1,CN=Servers,{SITE_DN}", f"0 CN=DC2,CN=Servers,{SITE_DN}"}
    tlib.equal(example("list_sites", DC1.host).stdout, f"0 {SITE_DN}\n")
    tlib.equal(set(example("list_servers_in_site", DC1.host, SITE_DN).stdout.splitlines()), servers)
    tlib.equal(example("list_domains_in_site", DC1.host, SITE_DN).stdout, f"0 {BASE_DN}\n")
    tlib.equal(set(example("list_servers_for_domain_in_site", DC1.host, BASE_DN, SITE_DN).stdout.splitlines()), servers)
    tlib.equal(example("list_servers_for_domain_in_site", DC1.host, "DC=other", SITE_DN).stdout, "")
    tlib.equal(example("list_info_for_server", DC2.host, f"CN=DC2,CN=Servers,{SITE_DN}").stdout.splitlines(),
               [f"0 {DC2.ntds_dn}", f"0 {DC2.host}", f"0 CN=DC2,OU=Domain Controllers,{BASE_DN}"])
    tlib.equal(example("list_roles", DC2.host).stdout.splitlines(), [f"0 {DC1.ntds_dn}"] * 5)


def test_domain_controllers():
    lines = set(example("get_domain_controller_info", DC1.host, "lab.example").stdout.splitlines())
    tlib.equal(lines, {f"{DC1.host} in Default-First-Site-Name, PDC, GC, DSA {DC1.dsa_guid}",
                       f"{DC2.host} in Default-First-Site-Name, GC, DSA {DC2.dsa_guid}"})


def test_schema_guids():
    done = example("map_schema_guids", DC1.host, "bf967aba-0de6-11d0-a285-00aa003049e2", "bf967950-0de6-11d0-a285-00aa003049e2",
                   "1131f6ab-9c07-11d1-f79f-00c04fc2dcd2", "59ba2f42-79a2-11d0-9020-00c04fc2d3cf", "00000000-0000-0000-0000-000000000001")
    tlib.equal(done.stdout.splitlines(), ["type 3 user", "type 1 description", "type 4 DS Replication Synchronize",
                                          "type 2 General Information", "type 0 -"])


def test_costs_between_sites():
    done = example("query_sites_by_cost", DC1.host, "Default-First-Site-Name", "default-first-site-name", "nowhere")
    tlib.equal(done.stdout, "default-first-site-name: error 0, cost 0\nnowhere: error 8333, cost 4294967295\n")
    fails(8333, "query_sites_by_cost", DC1.host, "nowhere", "nowhere")


# Service principal names

def test_spns_are_written():
    dn = tlib.add_user(DC1, f"ntdsapi-spn-{os.getpid()}")
    one, two = f"one/a{os.getpid()}", f"two/a{os.getpid()}"  # a name is unique in the forest
    write = ("write_account_spn", DC1.host)

    def written():
        return {value.decode() for value in tlib.attributes(DC1, dn, ["servicePrincipalName"])["servicePrincipalName"]}

    example(*write, 0, dn, one, two)
    tlib.equal(written(), {one, two})
    example(*write, 2, dn, one)
    tlib.equal(written(), {two})
    example("server_register_spn", 0, "svc", dn)
    tlib.true(any(spn.startswith("svc/") for spn in written()), f"not registered: {written()}")
    example("server_register_spn", 2, "svc", dn)
    tlib.equal(written(), {two})
    fails(87, *write, 0, dn)                              # nothing to add
    fails(8333, "server_register_spn", 0, "svc", "null")  # this machine has no account in the domain
    with tlib.ticket("plain") as environment:
        example(*write, 0, dn, f"three/a{os.getpid()}", status=1, env=environment)
    example(*write, 1, dn, one)  # without names Samba changes nothing and says success
    tlib.equal(written(), {one})


def test_spns_are_made_and_taken_apart():
    tlib.equal(example("make_spn", "ldap", DC1.address).stdout.split("/")[0], "ldap")
    tlib.equal(example("make_spn", "ldap", DC1.host).stdout, f"ldap/{DC1.host}\n")
    tlib.equal(example("make_spn", "ldap", "lab.example", "dc1", 389).stdout, "ldap/dc1:389/lab.example\n")
    tlib.contains(example("get_spn", 0, "svc", "null").stdout, "svc/")
    tlib.equal(example("crack_spn", "ldap/dc1:389/x").stdout, "class ldap, instance dc1, port 389, service x\n")
    tlib.equal(example("crack_spn", "MSSQLSvc/db:SALES@LAB.EXAMPLE").stdout, "port SALES, realm LAB.EXAMPLE\n")


def test_names_are_quoted_and_walked():
    tlib.equal(example("quote_rdn", "a,b").stdout, "a\\,b is a,b\n")
    tlib.equal(example("get_rdn", "CN=a\\,b,DC=x").stdout, "CN: a\\,b\nDC: x\n")
    mangled = "x\\0ADEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab"
    tlib.equal(example("crack_mangled_rdn", mangled).stdout, "deleted, object 0f6c2a31-4b5d-4c1e-9a7b-1234567890ab\n")
    tlib.contains(example("get_rdn", f"CN={mangled},DC=x").stdout, "deleted\n")


def test_every_example_was_run():
    with open(os.path.abspath(__file__), encoding="utf-8") as file:
        text = file.read()
    programs = [entry.name for entry in os.scandir(EXAMPLES) if entry.is_file() and os.access(entry.path, os.X_OK)]
    tlib.true(len(programs) >= 40, f"only {len(programs)} examples")
    unused = [name for name in programs if f'"{name}"' not in text]
    tlib.equal(unused, [])


if __name__ == "__main__":
    tlib.main()
