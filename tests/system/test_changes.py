#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# lab: --dcs 1 --users 10000 --groups 500
# timeout: 900
# The change stream of a whole domain ([MS-DRSR] 4.1.10): everything once, from where a cookie stands, within its memory, also when
# the reader is killed in the middle. What is there is counted with Samba's LDAP client.

import collections
import json
import os
import re
import subprocess
import tempfile
import time

import tlib
from tlib import DC1

ANONYMOUS_KB_MAX = 100 * 1024
SECRETS = ("unicodePwd", "dBCSPwd", "ntPwdHistory", "lmPwdHistory", "supplementalCredentials", "currentValue")
FOLDER = tempfile.mkdtemp(prefix="tributary-changes-")
FULL_COOKIE = os.path.join(FOLDER, "full.cookie")


class Changes:
    """What a run of showchanges printed."""

    def __init__(self, text):
        lines = [json.loads(line) for line in text.splitlines()]
        self.objects = [line for line in lines if line["type"] == "object"]
        self.links = [line for line in lines if line["type"] == "link"]
        tlib.equal(len(lines), len(self.objects) + len(self.links), "lines of a known type")

    def keys(self):
        return [(each["guid"],) for each in self.objects] + [link_key(each) for each in self.links]


def link_key(link):
    return link["guid"], link["attribute"], link["value"]["guid"]


def showchanges(*args, **options):
    options.setdefault("timeout", 300)
    return Changes(tlib.tributary("showchanges", DC1.host, tlib.BASE_DN, *args, **options).stdout)


def ldap_count(expression):
    """Entries and values of member."""
    found = tlib.run(["ldapsearch", "-N", "-Y", "GSSAPI", "-Q", "-LLL", "-E", "pr=1000/noprompt", "-H", f"ldap://{DC1.host}",
                      "-b", tlib.BASE_DN, expression, "member"]).stdout
    return len(re.findall("^dn:", found, re.M)), len(re.findall("^member:", found, re.M))


def read_all():
    if not os.path.exists(FULL_COOKIE):
        read_all.changes = showchanges("--cookie", FULL_COOKIE)
    return read_all.changes


def status_kb(pid, field):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return next((int(line.split()[1]) for line in file if line.startswith(field + ":")), 0)


def test_all_objects_and_links_once():
    changes = read_all()
    tlib.equal(len(changes.keys()), len(set(changes.keys())), "objects and links, once each")
    users = [each for each in changes.objects if "user" in each["attributes"].get("objectClass", []) and not each["is_deleted"]]
    groups = [each for each in changes.objects if "group" in each["attributes"].get("objectClass", []) and not each["is_deleted"]]
    members = [each for each in changes.links if each["attribute"] == "member" and each["is_present"]]
    tlib.true(len(users) >= 10000, f"{len(users)} users")
    tlib.equal(len(users), ldap_count("(&(objectClass=user)(!(isDeleted=TRUE)))")[0], "users")
    tlib.equal((len(groups), len(members)), ldap_count("(&(objectClass=group)(!(isDeleted=TRUE)))"), "groups and members")
    for each in changes.objects:
        tlib.equal(len(each["metadata"]), len(each["attributes"]), f"stamps of {each['dn']}")


def test_values_are_those_of_ldap():
    dn = f"CN=Administrator,CN=Users,{tlib.BASE_DN}"
    found = next(each for each in read_all().objects if each["dn"] == dn)
    raw = tlib.attributes(DC1, dn, ["sAMAccountName", "description", "objectSid", "userAccountControl", "logonHours", "objectGUID"])
    shown = found["attributes"]
    for name in ("sAMAccountName", "description"):
        tlib.equal([value.encode() for value in shown[name]], raw[name], name)
    tlib.equal(shown["userAccountControl"], [int(raw["userAccountControl"][0])], "userAccountControl")
    from samba.dcerpc import misc, security
    from samba.ndr import ndr_unpack
    tlib.equal(shown["objectSid"], [str(ndr_unpack(security.dom_sid, raw["objectSid"][0]))], "objectSid")
    tlib.equal(found["sid"], shown["objectSid"][0], "sid")
    tlib.equal(found["guid"], str(ndr_unpack(misc.GUID, raw["objectGUID"][0])), "guid")
    tlib.equal([value["base64"] for value in shown.get("logonHours", [])], [tlib.b64(value) for value in raw["logonHours"]], "logonHours")
    tlib.equal(sorted(shown["objectClass"]), ["organizationalPerson", "person", "top", "user"], "objectClass")


def test_no_secret_is_printed():
    for each in read_all().objects:
        for name in SECRETS:
            for value in each["attributes"].get(name, []):
                tlib.equal(value, {"redacted": True}, f"{name} of {each['dn']}")


def test_nothing_is_left_after_the_end():
    read_all()
    again = showchanges("--cookie", FULL_COOKIE)
    tlib.equal(again.keys(), [], "changes behind a cookie that has just been made")


def test_five_users_and_a_member_later():
    read_all()
    names = [f"changes-{number}" for number in range(5)]
    dns = [tlib.add_user(DC1, name) for name in names]
    changes = showchanges("--cookie", FULL_COOKIE)
    tlib.equal(sorted(each["dn"] for each in changes.objects if not each["dn"].startswith("CN=RID Set,")), sorted(dns), "new objects")
    tlib.equal(changes.links, [], "new links")

    group = f"CN=Domain Guests,CN=Users,{tlib.BASE_DN}"
    tlib.run(["ldbmodify", "-H", f"ldap://{DC1.host}", f"--use-krb5-ccache={os.environ['KRB5CCNAME']}"],
             stdin=f"dn: {group}\nchangetype: modify\nadd: member\nmember: {dns[0]}\n")
    changes = showchanges("--cookie", FULL_COOKIE)
    tlib.equal([(each["dn"], each["attribute"], each["value"]["dn"], each["is_present"]) for each in changes.links],
               [(group, "member", dns[0], True)], "the new member")
    tlib.directory(DC1).delete(dns[4])
    changes = showchanges("--cookie", FULL_COOKIE)
    tlib.equal([each["is_deleted"] for each in changes.objects], [True], "the tombstone")
    for dn in dns[:4]:
        tlib.directory(DC1).delete(dn)
    showchanges("--cookie", FULL_COOKIE)


def killed_after(cookie, count):
    """Runs showchanges, reads so many lines, and kills it, which by then waits for a reader; what it printed whole."""
    with subprocess.Popen([os.environ["TRIBUTARY"], "showchanges", DC1.host, tlib.BASE_DN, "--cookie", cookie], stdout=subprocess.PIPE) as child:
        lines = [child.stdout.readline() for _ in range(count)]
        child.kill()
        lines += child.stdout.readlines()
    return Changes(b"".join(line for line in lines if line.endswith(b"\n")).decode())


def test_killed_in_the_middle():
    whole = set(showchanges().keys())
    for count in (2000, 15000):  # among the objects, and among the links that follow them
        cookie = os.path.join(FOLDER, f"killed-{count}.cookie")
        first = killed_after(cookie, count)
        with open(cookie, encoding="utf-8") as file:
            tlib.equal(json.load(file)["cycle_complete"], False, "the cookie of a killed run")
        rest = showchanges("--cookie", cookie)
        # A page that was printed and not yet remembered comes again: that is at most one (400 objects or 1,500 links).
        twice = set(first.keys()) & set(rest.keys())
        tlib.true(len(twice) <= 1500, f"{len(twice)} changes came twice")
        tlib.equal(whole - set(first.keys()) - set(rest.keys()), set(), "changes that are missing")
        tlib.equal(showchanges("--cookie", cookie).keys(), [], "changes after the end")


def test_stopped_after_whole_pages_brings_nothing_twice():
    # SIGSTOP is not the end: what a slow reader has not read yet is not lost.
    import signal
    cookie = os.path.join(FOLDER, "paused.cookie")
    with open(os.path.join(FOLDER, "paused"), "w+b") as out:
        child = subprocess.Popen([os.environ["TRIBUTARY"], "showchanges", DC1.host, tlib.BASE_DN, "--cookie", cookie], stdout=out)
        tlib.wait_until(lambda: os.path.exists(cookie), 60, "the first page")
        child.send_signal(signal.SIGSTOP)
        time.sleep(2)
        child.send_signal(signal.SIGCONT)
        tlib.equal(child.wait(timeout=300), 0, "exit status")
        out.seek(0)
        keys = Changes(out.read().decode()).keys()
    tlib.equal(len(keys), len(set(keys)), "objects and links, once each")


def test_memory_stays_small():
    with open(os.devnull, "wb") as out:
        child = subprocess.Popen([os.environ["TRIBUTARY"], "showchanges", DC1.host, tlib.BASE_DN], stdout=out)
    peak = 0
    while child.poll() is None:
        try:
            peak = max(peak, status_kb(child.pid, "RssAnon"))
        except OSError:
            break
        time.sleep(0.02)
    tlib.equal(child.wait(timeout=300), 0, "exit status")
    tlib.true(0 < peak <= ANONYMOUS_KB_MAX, f"{peak} kB of anonymous memory")


def test_get_changes_alone_suffices():
    with tlib.ticket("changes") as env:
        changes = showchanges("--page", "2000", env=env)
    tlib.true(len(changes.objects) >= 10000, f"{len(changes.objects)} objects")
    with tlib.ticket("plain") as env:
        done = tlib.tributary("showchanges", DC1.host, tlib.BASE_DN, env=env, status=1)
    tlib.contains(done.stderr, "8453")


def test_some_attributes_only():
    changes = showchanges("--attributes", "sAMAccountName,member")
    names = collections.Counter(name for each in changes.objects for name in each["attributes"])
    tlib.true(names["sAMAccountName"] >= 10000, f"{names}")
    tlib.equal(set(names) & {"description", "sn", "userAccountControl"}, set(), "attributes nobody asked for")


def test_one_object_whole():
    dn = f"CN=Domain Admins,CN=Users,{tlib.BASE_DN}"
    changes = Changes(tlib.tributary("showchanges", DC1.host, dn, "--object").stdout)
    tlib.equal([each["dn"] for each in changes.objects], [dn], "objects")
    tlib.equal([each["value"]["dn"] for each in changes.links if each["is_present"]], [f"CN=Administrator,CN=Users,{tlib.BASE_DN}"], "members")


def test_naming_contexts_that_are_not_there():
    done = tlib.tributary("showchanges", DC1.host, "DC=nowhere,DC=example", status=1)
    tlib.contains(done.stderr, "84")


def test_cookies_of_another_request():
    read_all()
    done = tlib.tributary("showchanges", DC1.host, tlib.CONFIG_DN, "--cookie", FULL_COOKIE, status=1)
    tlib.contains(done.stderr, tlib.BASE_DN)
    with open(os.path.join(FOLDER, "wrong.cookie"), "w", encoding="utf-8") as file:
        file.write("{}")
    done = tlib.tributary("showchanges", DC1.host, "--cookie", file.name, status=1)
    tlib.contains(done.stderr, "cookie")


# [MS-DRSR] 4.1.10.1.1: USNs of another incarnation of the database count for nothing; the up-to-dateness vector still does.
def test_cookie_of_another_incarnation():
    read_all()
    showchanges("--cookie", FULL_COOKIE)
    with open(FULL_COOKIE, encoding="utf-8") as file:
        cookie = json.load(file)
    cookie["invocation_id"] = "12345678-1234-1234-1234-123456789abc"
    path = os.path.join(FOLDER, "incarnation.cookie")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(cookie, file)
    changes = showchanges("--cookie", path)
    tlib.equal([each["dn"] for each in changes.objects if each["attributes"]], [], "changes that the vector says are known")
    with open(path, encoding="utf-8") as file:
        tlib.equal(json.load(file)["invocation_id"], DC1.invocation_id, "the cookie's DC")


if __name__ == "__main__":
    import atexit
    import shutil
    atexit.register(shutil.rmtree, FOLDER, True)
    tlib.main()
