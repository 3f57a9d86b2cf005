// SPDX-License-Identifier: Apache-2.0
// The values that are a head and a list, or a head alone: replUpToDateVector ([MS-DRSR] 5.166, with UPTODATE_VECTOR_V1_EXT and
// UPTODATE_VECTOR_V2_EXT as its layouts), replPropertyMetaData (the AttributeStamps of 5.11 with the local USN),
// partialAttributeSet (5.147, as PARTIAL_ATTR_VECTOR_V1_EXT), schemaInfo (5.181, [MS-ADTS] 3.1.1.2.1), dSASignature,
// and the small structures that also stand alone. Octets behind the last field are kept as `trailing`.
// What [MS-DRSR] does not lay out (replPropertyMetaData, dSASignature) is in docs/formats/blobs.md.
#pragma once

#include <variant>
#include <vector>

#include "drsuapi/blobs/walk/json_walk.hpp"
#include "drsuapi/blobs/walk/packed.hpp"
#include "drsuapi/types.hpp"

namespace tributary::drsuapi::blobs {

/// A described structure that is a whole value, and what follows it.
template <class T>
struct Whole {
  T value{};
  Bytes trailing;
  friend bool operator==(const Whole&, const Whole&) = default;
};

/// The versions that exist tell themselves apart by their first DWORD.
struct ReplUpToDateVectorValue {
  std::variant<UPTODATE_VECTOR_V2_EXT, UPTODATE_VECTOR_V1_EXT> vector;
  Bytes trailing;
  friend bool operator==(const ReplUpToDateVectorValue&, const ReplUpToDateVectorValue&) = default;
};

/// One AttributeStamp as it is stored: 48 octets.
struct PROPERTY_META_DATA {
  Attid attrTyp{};
  std::uint32_t dwVersion = 1;
  DsTime timeChanged;
  InvocationId uuidDsaOriginating;
  Usn usnOriginating;
  Usn usnLocalChange;  ///< the USN at which this DC applied the change
  friend bool operator==(const PROPERTY_META_DATA&, const PROPERTY_META_DATA&) = default;
};
template <class W>
void describe(W& w, PROPERTY_META_DATA& v) {
  w.scalar("attrTyp", v.attrTyp);
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("timeChanged", v.timeChanged);
  w.scalar("uuidDsaOriginating", v.uuidDsaOriginating);
  w.scalar("usnOriginating", v.usnOriginating);
  w.scalar("usnLocalChange", v.usnLocalChange);
}

struct PROPERTY_META_DATA_VECTOR {
  std::uint32_t dwVersion = 1;
  std::uint32_t dwReserved1 = 0;
  std::uint32_t dwReserved2 = 0;
  std::vector<PROPERTY_META_DATA> rgMetaData;
  friend bool operator==(const PROPERTY_META_DATA_VECTOR&, const PROPERTY_META_DATA_VECTOR&) = default;
};
template <class W>
void describe(W& w, PROPERTY_META_DATA_VECTOR& v) {
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("dwReserved1", v.dwReserved1);
  w.count("cNumProps", v.rgMetaData);
  w.scalar("dwReserved2", v.dwReserved2);
  w.conformant_array("rgMetaData", v.rgMetaData);
}

/// [MS-ADTS] 3.1.1.2.1: 21 octets, the one number of our field in network order.
struct SCHEMA_INFO {
  std::uint8_t marker = 0xFF;
  BigEndian32 version;
  InvocationId invocationId;
  friend bool operator==(const SCHEMA_INFO&, const SCHEMA_INFO&) = default;
};
template <class W>
void describe(W& w, SCHEMA_INFO& v) {
  w.scalar("marker", v.marker);
  w.scalar("version", v.version);
  w.scalar("invocationId", v.invocationId);
}

/// The 40 octets that domain controllers store in dSASignature.
struct DSA_SIGNATURE {
  std::uint32_t dwVersion = 1;
  std::uint32_t cbSize = 40;
  std::uint32_t dwFlags = 0;
  std::array<std::uint8_t, 12> reserved{};
  Guid uuidDsa;
  friend bool operator==(const DSA_SIGNATURE&, const DSA_SIGNATURE&) = default;
};
template <class W>
void describe(W& w, DSA_SIGNATURE& v) {
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("cbSize", v.cbSize);
  w.scalar("dwFlags", v.dwFlags);
  w.scalar("reserved", v.reserved);
  w.scalar("uuidDsa", v.uuidDsa);
}

/// decode/encode/JSON of every type of the Whole kind. `root` begins the path of an error.
template <class T>
[[nodiscard]] Result<Whole<T>> decode_whole(std::string_view root, ByteView octets) {
  Trail trail(root);
  PackedReader reader(trail, octets);
  Whole<T> whole;
  describe(reader, whole.value);
  if (!trail.ok()) return trail.error();
  whole.trailing = tributary::to_bytes(octets.subspan(reader.at()));
  return whole;
}
template <class T>
[[nodiscard]] Bytes encode_whole(const Whole<T>& whole) {
  Bytes octets = pack(whole.value);
  octets.insert(octets.end(), whole.trailing.begin(), whole.trailing.end());
  return octets;
}
template <class T>
[[nodiscard]] json::object whole_to_json(const Whole<T>& whole) {
  json::object out;
  JsonWriter writer(out);
  describe(writer, const_cast<T&>(whole.value));
  writer.trailing(whole.trailing);
  return out;
}
template <class T>
[[nodiscard]] Result<Whole<T>> whole_from_json(std::string_view root, const json::object& in) {
  Trail trail(root);
  JsonReader reader(trail, in);
  Whole<T> whole;
  describe(reader, whole.value);
  reader.trailing(whole.trailing);
  reader.finish();
  if (!trail.ok()) return trail.error();
  return whole;
}

[[nodiscard]] Result<ReplUpToDateVectorValue> decode_repl_up_to_date_vector(ByteView octets);
[[nodiscard]] Bytes encode_repl_up_to_date_vector(const ReplUpToDateVectorValue& value);
[[nodiscard]] json::object to_json(const ReplUpToDateVectorValue& value);
[[nodiscard]] Result<ReplUpToDateVectorValue> repl_up_to_date_vector_from_json(const json::object& in);

/// Version 1 only: kErrorInvalidData for any other.
[[nodiscard]] Result<Whole<PROPERTY_META_DATA_VECTOR>> decode_repl_property_meta_data(ByteView octets);
[[nodiscard]] Result<Whole<PARTIAL_ATTR_VECTOR_V1_EXT>> decode_partial_attribute_set(ByteView octets);

}  // namespace tributary::drsuapi::blobs
