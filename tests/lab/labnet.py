# SPDX-License-Identifier: Apache-2.0
# The lab's network: a namespace for each DC with a veth pair to a bridge in the clients' namespace, the files that
# `ip netns exec` binds over /etc, blocked ports (nftables) and packet captures (dumpcap on the bridge). Nothing of it is in
# the machine's own namespace, so neither its firewall nor its network manager takes part.
# It must never touch a namespace or a file that does not carry the lab's own name.

import os
import shutil
import signal
import subprocess
import time

from labstate import LabError, alive, end, record_of, run, say

NETNS_ETC = "/etc/netns"
NETNS_RUN = "/run/netns"


def create(lab, dc_names):
    hub = lab.client_ns
    for name in (hub, *[lab.ns(dc) for dc in dc_names]):
        run(["ip", "netns", "add", name])
        run(["ip", "-n", name, "link", "set", "lo", "up"])
    run(["ip", "-n", hub, "link", "add", lab.bridge, "type", "bridge", "stp_state", "0", "forward_delay", "0"])
    address(hub, lab.bridge, lab.address("client"))
    write_etc(lab, "client", dc_names)
    for dc in dc_names:
        run(["ip", "-n", hub, "link", "add", dc, "type", "veth", "peer", "name", "eth0", "netns", lab.ns(dc)])
        run(["ip", "-n", hub, "link", "set", dc, "master", lab.bridge, "up"])
        address(lab.ns(dc), "eth0", lab.address(dc))
        write_etc(lab, dc, dc_names)


def address(name, interface, value):
    run(["ip", "-n", name, "addr", "add", f"{value}/24", "dev", interface])
    run(["ip", "-n", name, "link", "set", interface, "up"])


def write_etc(lab, who, dc_names):
    name = lab.client_ns if who == "client" else lab.ns(who)
    etc = f"{NETNS_ETC}/{name}"
    os.makedirs(etc, mode=0o755, exist_ok=True)
    # A DC asks itself first, as a promoted DC does; the other one only helps while it is down.
    order = [who, *[dc for dc in dc_names if dc != who]] if who != "client" else list(dc_names)
    write(f"{etc}/resolv.conf", f"search {lab.domain}\noptions timeout:2 attempts:2\n" +
          "".join(f"nameserver {lab.address(dc)}\n" for dc in order))
    own = f"{lab.address(who)} {lab.host(who)} {who}\n" if who != "client" else ""
    write(f"{etc}/hosts", f"127.0.0.1 localhost\n{own}")
    # Resolvers that reach the host's own services (nss-resolve, mdns) would look past the namespace.
    write(f"{etc}/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n")


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def resolvers(lab, name, first, others):
    """Rewrites a namespace's resolv.conf in place; programs that are started later see it."""
    write(f"{NETNS_ETC}/{name}/resolv.conf", f"search {lab.domain}\noptions timeout:2 attempts:2\n" +
          "".join(f"nameserver {lab.address(dc)}\n" for dc in [first, *others]))


def pids_in(name):
    """Every process of a namespace, as records: membership makes them ours."""
    done = run(["ip", "netns", "pids", name], check=False)
    if done.returncode != 0:
        return []
    return [record_of(int(word)) for word in done.stdout.split() if word.isdigit()]


def destroy(lab):
    """Removes everything that bears the lab's name, also what a crashed run has left behind."""
    for name in lab.namespaces():
        if os.path.exists(f"{NETNS_RUN}/{name}"):
            end(pids_in(name))
            run(["ip", "netns", "del", name], check=False)
        if os.path.exists(f"{NETNS_RUN}/{name}"):  # a half-made one that 'ip netns del' refuses
            os.unlink(f"{NETNS_RUN}/{name}")
        shutil.rmtree(f"{NETNS_ETC}/{name}", ignore_errors=True)
    try:
        os.rmdir(NETNS_ETC)
    except OSError:
        pass  # not there, or others use it


def block(lab, dc, ports, reject):
    name = lab.ns(dc)
    verdict = "reject with tcp reset" if reject else "drop"
    rules = ["table inet tributary_lab {", "chain input {", "type filter hook input priority 0; policy accept;"]
    for port in ports:
        rules.append(f"tcp dport {port} {verdict}")
        rules.append(f"udp dport {port} drop")
    rules += ["}", "}"]
    unblock(lab, dc)
    run(["ip", "netns", "exec", name, "nft", "-f", "-"], input="\n".join(rules) + "\n")


def unblock(lab, dc):
    run(["ip", "netns", "exec", lab.ns(dc), "nft", "delete", "table", "inet", "tributary_lab"], check=False)


def capture_start(lab, path):
    if alive(lab.data.get("capture")):
        raise LabError("a capture is running already (stop it with 'lab capture stop')")
    if not shutil.which("dumpcap"):
        raise LabError("dumpcap is missing (tools/install-deps check)")
    path = os.path.abspath(path)
    log_path = lab.path("capture.log")
    with open(log_path, "w", encoding="utf-8") as log:
        process = subprocess.Popen(["ip", "netns", "exec", lab.client_ns, "dumpcap", "-q", "-i", lab.bridge, "-s", "0", "-w", path],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with open(log_path, encoding="utf-8") as log:
            text = log.read()
        if "File:" in text:
            lab.data["capture"] = {**record_of(process.pid), "file": path}
            lab.save()
            time.sleep(0.2)  # the file is named a moment before the socket is read
            return
        if process.poll() is not None:
            raise LabError(f"dumpcap ended at once:\n{text}")
        time.sleep(0.05)
    process.kill()
    raise LabError("dumpcap did not start within 10 s")


def capture_stop(lab):
    record = lab.data.pop("capture", None)
    if not record:
        raise LabError("no capture is running")
    if alive(record):
        time.sleep(0.6)  # dumpcap reads its ring in blocks; the last one must be handed over
        os.kill(record["pid"], signal.SIGINT)
        deadline = time.monotonic() + 5
        while alive(record) and time.monotonic() < deadline:
            time.sleep(0.05)
        end([record])
    lab.save()
    say(f"capture in {record['file']}")
