// SPDX-License-Identifier: Apache-2.0
// prefixMap: the prefix table ([MS-DRSR] 5.153, 5.154, 5.16.4) as a DC stores it on the schema NC. [MS-ADA3] calls the attribute
// internal and lays nothing out; the two forms that exist are in docs/formats/blobs.md:
//   packed    count, size of the value, then index (16 bits), length (16 bits) and octets of each prefix
//   DSDB      what Samba stores: "DSDB", a reserved DWORD, then SCHEMA_PREFIX_TABLE as NDR
#pragma once

#include <string>
#include <vector>

#include "drsuapi/blobs/walk/json_walk.hpp"

namespace tributary::drsuapi::blobs {

struct PrefixMapEntry {
  std::uint32_t ndx = 0;      ///< the upper 16 bits of the ATTRTYP values under this prefix
  Bytes prefix;               ///< BER, without the last arc
  std::uint32_t pointer = 0;  ///< DSDB only: the referent identifier of the octets
  friend bool operator==(const PrefixMapEntry&, const PrefixMapEntry&) = default;
};

struct PrefixMap {
  enum class Form : std::uint8_t { kPacked, kDsdb };
  Form form = Form::kPacked;
  std::uint32_t cbSize = 0;      ///< packed only; 0: computed when encoded
  std::uint32_t dwReserved = 0;  ///< DSDB only
  std::uint32_t pointer = 0;     ///< DSDB only: the referent identifier of the table
  std::vector<PrefixMapEntry> entries;
  Bytes trailing;
  friend bool operator==(const PrefixMap&, const PrefixMap&) = default;

  /// Gives a DSDB map that was made, not decoded, the referent identifiers that Samba would.
  void number_pointers() noexcept;
};

/// The dotted form of a prefix ("1.2.840.113556.1.4"); empty when the octets are not whole arcs.
[[nodiscard]] std::string dotted_prefix(ByteView prefix);
/// The inverse. kErrorInvalidData otherwise.
[[nodiscard]] Result<Bytes> parse_dotted_prefix(std::string_view text);

[[nodiscard]] Result<PrefixMap> decode_prefix_map(ByteView octets);
[[nodiscard]] Result<Bytes> encode_prefix_map(const PrefixMap& value);
[[nodiscard]] json::object to_json(const PrefixMap& value);
[[nodiscard]] Result<PrefixMap> prefix_map_from_json(const json::object& in);

}  // namespace tributary::drsuapi::blobs
