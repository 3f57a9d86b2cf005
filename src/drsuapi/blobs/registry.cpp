// SPDX-License-Identifier: Apache-2.0
// See registry.hpp.
#include "drsuapi/blobs/registry.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "drsuapi/blobs/extended_dn.hpp"
#include "drsuapi/blobs/forest_trust.hpp"
#include "drsuapi/blobs/prefix_map.hpp"
#include "drsuapi/blobs/repl_info.hpp"
#include "drsuapi/blobs/reps.hpp"
#include "drsuapi/blobs/schedule.hpp"
#include "drsuapi/blobs/vectors.hpp"
#include "drsuapi/blobs/walk/referents.hpp"

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

/// The members of a value without those that the command's envelope adds; copied only when it has added some.
class Members {
 public:
  explicit Members(const json::value& value) : object_(value.if_object()) {
    if (object_ == nullptr || (!object_->contains("schema") && !object_->contains("type"))) return;
    copy_ = *object_;
    copy_.erase("schema");
    copy_.erase("type");
    object_ = &copy_;
  }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;
  [[nodiscard]] bool ok() const noexcept { return object_ != nullptr; }
  [[nodiscard]] const json::object& operator*() const noexcept { return *object_; }

 private:
  json::object copy_;
  const json::object* object_;
};
auto not_an_object() { return fail(win32::kErrorInvalidData, "a JSON object is expected"); }

/// What encode returns always decodes: a lie in the JSON is found here, with the path of the field.
template <class Decode>
Result<Bytes> if_it_decodes(Result<Bytes> octets, Decode&& decode) {
  if (!octets) return octets;
  if (octets->size() > kBlobOctetsMax)
    return fail(win32::kErrorInvalidData, fmt::format("{} octets are more than a value can have", octets->size()));
  if (auto decoded = decode(*octets); !decoded) return std::unexpected(std::move(decoded.error()));
  return octets;
}

/// decode and encode of a type that has its own functions.
template <auto Decode, auto ToJson>
Json decode_with(ByteView octets) {
  return shown(Decode(octets), ToJson);
}
template <auto FromJson, auto Encode, auto Decode>
Result<Bytes> encode_with(const json::value& value) {
  const Members in(value);
  if (!in.ok()) return not_an_object();
  const auto parsed = FromJson(*in);
  if (!parsed) return std::unexpected(parsed.error());
  return if_it_decodes(Encode(*parsed), Decode);
}

/// The Whole kind: `Decode` checks what a type checks beyond its layout.
template <class T, Name Root>
Result<Whole<T>> decode_any(ByteView octets) {
  return decode_whole<T>(Root.view(), octets);
}
template <class T, auto Decode>
Json decode_whole_json(ByteView octets) {
  return shown(Decode(octets), whole_to_json<T>);
}
template <class T, Name Root, auto Decode>
Result<Bytes> encode_whole_json(const json::value& value) {
  const Members in(value);
  if (!in.ok()) return not_an_object();
  const auto parsed = whole_from_json<T>(Root.view(), *in);
  if (!parsed) return std::unexpected(parsed.error());
  return if_it_decodes(encode_whole(*parsed), Decode);
}
template <class T, Name Root, auto Decode = &decode_any<T, Root>>
constexpr BlobType whole(std::string_view description, std::string_view source) {
  return {Root.view(), description, source, decode_whole_json<T, Decode>, encode_whole_json<T, Root, Decode>};
}

/// The structures of [MS-ADTS] 2.2.2 to 2.2.8.
template <class T, Name Root>
Json decode_placed_json(ByteView octets) {
  return shown(decode_repl_info<T>(Root.view(), octets), [octets](const T& value) { return placed_to_json(value, octets); });
}
template <class T, Name Root>
Result<Bytes> encode_placed_json(const json::value& value) {
  const Members in(value);
  if (!in.ok()) return not_an_object();
  Trail trail(Root.view());
  const auto parsed = placed_from_json<T>(trail, *in);
  if (!parsed) return std::unexpected(parsed.error());
  return if_it_decodes(encode_repl_info(Root.view(), *parsed), [](ByteView octets) { return decode_repl_info<T>(Root.view(), octets); });
}
template <class T, Name Root>
constexpr BlobType placed(std::string_view description, std::string_view source) {
  return {Root.view(), description, source, decode_placed_json<T, Root>, encode_placed_json<T, Root>};
}

constexpr auto show = [](const auto& value) { return to_json(value); };
template <auto Decode, auto FromJson, auto Encode>
constexpr BlobType own(std::string_view name, std::string_view description, std::string_view source) {
  return {name, description, source, decode_with<Decode, show>, encode_with<FromJson, Encode, Decode>};
}

constexpr BlobType kTypes[] = {
    own<decode_reps_from, reps_from_from_json, encode_reps_from>(
        "repsFrom", "a source that an NC replica is replicated from, and how that went", "[MS-DRSR] 5.170"),
    own<decode_reps_to, reps_to_from_json, encode_reps_to>("repsTo", "a DC that is notified of changes in an NC replica",
                                                           "[MS-DRSR] 5.171"),
    own<decode_repl_up_to_date_vector, repl_up_to_date_vector_from_json, encode_repl_up_to_date_vector>(
        "replUpToDateVector", "up to which USN of each DSA an NC replica has everything", "[MS-DRSR] 5.166"),
    whole<PROPERTY_META_DATA_VECTOR, "replPropertyMetaData", decode_repl_property_meta_data>("the stamp of each attribute of an object",
                                                                                             "[MS-DRSR] 5.11"),
    whole<PARTIAL_ATTR_VECTOR_V1_EXT, "partialAttributeSet", decode_partial_attribute_set>("the attributes that a partial replica holds",
                                                                                           "[MS-DRSR] 5.147"),
    whole<SCHEMA_INFO, "schemaInfo">("the version of the schema and the DC that changed it last", "[MS-ADTS] 3.1.1.2.1"),
    own<decode_prefix_map, prefix_map_from_json, encode_prefix_map>("prefixMap", "the prefix table that numbers attributes and classes",
                                                                    "docs/formats/blobs.md"),
    own<decode_schedule, schedule_from_json, encode_schedule>("schedule", "when replication may run, hour by hour", "[MS-ADTS] 6.1.4.5"),
    own<decode_extended_dn, extended_dn_from_json, encode_extended_dn>("extendedDn", "a link with its GUID, SID and, on Samba, its stamp",
                                                                       "docs/formats/blobs.md"),
    own<decode_forest_trust_info, forest_trust_info_from_json, encode_forest_trust_info>(
        "msDS-TrustForestTrustInfo", "the names and SIDs that a trusted forest claims", "[MS-ADTS] 6.1.6.9.3"),
    whole<DSA_SIGNATURE, "dSASignature">("the DSA that signed an NC replica, as restored or backed up", "docs/formats/blobs.md"),
    whole<USN_VECTOR, "USN_VECTOR">("the cookie of a replication cycle", "[MS-DRSR] 5.210"),
    whole<REPLTIMES, "REPLTIMES">("a week of replication times, four bits an hour", "[MS-DRSR] 5.165"),
    whole<MTX_ADDR, "MTX_ADDR">("the network address inside a repsFrom of version 1", "[MS-DRSR] 5.132"),
    whole<PAS_DATA, "PAS_DATA">("the attributes of a partial attribute set that are still to come", "[MS-DRSR] 5.149"),
    placed<DS_REPL_NEIGHBORW_BLOB, "DS_REPL_NEIGHBORW_BLOB">("a replication partner", "[MS-ADTS] 2.2.2"),
    placed<DS_REPL_KCC_DSA_FAILUREW_BLOB, "DS_REPL_KCC_DSA_FAILUREW_BLOB">("a DC that could not be reached or replicated from",
                                                                           "[MS-ADTS] 2.2.3"),
    placed<DS_REPL_OPW_BLOB, "DS_REPL_OPW_BLOB">("an operation in the replication queue", "[MS-ADTS] 2.2.4"),
    whole<DS_REPL_QUEUE_STATISTICSW_BLOB, "DS_REPL_QUEUE_STATISTICSW_BLOB">("the replication queue in numbers", "[MS-ADTS] 2.2.5"),
    placed<DS_REPL_CURSOR_BLOB, "DS_REPL_CURSOR_BLOB">("one cursor of an up-to-dateness vector", "[MS-ADTS] 2.2.6"),
    placed<DS_REPL_ATTR_META_DATA_BLOB, "DS_REPL_ATTR_META_DATA_BLOB">("the stamp of an attribute", "[MS-ADTS] 2.2.7"),
    placed<DS_REPL_VALUE_META_DATA_BLOB, "DS_REPL_VALUE_META_DATA_BLOB">("the stamp of a linked value", "[MS-ADTS] 2.2.8"),
    placed<DS_REPL_VALUE_META_DATA_BLOB_EXT, "DS_REPL_VALUE_META_DATA_BLOB_EXT">("the stamp of a linked value with its link state",
                                                                                 "docs/formats/blobs.md"),
};

/// Attributes whose ";binary" form has one of the layouts above ([MS-ADTS] 3.1.1.3.2 and 3.1.1.4.5), or that share one.
struct Alias {
  std::string_view attribute;
  std::string_view type;
};
constexpr Alias kAliases[] = {
    {"msDS-NCReplInboundNeighbors", "DS_REPL_NEIGHBORW_BLOB"},
    {"msDS-NCReplOutboundNeighbors", "DS_REPL_NEIGHBORW_BLOB"},
    {"msDS-ReplAllInboundNeighbors", "DS_REPL_NEIGHBORW_BLOB"},
    {"msDS-ReplAllOutboundNeighbors", "DS_REPL_NEIGHBORW_BLOB"},
    {"msDS-ReplConnectionFailures", "DS_REPL_KCC_DSA_FAILUREW_BLOB"},
    {"msDS-ReplLinkFailures", "DS_REPL_KCC_DSA_FAILUREW_BLOB"},
    {"msDS-ReplPendingOps", "DS_REPL_OPW_BLOB"},
    {"msDS-ReplQueueStatistics", "DS_REPL_QUEUE_STATISTICSW_BLOB"},
    {"msDS-NCReplCursors", "DS_REPL_CURSOR_BLOB"},
    {"msDS-ReplAttributeMetaData", "DS_REPL_ATTR_META_DATA_BLOB"},
    {"msDS-ReplValueMetaData", "DS_REPL_VALUE_META_DATA_BLOB"},
    {"msDS-ReplValueMetaDataExt", "DS_REPL_VALUE_META_DATA_BLOB_EXT"},
    {"REPS_FROM", "repsFrom"},
    {"REPS_TO", "repsTo"},
};

}  // namespace

std::span<const BlobType> blob_types() noexcept { return kTypes; }

const BlobType* blob_type(std::string_view name) noexcept {
  const auto alias = std::ranges::find_if(kAliases, [name](const Alias& a) { return equals_ignoring_case(a.attribute, name); });
  if (alias != std::end(kAliases)) name = alias->type;
  const auto* at = std::ranges::find_if(kTypes, [name](const BlobType& type) { return equals_ignoring_case(type.name, name); });
  return at == std::end(kTypes) ? nullptr : at;
}

}  // namespace tributary::drsuapi::blobs
