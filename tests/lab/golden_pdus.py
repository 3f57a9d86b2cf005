# SPDX-License-Identifier: Apache-2.0
# Cuts the DCE/RPC conversations of a capture into PDUs and writes each as hex. Arguments: pcapng file, folder, the DC's
# address. TCP is put together by tshark ("follow"); a PDU's length is its own frag_length.

import re
import subprocess
import sys

TYPES = {0: "request", 2: "response", 3: "fault", 11: "bind", 12: "bind_ack", 13: "bind_nak", 14: "alter_context",
         15: "alter_context_resp", 16: "auth3"}
PDUS_MAX = 40


def tshark(*words):
    return subprocess.run(["tshark", "-n", *words], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, timeout=120).stdout


def streams(capture, address):
    """Stream numbers of the connections to the endpoint mapper and to dynamic ports, in order."""
    words = tshark("-r", capture, "-Y", f"tcp.flags.syn==1 && tcp.flags.ack==0 && ip.dst=={address} && "
                   "(tcp.dstport==135 || tcp.dstport>=49152)", "-T", "fields", "-e", "tcp.stream", "-e", "tcp.dstport")
    return [line.split() for line in words.splitlines()]


def chunks(capture, stream):
    """(from the client?, octets) in the order of the wire."""
    for line in tshark("-r", capture, "-q", "-z", f"follow,tcp,raw,{stream}").splitlines():
        if re.fullmatch(r"\t?[0-9a-f]+", line):
            yield not line.startswith("\t"), bytes.fromhex(line.strip())


def pdus(capture, stream):
    waiting = {True: b"", False: b""}
    for from_client, data in chunks(capture, stream):
        waiting[from_client] += data
        while len(waiting[from_client]) >= 16:
            length = int.from_bytes(waiting[from_client][8:10], "little")
            if len(waiting[from_client]) < length:
                break
            yield from_client, waiting[from_client][:length]
            waiting[from_client] = waiting[from_client][length:]


def main():
    capture, folder, address = sys.argv[1:4]
    at = 0
    for stream, port in streams(capture, address):
        for from_client, data in pdus(capture, stream):
            if at == PDUS_MAX:
                return
            who = "client" if from_client else ("epmapper" if port == "135" else "drsuapi")
            name = f"{at:02d}-stream{stream}-{who}-{TYPES.get(data[2], data[2])}"
            text = data.hex()
            with open(f"{folder}/{name}.hex", "w", encoding="ascii") as file:
                file.write("\n".join(text[i:i + 128] for i in range(0, len(text), 128)) + "\n")
            at += 1


if __name__ == "__main__":
    main()
