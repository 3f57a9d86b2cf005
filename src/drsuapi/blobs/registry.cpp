// SPDX-License-Identifier: Apache-2.0
// See registry.hpp.
#include "drsuapi/blobs/registry.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "drsuapi/blobs/reps.hpp"
#include "drsuapi/blobs/vectors.hpp"

namespace tributary::drsuapi::blobs {
namespace {

using Json = Result<json::value>;

/// The name of a type as a template argument.
template <std::size_t N>
struct Name {
  char text[N];
  consteval Name(const char (&from)[N]) { std::copy_n(from, N, text); }  // NOLINT(google-explicit-constructor): it stands for a literal
  [[nodiscard]] constexpr std::string_view view() const { return {text, N - 1}; }
};

template <class T, class F>
Json shown(const Result<T>& value, F&& show) {
  if (!value) return std::unexpected(value.error());
  return json::value(show(*value));
}

Result<const json::object*> object_of(const json::value& value) {
  if (value.is_object()) return &value.get_object();
  return fail(win32::kErrorInvalidData, "a JSON object is expected");
}

/// decode and encode of a type that has its own functions.
template <auto Decode, auto ToJson>
Json decode_with(ByteView octets) {
  return shown(Decode(octets), ToJson);
}
template <auto FromJson, auto Encode>
Result<Bytes> encode_with(const json::value& value) {
  const auto in = object_of(value);
  if (!in) return std::unexpected(in.error());
  const auto parsed = FromJson(**in);
  if (!parsed) return std::unexpected(parsed.error());
  return Encode(*parsed);
}

/// The Whole kind: `Decode` checks what a type checks beyond its layout.
template <class T, Name Root>
Result<Whole<T>> decode_any(ByteView octets) {
  return decode_whole<T>(Root.view(), octets);
}
template <class T, Name Root>
Result<Bytes> encode_whole_json(const json::value& value) {
  const auto in = object_of(value);
  if (!in) return std::unexpected(in.error());
  const auto parsed = whole_from_json<T>(Root.view(), **in);
  if (!parsed) return std::unexpected(parsed.error());
  return encode_whole(*parsed);
}
template <class T, Name Root, auto Decode = &decode_any<T, Root>>
constexpr BlobType whole(std::string_view description, std::string_view source) {
  return {Root.view(), description, source, [](ByteView octets) { return shown(Decode(octets), whole_to_json<T>); }, encode_whole_json<T, Root>};
}

constexpr auto reps_to_json = [](const REPS_VALUE& v) { return to_json(v); };
constexpr auto utdv_to_json = [](const ReplUpToDateVectorValue& v) { return to_json(v); };

constexpr BlobType kTypes[] = {
    {"repsFrom", "a source that an NC replica is replicated from, and how that went", "[MS-DRSR] 5.170",
     decode_with<decode_reps_from, reps_to_json>, encode_with<reps_from_from_json, encode_reps_from>},
    {"repsTo", "a DC that is notified of changes in an NC replica", "[MS-DRSR] 5.171", decode_with<decode_reps_to, reps_to_json>,
     encode_with<reps_to_from_json, encode_reps_to>},
    {"replUpToDateVector", "up to which USN of each DSA an NC replica has everything", "[MS-DRSR] 5.166",
     decode_with<decode_repl_up_to_date_vector, utdv_to_json>, encode_with<repl_up_to_date_vector_from_json, encode_repl_up_to_date_vector>},
    whole<PROPERTY_META_DATA_VECTOR, "replPropertyMetaData", decode_repl_property_meta_data>("the stamp of each attribute of an object",
                                                                                             "[MS-DRSR] 5.11"),
    whole<PARTIAL_ATTR_VECTOR_V1_EXT, "partialAttributeSet", decode_partial_attribute_set>("the attributes that a partial replica holds",
                                                                                           "[MS-DRSR] 5.147"),
    whole<SCHEMA_INFO, "schemaInfo">("the version of the schema and the DC that changed it last", "[MS-ADTS] 3.1.1.2.1"),
    whole<DSA_SIGNATURE, "dSASignature">("the DSA that signed an NC replica, as restored or backed up", "docs/formats/blobs.md"),
    whole<USN_VECTOR, "USN_VECTOR">("the cookie of a replication cycle", "[MS-DRSR] 5.210"),
    whole<REPLTIMES, "REPLTIMES">("a week of replication times, four bits an hour", "[MS-DRSR] 5.165"),
    whole<MTX_ADDR, "MTX_ADDR">("the network address inside a repsFrom of version 1", "[MS-DRSR] 5.132"),
    whole<PAS_DATA, "PAS_DATA">("the attributes of a partial attribute set that are still to come", "[MS-DRSR] 5.149"),
};

}  // namespace

std::span<const BlobType> blob_types() noexcept { return kTypes; }

const BlobType* blob_type(std::string_view name) noexcept {
  const auto* at = std::ranges::find_if(kTypes, [name](const BlobType& type) { return equals_ignoring_case(type.name, name); });
  return at == std::end(kTypes) ? nullptr : at;
}

}  // namespace tributary::drsuapi::blobs
