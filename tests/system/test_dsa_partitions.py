# SPDX-License-Identifier: Apache-2.0
# lab: none
# timeout: 3600
# Three DSAs of ours, each in a network namespace, under a random load on all three, while links are cut, packets get lost and lines are slow:
# equal at the end, by digest. Half a minute here; TRIBUTARY_PARTITION_MINUTES=15 is the long form, TRIBUTARY_SEED another run.
# Lines are slowed down by a token bucket (tbf) where the kernel has no netem. Needs root for the namespaces.

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

NAMES = ("dsa-a", "dsa-b", "dsa-c")
NETWORK = "10.79.7."
SECONDS = float(os.environ.get("TRIBUTARY_PARTITION_MINUTES", "0.5")) * 60
SEED = int(os.environ.get("TRIBUTARY_SEED", "7"))
SETTLE_SECONDS = 120
FAULT_SECONDS = (1.0, 4.0)
FAULTS_MIN = 5

if "TRIBUTARY_IN_NAMESPACE" not in os.environ:
    os.environ["TRIBUTARY_IN_NAMESPACE"] = "1"
    enter = "mount -t tmpfs tmpfs /run/netns 2>/dev/null || { mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns; }; ip link set lo up && exec \"$@\""
    os.execvp("unshare", ["unshare", "-n", "-m", "sh", "-c", enter, "sh", sys.executable, *sys.argv])

import tlib  # noqa: E402
from ours import OurForest  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="tributary-cuts-")
FOREST = OurForest(FOLDER, os.environ["TRIBUTARY_BUILD_DIR"], kdc_address=NETWORK + "254")
DSAS = []
CHANCE = random.Random(SEED)


def run(*words):
    subprocess.run(words, check=True, capture_output=True, timeout=30)


def make_network():
    run("ip", "link", "add", "br0", "type", "bridge")
    run("ip", "address", "add", NETWORK + "254/24", "dev", "br0")
    run("ip", "link", "set", "br0", "up")
    for number, name in enumerate(NAMES, 1):
        run("ip", "netns", "add", name)
        run("ip", "link", "add", f"v{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", f"v{number}", "master", "br0", "up")
        for words in (("address", "add", f"{NETWORK}{number}/24", "dev", "eth0"), ("link", "set", "eth0", "up"), ("link", "set", "lo", "up")):
            run("ip", "-n", name, *words)
        run("ip", "netns", "exec", name, "nft", "add table ip faults; add chain ip faults in { type filter hook input priority 0; }")


def set_fault(name, kind):
    """What befalls the packets that a DSA receives from the others; the KDC stays in reach."""
    run("ip", "netns", "exec", name, "nft", "flush chain ip faults in")
    subprocess.run(["tc", "-n", name, "qdisc", "del", "dev", "eth0", "root"], capture_output=True, timeout=30, check=False)
    others = [number for number, each in enumerate(NAMES, 1) if each != name]
    if kind == "cut from all":
        run("ip", "netns", "exec", name, "nft", f"add rule ip faults in ip saddr {{ {', '.join(NETWORK + str(n) for n in others)} }} drop")
    elif kind == "deaf for one":
        run("ip", "netns", "exec", name, "nft", f"add rule ip faults in ip saddr {NETWORK}{CHANCE.choice(others)} drop")
    elif kind == "loss":
        run("ip", "netns", "exec", name, "nft", f"add rule ip faults in numgen random mod 100 < {CHANCE.randrange(1, 15)} drop")
    elif kind == "slow":
        slow = ["tc", "-n", name, "qdisc", "add", "dev", "eth0", "root"]
        if subprocess.run([*slow, "netem", "delay", "80ms", "40ms"], capture_output=True, timeout=30, check=False).returncode != 0:
            run(*slow, "tbf", "rate", "2mbit", "burst", "16kb", "latency", "400ms")


def load_one(dsa, number):
    """Some objects on one DSA: users, sometimes a group of them, sometimes a name that others make as well."""
    rows = []
    for k in range(CHANCE.randrange(1, 6)):
        name = f"{dsa.name} {number}.{k}"
        rows.append(f"dn: CN={name},{FOREST.domain_dn}\nobjectClass: user\ncn: {name}\nsAMAccountName: {name.replace(' ', '')}\ndescription: {CHANCE.random()}\n")
    if CHANCE.random() < 0.3:
        rows.append(f"dn: CN=g {dsa.name} {number},{FOREST.domain_dn}\nobjectClass: group\ncn: g {dsa.name} {number}\nsAMAccountName: g{dsa.name}{number}\n"
                    f"member: CN={dsa.name} {number}.0,{FOREST.domain_dn}\n")
    if CHANCE.random() < 0.3:
        name = f"Everybody's {CHANCE.randrange(10)}"
        rows.append(f"dn: CN={name},{FOREST.domain_dn}\nobjectClass: container\ncn: {name}\ndescription: of {dsa.name}\n")
    dsa.verb("import", "--continue", "-", text="\n".join(rows), status=None)
    return len(rows)


def digests():
    return [FOREST.digests(dsa) for dsa in DSAS]


def test_forest():
    make_network()
    FOREST.__enter__()
    for number, name in enumerate(NAMES, 1):
        DSAS.append(FOREST.add(name, address=NETWORK + str(number), prefix=("ip", "netns", "exec", name)))
    DSAS[0].init()
    DSAS[0].serve()
    for dsa in DSAS[1:]:
        dsa.join(DSAS[0])
        dsa.serve()
    FOREST.run_kcc(*DSAS, seconds=60)


def test_load_under_faults():
    faults, loads, objects, restarts = {}, 0, 0, 0
    end = time.monotonic() + SECONDS
    next_fault = 0.0
    # A load can take long: a DSA that is cut off waits for the RID master before it gives a user no SID. So faults are counted, too.
    while time.monotonic() < end or (sum(faults.values()) < FAULTS_MIN and time.monotonic() < end + SETTLE_SECONDS):
        if time.monotonic() >= next_fault:
            name = CHANCE.choice(NAMES)
            kind = CHANCE.choice(("none", "cut from all", "deaf for one", "loss", "slow"))
            set_fault(name, kind)
            faults[kind] = faults.get(kind, 0) + 1
            next_fault = time.monotonic() + CHANCE.uniform(*FAULT_SECONDS)
            if CHANCE.random() < 0.1:
                dsa = CHANCE.choice(DSAS)
                dsa.kill()
                dsa.serve()
                restarts += 1
        loads += 1
        objects += load_one(CHANCE.choice(DSAS), loads)
    print(f"seed {SEED}: {objects} objects in {loads} loads, {restarts} kills, faults {faults}")
    assert loads > 10 and sum(faults.values()) >= FAULTS_MIN


def test_equal_when_healed():
    for name in NAMES:
        set_fault(name, "none")
    begin = time.monotonic()
    while len({str(sorted(each.items())) for each in digests()}) > 1:
        assert time.monotonic() - begin < SETTLE_SECONDS, f"seed {SEED}: not equal after {SETTLE_SECONDS} s: {digests()}" + "".join(d.log_tail() for d in DSAS)
        for destination in DSAS:
            for source in DSAS:
                if source is not destination:
                    FOREST.replicate(destination, source, FOREST.domain_dn, status=None)
        time.sleep(0.5)
    print(f"equal {time.monotonic() - begin:.1f} s after the last fault")
    for dsa in DSAS:
        dsa.stop()
        assert dsa.verb("check").returncode == 0


if __name__ == "__main__":
    try:
        tlib.main()
    finally:
        FOREST.close()
        shutil.rmtree(FOLDER, ignore_errors=True)
