#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# repsFrom, repsTo, replUpToDateVector, replPropertyMetaData and prefixMap of every NC of both DCs go through `tributary blob decode
# --json` and `blob encode`, and the same octets come out; in each form of input and output. [MS-DRSR] 5.166, 5.170, 5.171.

import json
import os
import tempfile

import tlib
from tlib import DC1, DC2

TYPES = ("repsFrom", "repsTo", "replUpToDateVector", "replPropertyMetaData", "prefixMap")


def values(dc, nc):
    for name, found in tlib.attributes(dc, nc, TYPES).items():
        for value in found:
            yield name, value


def decode(name, octets):
    """Raw octets on standard input."""
    done = tlib.run([os.environ["TRIBUTARY"], "blob", "decode", "--json", "--raw", "--type", name], stdin=octets, text=False)
    return json.loads(done.stdout)


def encode(document, *arguments):
    done = tlib.run([os.environ["TRIBUTARY"], "blob", "encode", *arguments], stdin=json.dumps(document).encode(), text=False)
    return done.stdout


def test_every_value_of_both_dcs_comes_back():
    for dc, other in ((DC1, DC2), (DC2, DC1)):
        for nc in tlib.NCS:  # a young domain has not made all of its repsTo values
            tlib.tributary("updrefs", dc.host, nc, other.dsa_guid, "--add", "--delete")
    seen = {name: 0 for name in TYPES}
    for dc in (DC1, DC2):
        for nc in tlib.NCS:
            for name, octets in values(dc, nc):
                document = decode(name, octets)
                tlib.equal(document["schema"], "tributary.blob/1")
                tlib.equal(document["type"], name)
                tlib.equal(encode(document, "--raw"), octets, f"{name} of {nc} on {dc.name}")
                seen[name] += 1
    for name in ("repsFrom", "repsTo", "replUpToDateVector", "replPropertyMetaData"):
        tlib.true(seen[name] >= 2 * len(tlib.NCS), f"{seen[name]} values of {name}")
    tlib.equal(seen["prefixMap"], 2, "the schema NC of each DC has one")


def test_base64_and_hex_both_ways():
    for name, octets in values(DC1, tlib.SCHEMA_DN):
        with tempfile.NamedTemporaryFile("w") as file:
            for text in (tlib.b64(octets), octets.hex(), "0x" + octets.hex().upper(), f"{name}:: {tlib.b64(octets)}\n"):
                file.seek(0)
                file.truncate()
                file.write(text)
                file.flush()
                document = tlib.run([os.environ["TRIBUTARY"], "blob", "decode", "--json", "--type", name, file.name]).json()
                tlib.equal(encode(document).decode().strip(), tlib.b64(octets), f"{name} from {text[:40]}")
                tlib.equal(encode(document, "--hex").decode().strip(), octets.hex(), f"{name} from {text[:40]}")


def test_people_see_the_fields():
    octets = next(value for name, value in values(DC2, tlib.BASE_DN) if name == "repsFrom")
    text = tlib.run([os.environ["TRIBUTARY"], "blob", "decode", "--type", "REPSFROM"], stdin=tlib.b64(octets)).stdout
    text = " ".join(text.split())  # members stand in columns
    for part in ("repsFrom, ", f"uuidDsaObj {DC1.dsa_guid}", f"uuidInvocId {DC1.invocation_id}", "DRS_WRIT_REP | DRS_INIT_SYNC", "usnHighObjUpdate", "_msdcs.lab.example"):
        tlib.contains(text, part)


def test_what_is_no_value_is_an_error_with_the_path_of_the_field():
    done = tlib.run([os.environ["TRIBUTARY"], "blob", "decode", "--json", "--type", "repsFrom"], stdin="01000000 00000000", status=1)
    tlib.equal(done.json()["schema"], "tributary.error/1")
    tlib.contains(done.stderr, "ERROR_INVALID_DATA (13)")
    tlib.contains(done.stderr, "repsFrom")
    for arguments, stdin in ((["decode", "--type", "nothing"], "00"), (["decode", "--type", "repsFrom", "/nowhere/at/all"], None), (["encode"], "{"), (["encode"], "{}"),
                             (["encode", "--type", "repsFrom"], '{"dwVersion": "x"}'), (["decode", "--type", "repsFrom", "--hex"], "zz"), (["decode", "--type", "repsFrom"], "")):
        tlib.run([os.environ["TRIBUTARY"], "blob", *arguments], stdin=stdin, status=1)


def test_types():
    text = tlib.run([os.environ["TRIBUTARY"], "blob", "types"]).stdout
    listed = [entry["type"] for entry in tlib.run([os.environ["TRIBUTARY"], "blob", "types", "--json"]).json()["types"]]
    for name in (*TYPES, "schemaInfo", "partialAttributeSet"):
        tlib.contains(text, name)
        tlib.true(name in listed, f"{name} is not listed")


if __name__ == "__main__":
    tlib.main()
