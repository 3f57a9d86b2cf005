// SPDX-License-Identifier: Apache-2.0
// A peer's prefix table with its schema signature, numbers under it, and an OID in dotted form ([MS-DRSR] 5.16.4, 5.120, 5.180). Input: entries
// of index (two octets), length (one) and prefix; a length of 0 ends them; then numbers of four octets; the whole is an OID's text too.
#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "schema/schema_info.hpp"

using namespace tributary;
using namespace tributary::schema;

namespace {

/// Every number that a table explains is the number of that OID, and no two tables disagree about it.
void check_number(const PrefixTable& remote, PrefixTable& local, const AttidTranslator& before, ATTRTYP attrtyp) {
  const auto oid = remote.oid_from_attid(attrtyp);
  const auto known = before.local_attid_from_remote_attid(attrtyp);
  if (oid.empty()) {
    TRIBUTARY_ASSERT(attrtyp < kIntIdFirst || known.has_value() == is_int_id(attrtyp));
    return;
  }
  TRIBUTARY_ASSERT(remote.find_attid(oid) == static_cast<Attid>(attrtyp));
  TRIBUTARY_ASSERT(known == local.find_attid(oid));
  if (const auto made = local.make_attid(oid)) TRIBUTARY_ASSERT(local.oid_from_attid(*made) == oid);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto local = PrefixTable::with_defaults();
  if (const auto attid = local.make_attid(text)) TRIBUTARY_ASSERT(local.make_attid(local.oid_from_attid(*attid)).value() == *attid);
  if (const auto info = decode_schema_info(octets)) TRIBUTARY_ASSERT(std::ranges::equal(encode_schema_info(*info), octets));

  drsuapi::SCHEMA_PREFIX_TABLE table;
  std::size_t at = 0;
  while (at + 3 <= size) {
    const std::uint32_t ndx = load_le<std::uint16_t>(data + at);
    const std::size_t length = std::min<std::size_t>(data[at + 2], size - at - 3);
    at += 3;
    if (length == 0) break;
    table.pPrefixEntry.push_back({ndx, {drsuapi::Seq<std::uint8_t>(octets.subspan(at, length))}});
    at += length;
  }
  const auto message = read_message_prefix_table(table);
  if (!message) return 0;
  const auto& remote = message->table;
  TRIBUTARY_ASSERT(PrefixTable::from_concrete(remote.to_concrete()).value() == remote);
  const AttidTranslator before(local, remote);
  // What is asked is asked of the table as it was when the translator was made.
  for (; at + 4 <= size; at += 4) {
    PrefixTable copy = local;
    check_number(remote, copy, before, load_le<std::uint32_t>(data + at));
  }
  TRIBUTARY_ASSERT(local.add_prefixes_of(remote).has_value());
  const AttidTranslator after(local, remote);
  for (const auto& entry : remote.entries())
    for (const std::uint32_t lower : {0u, 127u, 128u, 0x3FFFu, 0x4000u, 0x8000u, 0x8003u, 0xBFFFu, 0xC000u, 0xFFFFu}) {
      const ATTRTYP attrtyp = (std::uint32_t{entry.ndx} << 16) | lower;
      const auto oid = remote.oid_from_attid(attrtyp);
      if (!oid.empty()) TRIBUTARY_ASSERT(after.local_attid_from_remote_attid(attrtyp) == local.find_attid(oid));
    }
  return 0;
}
