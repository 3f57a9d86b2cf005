#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 1200
# Every command against a domain: what it does to the DCs, what it says, and that each document has the members that docs/json
# describes. The error table, showrepl and blob have files of their own.

import os
import re
import subprocess

import tlib
from tlib import DC1, DC2


def documented(document):
    """The members of a document stand in docs/json/<command>.md, and its schema is that command's."""
    command = document["schema"].removeprefix("tributary.").split("/")[0]
    with open(os.path.join(os.environ["TRIBUTARY_SOURCE_DIR"], "docs", "json", f"{command}.md"), encoding="utf-8") as file:
        page = file.read()
    tlib.contains(page, document["schema"])
    for member in document:
        if member not in ("schema", "refusal"):
            tlib.contains(page, f"`{member}`", f"docs/json/{command}.md")
    return document


def json_of(*arguments, **options):
    return documented(tlib.tributary(*arguments, "--json", **options).json())


def new_user(dc, name, **values):
    """A user that no earlier run has made."""
    return tlib.add_user(dc, f"{name}-{os.getpid()}", **values)


def test_bind():
    document = json_of("bind", DC1.host)
    tlib.equal(document["host"], DC1.host)
    tlib.equal(document["principal"], "administrator@LAB.EXAMPLE")
    tlib.true(document["peer"].startswith(DC1.address + ":"), document["peer"])
    tlib.true("DRS_EXT_GETCHGREQ_V8" in document["extensions"]["dwFlags"]["names"], "extensions")
    tlib.true(json_of("bind", "lab.example")["host"] in (DC1.host, DC2.host), "a domain")
    tlib.true(json_of("bind")["host"] in (DC1.host, DC2.host), "the domain of the account")
    tlib.contains(tlib.tributary("bind", DC1.host).stdout, "DRS_EXT_STRONG_ENCRYPTION")


def test_keytab_and_ccache():
    with tlib.ticket("changes") as env:
        document = json_of("bind", DC1.host, "--use-krb5-ccache", env["KRB5CCNAME"])
        tlib.equal(document["principal"], "changes@LAB.EXAMPLE")
        keytab = env["KRB5CCNAME"].removeprefix("FILE:") + ".keytab"
        tlib.lab("keytab", keytab)
        document = json_of("bind", DC1.host, "--keytab", keytab, "-U", "DC2$@LAB.EXAMPLE", env={"KRB5CCNAME": "FILE:/nowhere"})
        tlib.equal(document["principal"], "DC2$@LAB.EXAMPLE")


def test_replicate_brings_a_user_and_shows_what_moved():
    with tlib.quiet(DC2):
        dn = new_user(DC1, "cli-replicate")
        tlib.true(not tlib.exists(DC2, dn), "the user is there already")
        document = json_of("replicate", DC2.host, DC1.host, tlib.BASE_DN, "--force")
        tlib.true(tlib.exists(DC2, dn), "the user did not arrive")
        moved = document["after"]["usnVec"]["usnHighObjUpdate"] - document["before"]["usnVec"]["usnHighObjUpdate"]
        tlib.true(moved > 0, f"the high-water mark moved by {moved}")
        tlib.equal(document["source"]["objectGUID"], DC1.dsa_guid)
        tlib.equal(document["options"], {"value": 256, "names": ["DS_REPSYNC_FORCE"]})
        # The text form, repadmin's and Samba's spellings, a source by GUID, and another order.
        text = tlib.tributary("sync", tlib.BASE_DN, DC2.host, DC1.dsa_guid, "/force").stdout
        tlib.contains(text, "already had everything")
        dn = new_user(DC1, "cli-replicate-too")
        text = tlib.tributary("/replicate", DC2.host, "DC1", tlib.BASE_DN, "--sync-forced", "--full-sync").stdout
        tlib.true(tlib.exists(DC2, dn), "the second user did not arrive")
        tlib.contains(text, "USNs further")
        tlib.true(re.search(r"usnHighObjUpdate +\d+ +\d+ +\*", text) is not None, text)


def test_replicate_without_waiting():
    document = json_of("replicate", DC2.host, tlib.BASE_DN, "--all-sources", "--async")
    tlib.equal((document["queued"], document["source"], document["before"]), (True, None, None))
    with tlib.quiet(DC2):
        pass  # options of a DC replicate too: they settle before the next test looks


def test_syncall_pulls_and_pushes():
    with tlib.quiet(DC1), tlib.quiet(DC2):
        dn = new_user(DC2, "cli-syncall")
        done = tlib.tributary("syncall", DC1.host, tlib.BASE_DN, status=1)  # inbound replication is off
        tlib.contains(done.stderr, "ERROR_DS_DRA_SINK_DISABLED")
        tlib.true(not tlib.exists(DC1, dn), "it went through although it is off")
    document = json_of("syncall", DC1.host, tlib.BASE_DN)
    tlib.true(tlib.exists(DC1, dn), "the user did not arrive by pulling")
    (nc,) = document["ncs"]
    tlib.equal([(s["destination"]["server"], s["source"]["server"]) for s in nc["steps"]], [("DC1", "DC2")])
    dn = new_user(DC1, "cli-syncall-push")
    document = json_of("syncall", "/APe", DC1.host)
    tlib.true(tlib.exists(DC2, dn), "the user did not arrive by pushing")
    tlib.equal({nc["nc"] for nc in document["ncs"]}, set(tlib.NCS))
    text = tlib.tributary("syncall", DC1.host, "-A", "--dry-run").stdout
    tlib.contains(text, "0 replications done, 0 failures.")


def test_syncall_with_a_dc_down():
    with tlib.stopped(DC2):
        done = tlib.tributary("syncall", DC1.host, tlib.BASE_DN, "--abort", "--json", status=1)
        (nc,) = done.json()["ncs"]
        tlib.equal([(f["kind"], f["server"]["server"]) for f in nc["failures"]], [("contacting", "DC2")])
        tlib.contains(done.stderr, "RPC_S_SERVER_UNAVAILABLE")


def test_kcc():
    tlib.equal(json_of("kcc", DC1.host)["asynchronous"], False)
    done = tlib.tributary("kcc", DC1.host, "--async")
    tlib.contains(done.stderr, "does not survive an asynchronous request")
    tlib.tributary("showrepl", DC1.host)


def test_queue():
    done = tlib.tributary("queue", DC1.host, "--json")
    document = documented(done.json())
    tlib.equal((document["operations"], document["alwaysEmpty"]), ([], True))
    tlib.contains(done.stderr, "runs Samba")


def test_showutdvec():
    document = json_of("showutdvec", DC1.host, tlib.BASE_DN)
    cursors = {cursor["invocationId"]: cursor for cursor in document["cursors"]}
    tlib.equal(len(cursors), len(document["cursors"]), "a cursor twice")
    tlib.equal(set(cursors), {DC1.invocation_id, DC2.invocation_id})
    raw = tlib.attributes(DC1, tlib.BASE_DN, ["replUpToDateVector"])["replUpToDateVector"][0]
    decoded = tlib.run([os.environ["TRIBUTARY"], "blob", "decode", "--json", "--type", "replUpToDateVector"], stdin=tlib.b64(raw)).json()
    stored = {cursor["uuidDsa"]: cursor["usnHighPropUpdate"] for cursor in decoded["rgCursors"]}
    tlib.true(stored[DC2.invocation_id] >= cursors[DC2.invocation_id]["usn"], "the call knows more than what is stored")
    text = tlib.tributary("showutdvec", "--latency", tlib.BASE_DN, DC1.host).stdout
    tlib.contains(text, "\\DC2")


def test_showobjmeta():
    dn = new_user(DC1, "cli-objmeta", description="one")
    directory = tlib.directory(DC1)
    directory.modify_ldif(f"dn: {dn}\nchangetype: modify\nreplace: description\ndescription: two\n")
    document = json_of("showobjmeta", DC1.host, dn)
    stamps = {stamp["attribute"]: stamp for stamp in document["attributes"]}
    tlib.equal(stamps["description"]["version"], 2)
    tlib.equal(stamps["sAMAccountName"]["version"], 1)
    tlib.equal(stamps["description"]["originatingInvocationId"], DC1.invocation_id)
    raw = tlib.attributes(DC1, dn, ["replPropertyMetaData"])["replPropertyMetaData"][0]
    decoded = tlib.run([os.environ["TRIBUTARY"], "blob", "decode", "--json", "--type", "replPropertyMetaData"], stdin=tlib.b64(raw)).json()
    tlib.equal(sorted(s["usnLocalChange"] for s in decoded["rgMetaData"]), sorted(s["localUSN"] for s in document["attributes"]), "local USNs")
    done = tlib.tributary("showobjmeta", DC1.host, f"CN=nobody,{tlib.BASE_DN}", status=1)
    tlib.contains(done.stderr, "during LDAP")
    text = tlib.tributary("showobjmeta", DC1.host, dn).stdout
    tlib.true(re.search(r"\\DC1 .* 2  description", text) is not None, text)


def test_showvalue():
    group = f"CN=Domain Admins,CN=Users,{tlib.BASE_DN}"
    administrator = f"CN=Administrator,CN=Users,{tlib.BASE_DN}"
    done = tlib.tributary("showvalue", DC1.host, group, "--json")
    document = documented(done.json())
    tlib.equal(document["source"], "getncchanges")
    tlib.equal(document["refusal"]["code"], 50)
    tlib.contains(done.stderr, "does not serve the stamps of linked values")
    stamp = next(value for value in document["values"] if value["valueDN"] == administrator)
    tlib.equal((stamp["attribute"], stamp["present"], stamp["originatingInvocationId"]), ("member", True, DC1.invocation_id))
    tlib.equal(json_of("showvalue", DC1.host, group, "managedBy")["values"], [])
    tlib.equal(len(json_of("showvalue", DC1.host, group, "member", administrator.lower())["values"]), 1)
    tlib.contains(tlib.tributary("showvalue", DC1.host, group).stdout, administrator)
    guid = next(line for line in tlib.tributary("showchanges", DC1.host, group, "--object").stdout.splitlines())
    by_guid = f"<GUID={tlib.json.loads(guid)['guid']}>"
    tlib.equal(json_of("showvalue", DC1.host, by_guid)["values"], document["values"])
    tlib.equal(len(json_of("showobjmeta", DC1.host, by_guid)["values"]), len(document["values"]))
    tlib.equal(tlib.tributary("showchanges", DC1.host, by_guid, "--object").stdout.splitlines()[0], guid)
    tlib.tributary("showvalue", DC1.host, f"CN=nobody,{tlib.BASE_DN}", status=1)


def test_showchanges_and_its_cookie(folder="/tmp"):
    cookie = os.path.join(folder, f"tributary-cookie-{os.getpid()}")
    try:
        done = tlib.tributary("showchanges", DC1.host, tlib.BASE_DN, "--cookie", cookie, "--json", timeout=300)
        lines = [tlib.json.loads(line) for line in done.stdout.splitlines()]
        end = documented(lines.pop())
        objects = [line for line in lines if line["type"] == "object"]
        links = [line for line in lines if line["type"] == "link"]
        tlib.equal((end["objects"], end["links"]), (len(objects), len(links)))
        tlib.equal(len({line["guid"] for line in objects}), len(objects), "an object twice")
        expected = len(tlib.directory(DC1).search(base=tlib.BASE_DN, scope=2, expression="(objectClass=*)", attrs=["objectGUID"],
                                                  controls=["domain_scope:1", "show_recycled:1", "search_options:1:1"]))
        tlib.true(len(objects) >= expected * 9 // 10, f"{len(objects)} objects of {expected}")
        for line in objects:
            for name in ("unicodePwd", "supplementalCredentials"):
                for value in line["attributes"].get(name, []):
                    tlib.equal(value, {"redacted": True}, f"{name} of {line['dn']}")
        # Nothing has changed: nothing comes. Then one user changes: that one comes, and nothing else.
        tlib.tributary("showchanges", DC1.host, "--cookie", cookie)
        tlib.equal(tlib.tributary("showchanges", DC1.host, "--cookie", cookie).stdout, "", "changes without a change")
        dn = new_user(DC1, "cli-showchanges")
        after = [tlib.json.loads(line) for line in tlib.tributary("showchanges", DC1.host, "--cookie", cookie).stdout.splitlines()]
        tlib.true(dn in [line["dn"] for line in after], f"{dn} is not among {after}")
        tlib.true(len(after) < 10, f"{len(after)} lines for one user")
    finally:
        if os.path.exists(cookie):
            os.unlink(cookie)


def test_showchanges_of_one_object_and_of_some_attributes():
    group = f"CN=Domain Admins,CN=Users,{tlib.BASE_DN}"
    lines = [tlib.json.loads(line) for line in tlib.tributary("showchanges", DC1.host, group, "--object").stdout.splitlines()]
    tlib.equal([line["type"] for line in lines][:1], ["object"])
    tlib.true(any(line["type"] == "link" and line["attribute"] == "member" for line in lines), "no member came")
    done = tlib.tributary("showchanges", DC1.host, tlib.BASE_DN, "--attributes", "description,sAMAccountName", "--no-metadata", "--statistics", timeout=300)
    seen = {name for line in done.stdout.splitlines() for name in tlib.json.loads(line).get("attributes", {})}
    tlib.true(seen <= {"description", "sAMAccountName", "objectClass", "isDeleted", "isRecycled", "instanceType", "nTSecurityDescriptor", "name", "cn", "objectSid", "whenCreated"}, seen)
    tlib.contains(done.stderr, "on the wire")
    tlib.tributary("showchanges", DC1.host, tlib.BASE_DN, "--attributes", "noSuchAttribute", status=1)


def test_updrefs():
    def notified():
        return {n["DSA objectGUID"] for n in tlib.tributary("showrepl", "--json", DC1.host, tlib.BASE_DN).json()["repsTo"]}

    document = json_of("updrefs", DC1.host, tlib.BASE_DN, DC2.host, "--delete")
    tlib.equal(document["destination"]["objectGUID"], DC2.dsa_guid)
    tlib.true(DC2.dsa_guid not in notified(), "dc2 is still notified")
    tlib.tributary("updaterefs", DC1.host, tlib.BASE_DN, DC2.dsa_guid, "--add")
    tlib.true(DC2.dsa_guid in notified(), "dc2 is not notified")


def test_an_nc_by_its_guid():
    raw = tlib.attributes(DC1, tlib.BASE_DN, ["objectGUID"])["objectGUID"][0]
    nc = f"<GUID={tlib.uuid.UUID(bytes_le=raw)}>"
    # Samba keeps its connection to its partner. When one of the partner's processes has ended meanwhile, the next DsReplicaSync, and that one
    # alone, is answered with ERROR_NETNAME_DELETED.
    tlib.wait_until(lambda: tlib.tributary("replicate", DC1.host, DC2.host, nc, status=None).returncode == 0, 30, "dc1 pulls from dc2")
    for arguments in (("replicate", DC1.host, DC2.host, nc), ("updrefs", DC1.host, nc, DC2.host, "--add", "--delete"), ("showutdvec", DC1.host, nc)):
        tlib.equal(json_of(*arguments)["nc"], tlib.BASE_DN, arguments[0])
    tlib.equal([one["nc"] for one in json_of("syncall", DC1.host, nc)["ncs"]], [tlib.BASE_DN])
    for command in ("add", "delete", "mod"):
        more = ("--set", "sync-on-startup") if command == "mod" else ()
        done = tlib.tributary(command, DC1.host, nc, DC2.host, *more, status=1)
        tlib.contains(done.stderr, "ERROR_NOT_SUPPORTED", command)  # Samba has no such call: the NC was understood
    done = tlib.tributary("updrefs", DC1.host, "<GUID=7f6b1f0e-0000-4000-8000-000000000000>", DC2.host, "--add", status=1)
    tlib.contains(done.stderr, "ERROR_DS_NO_SUCH_OBJECT")


def test_options():
    document = json_of("options", DC2.host, "+DISABLE_OUTBOUND_REPL")
    tlib.true(document["changed"], "nothing changed")
    try:
        text = tlib.samba_tool("drs", "options", DC2.host).stdout
        tlib.contains(text, "DISABLE_OUTBOUND_REPL")
        tlib.equal(json_of("options", DC2.host, "--set", "disable_outbound_repl")["changed"], False)
    finally:
        tlib.tributary("options", DC2.host, "-DISABLE_OUTBOUND_REPL")
    tlib.equal(json_of("options", DC2.host)["before"], {"value": 1, "names": ["NTDSDSA_OPT_IS_GC"]})
    with tlib.ticket("plain") as env:
        done = tlib.tributary("options", DC2.host, "+DISABLE_OUTBOUND_REPL", status=1, env=env)
        tlib.contains(done.stderr, "during LDAP")


def test_dsaguid():
    document = json_of("dsaguid", DC1.host)
    tlib.equal({dsa["objectGUID"]: dsa["dnsHostName"] for dsa in document["dsas"]}, {DC1.dsa_guid: DC1.host, DC2.dsa_guid: DC2.host})
    for which in (DC2.dsa_guid, DC2.invocation_id, "dc2", DC2.host.upper(), DC2.ntds_dn, f"{DC2.dsa_guid}._msdcs.lab.example"):
        (dsa,) = json_of("dsaguid", DC1.host, which)["dsas"]
        tlib.equal(dsa["server"], "DC2", which)
    tlib.tributary("dsaguid", DC1.host, "11111111-2222-3333-4444-555555555555", status=1)


def test_cracknames():
    administrator = f"CN=Administrator,CN=Users,{tlib.BASE_DN}"
    document = json_of("cracknames", DC1.host, "LAB\\administrator", "--from", "nt4")
    tlib.equal([(item["asked"], item["name"]) for item in document["items"]], [("LAB\\administrator", administrator)])
    (item,) = json_of("cracknames", DC1.host, administrator, "--offered", "DS_FQDN_1779_NAME", "--desired", "canonical")["items"]
    tlib.equal(item["name"], "lab.example/Users/Administrator")
    roles = json_of("cracknames", DC1.host, "--offered", "list-roles")["items"]
    tlib.equal([role["asked"] for role in roles], ["schema", "domain naming", "PDC", "RID", "infrastructure"])
    tlib.equal({role["name"] for role in roles}, {DC1.ntds_dn})
    done = tlib.tributary("cracknames", DC1.host, "LAB\\nobody", "--from", "nt4", "--json", status=1)
    tlib.equal(documented(done.json())["items"][0]["statusName"], "DS_NAME_ERROR_NOT_FOUND")
    tlib.contains(done.stderr, "ERROR_DS_NAME_ERROR_NOT_FOUND (8470)")


def test_showmsg():
    for text in ("8453", "0x2105", "ERROR_DS_DRA_ACCESS_DENIED", "werr_ds_dra_access_denied"):
        document = json_of("showmsg", text)
        tlib.equal((document["code"], document["name"]), (8453, "ERROR_DS_DRA_ACCESS_DENIED"))
        tlib.true(document["meaning"] and document["remedy"], "no advice")
    tlib.contains(tlib.tributary("showmsg", "-2146893022").stdout, "SEC_E_WRONG_PRINCIPAL = 2148074274 (0x80090322)")
    tlib.tributary("showmsg", "99999", status=1)
    tlib.tributary("showmsg", "what", status=1)


def test_usage():
    for arguments in ([], ["nonsense"], ["replicate"], ["replicate", DC2.host], ["replicate", DC2.host, DC1.host], ["replicate", DC2.host, tlib.BASE_DN],
                      ["replicate", DC2.host, tlib.BASE_DN, "--all-sources"], ["replicate", DC2.host, DC1.host, tlib.BASE_DN, "--all-sources", "--async"],
                      ["replicate", DC2.host, DC1.host, tlib.BASE_DN, "--options", "nothing"], ["showrepl", "--nothing"], ["showrepl", "a", "b"], ["syncall", DC1.host, tlib.BASE_DN, "-A"],
                      ["updrefs", DC1.host, tlib.BASE_DN, DC2.host], ["delete", tlib.BASE_DN, DC2.host], ["delete", tlib.BASE_DN, DC2.host, DC1.host, "--no-source"],
                      ["mod", tlib.BASE_DN, DC2.host, DC1.host], ["mod", tlib.BASE_DN, DC2.host, DC1.host, "--set", "writeable"], ["options", DC1.host, "+NOTHING"],
                      ["options", DC1.host, "+IS_GC", "-IS_GC"], ["cracknames", DC1.host, "x", "--from", "phone"], ["cracknames", DC1.host], ["showchanges", DC1.host],
                      ["blob"], ["blob", "decode"], ["showutdvec", DC1.host], ["showobjmeta", DC1.host], ["showmsg"], ["bind", DC1.host, "--timeout", "0"],
                      ["add", tlib.BASE_DN, DC2.host, DC1.host, "--schedule", "sometimes"]):
        done = tlib.tributary(*arguments, status=2)
        tlib.contains(done.stderr, "tributary: ", arguments)
        tlib.contains(done.stderr, "--help` for more", arguments)
        tlib.equal(done.stdout, "", arguments)


def test_output_that_cannot_be_written_is_a_failure():
    for command in (["showmsg", "5"], ["showchanges", DC1.host, tlib.SCHEMA_DN]):
        words = " ".join(f"'{word}'" for word in [os.environ["TRIBUTARY"], *command])
        done = tlib.run(["bash", "-c", f"{words} > /dev/full"], status=1)
        tlib.contains(done.stderr, "standard output")
        done = tlib.run(["bash", "-c", f"set -o pipefail; {words} | true"], status=None)
        tlib.true(done.returncode in (0, 1), f"{command}: status {done.returncode}")


def commands():
    listed = re.findall(r"^  ([a-z]+)(?:, [a-z]+)*  +\S", tlib.tributary("--help").stdout.split("Make it replicate:")[1], re.M)
    tlib.true(len(listed) == 21, listed)
    return listed


def test_help_of_every_command_has_examples():
    for command in commands():
        text = tlib.tributary(command, "--help").stdout
        tlib.contains(text, "Examples:\n  tributary ", command)
        tlib.true(all(len(line) < 200 for line in text.splitlines()), f"long lines in the help of {command}")
    tlib.true(tlib.tributary("--version").stdout.startswith("tributary "), "version")


def test_man_page_is_what_help_says():
    source = os.environ["TRIBUTARY_SOURCE_DIR"]
    generated = tlib.run([f"{source}/packaging/man/generate", os.environ["TRIBUTARY"]]).stdout
    with open(f"{source}/packaging/man/tributary.1", encoding="utf-8") as file:
        tlib.true(file.read() == generated, "packaging/man/tributary.1 is not what packaging/man/generate makes: run it")
    done = tlib.run(["groff", "-man", "-Tutf8", "-ww", f"{source}/packaging/man/tributary.1"])
    tlib.equal(done.stderr, "", "groff's warnings")


def complete(*words):
    """What bash offers for the last word."""
    source = os.environ["TRIBUTARY_SOURCE_DIR"]
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tributary; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", f"{source}/packaging/completion/tributary", os.environ["TRIBUTARY"], *words], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()


def test_completion():
    tlib.equal(complete("showr"), ["showrepl"])
    tlib.equal(set(commands()) - set(complete("")), set(), "commands that are not offered")
    tlib.true("--force" in complete("replicate", "--f"), complete("replicate", "--f"))
    tlib.true("--json" in complete("replicate", "--js"), "common options")
    tlib.true({"decode", "encode", "types"} <= set(complete("blob", "")), complete("blob", ""))
    tlib.true("replUpToDateVector" in complete("blob", "decode", "--type", "repl"), complete("blob", "decode", "--type", "repl"))


if __name__ == "__main__":
    tlib.main()
