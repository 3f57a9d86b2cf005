# SPDX-License-Identifier: Apache-2.0
# Compressed GetNCChanges replies by way of Samba's own NDR code (python3-samba 4.17): a reply V7 around any pickled V6,
# either compressed by Samba or around a blob that somebody else has compressed. Samba calls WIN2K3 "xpress".

import random
import struct

from samba.dcerpc import drsuapi, misc
from samba.ndr import ndr_pack, ndr_pack_out, ndr_unpack, ndr_unpack_out

MSZIP, WIN2K3 = 2, 3
NAMES = {MSZIP: "mszip", WIN2K3: "win2k3"}
_KINDS = {MSZIP: drsuapi.DsGetNCChangesMSZIPCtr6, WIN2K3: drsuapi.DsGetNCChangesXPRESSCtr6}
# level_out, union arm, dwCompressedVersion, algorithm (16 bits, aligned), cbUncompressedSize, cbCompressedSize, pointer, its size
_REPLY_V7 = struct.Struct("<IIIHxxIIII")
_REFERENT = 0x20000


def pickled_reply(contents):
    """A V6 reply with one object whose attributes hold `contents`, pickled by Samba."""
    guid = misc.GUID("e3514235-4b06-11d1-ab04-00c04fc2dcd2")
    name = drsuapi.DsReplicaObjectIdentifier()
    name.guid, name.dn = guid, "CN=Compressed,DC=lab,DC=example"
    attributes = []
    for data in contents:
        value, attribute = drsuapi.DsAttributeValue(), drsuapi.DsReplicaAttribute()
        value.blob = data
        attribute.attid = drsuapi.DRSUAPI_ATTID_description
        attribute.value_ctr.values, attribute.value_ctr.num_values = [value], 1
        attributes.append(attribute)
    item = drsuapi.DsReplicaObjectListItemEx()
    item.object.identifier = name
    item.object.attribute_ctr.attributes = attributes
    item.object.attribute_ctr.num_attributes = len(attributes)
    reply = drsuapi.DsGetNCChangesCtr6()
    reply.source_dsa_guid, reply.naming_context = guid, name
    reply.first_object, reply.object_count = item, 1
    whole = drsuapi.DsGetNCChangesCtr6TS()
    whole.ctr6 = reply
    return ndr_pack(whole)


def pickled_reply_of_size(make, size):
    """The same with one value of make(n) octets, for the n that brings the pickled reply to `size` (a multiple of 8)."""
    overhead = len(pickled_reply([b""]))
    for length in range(size - overhead, size - overhead - 64, -1):
        pickled = pickled_reply([make(length)])
        if len(pickled) == size:
            return pickled
    raise ValueError(f"no value makes a reply of {size} octets")


def samba_compresses(pickled, algorithm):
    """Samba's compressed blob for a pickled reply."""
    compressed = _KINDS[algorithm]()
    compressed.ts = ndr_unpack(drsuapi.DsGetNCChangesCtr6TS, pickled)
    reply = drsuapi.DsGetNCChangesCtr7()
    reply.level, reply.type, reply.ctr = 6, algorithm, compressed
    call = drsuapi.DsGetNCChanges()
    call.out_level_out, call.out_ctr = 7, reply
    stub = ndr_pack_out(call)
    size, blob_size, _, counted = _REPLY_V7.unpack_from(stub)[4:]
    assert size == len(pickled) and counted == blob_size, "Samba's stub is not laid out as expected"
    return stub[_REPLY_V7.size:_REPLY_V7.size + blob_size]


def reply_stub(blob, size, algorithm):
    """The stub of a reply V7 around a blob of ours."""
    head = _REPLY_V7.pack(7, 7, 6, algorithm, size, len(blob), _REFERENT, len(blob))
    return head + blob + bytes(-len(blob) % 4) + bytes(4)


def samba_reads(blob, size, algorithm):
    """What Samba finds in a blob of ours: the reply, pickled again. Raises what Samba raises."""
    call = drsuapi.DsGetNCChanges()
    ndr_unpack_out(call, reply_stub(blob, size, algorithm))
    return ndr_pack(call.out_ctr.ctr.ts)


def chunks(blob):
    """The (plain size, data) pairs of a blob."""
    at = 0
    while len(blob) - at >= 8:
        plain_size, size = struct.unpack_from("<II", blob, at)
        yield plain_size, blob[at + 8:at + 8 + size]
        at = (at + 8 + size + 3) // 4 * 4


def self_similar(size, seed):
    """Octets that repeat pieces of their own past at all distances and lengths."""
    dice, data = random.Random(seed), bytearray()
    while len(data) < size:
        if not data or dice.randrange(3) == 0:
            data += dice.randbytes(dice.randrange(1, 40))
            continue
        distance = dice.randint(1, min(len(data), 9000))
        for _ in range(dice.randint(1, 70000 if dice.randrange(16) == 0 else 300)):
            data.append(data[-distance])
    return bytes(data[:size])


def sentences(size, seed):
    """Directory-like text in UTF-16."""
    dice, text = random.Random(seed), []
    while len(text) * 20 < size:
        text.append(f"CN=Test User {dice.randrange(9000)},OU=Department {dice.randrange(12)},DC=lab,DC=example;")
    return "".join(text).encode("utf-16-le")[:size]


def samples():
    """(name, pickled reply), the sizes around the chunk sizes of both algorithms included."""
    yield "smallest", pickled_reply([b""])
    yield "few", pickled_reply([b"description", "Ada".encode("utf-16-le"), bytes(100)])
    yield "zeros", pickled_reply([bytes(200000)])
    yield "text", pickled_reply([sentences(150000, 1)])
    yield "similar", pickled_reply([self_similar(180000, 2)])
    yield "period", pickled_reply([(b"x" * 8191 + b"y") * 20])
    yield "mixed", pickled_reply([sentences(5000 + 400 * i, i) + self_similar(3000 * i, i) for i in range(12)])
    for size in (32760, 32768, 32776, 65528, 65536, 65544, 131072):
        yield f"size-{size}", pickled_reply_of_size(lambda n: sentences(n, n), size)
