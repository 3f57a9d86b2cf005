// SPDX-License-Identifier: Apache-2.0
// See schema_info.hpp.
#include "schema/schema_info.hpp"

#include <fmt/format.h>

#include <limits>

#include "base/win32.hpp"
#include "drsuapi/blobs/vectors.hpp"

namespace tributary::schema {
namespace {

constexpr std::uint8_t kMarker = 0xFF;

bool is_signature(const drsuapi::PrefixTableEntry& entry) {
  return entry.prefix.elements.size() == kSchemaInfoSize && entry.prefix.elements[0] == kMarker;
}

}  // namespace

Result<SchemaInfo> decode_schema_info(ByteView octets) {
  const auto whole = drsuapi::blobs::decode_whole<drsuapi::blobs::SCHEMA_INFO>("schemaInfo", octets);
  if (!whole) return std::unexpected(whole.error());
  if (whole->value.marker != kMarker || !whole->trailing.empty())
    return fail(win32::kErrorInvalidData, fmt::format("{} octets, beginning with {:#04x}, are no schemaInfo", octets.size(), whole->value.marker));
  return SchemaInfo{whole->value.version.value, whole->value.invocationId};
}

Bytes encode_schema_info(const SchemaInfo& info) {
  drsuapi::blobs::Whole<drsuapi::blobs::SCHEMA_INFO> whole;
  whole.value.marker = kMarker;
  whole.value.version.value = info.version;
  whole.value.invocationId = info.invocation_id;
  return drsuapi::blobs::encode_whole(whole);
}

SchemaInfo next_schema_info(const SchemaInfo& current, InvocationId dsa) noexcept {
  // Four thousand million changes of a schema do not happen; a peer's value may still be the largest there is.
  const bool last = current.version == std::numeric_limits<std::uint32_t>::max();
  return {last ? current.version : current.version + 1, dsa};
}

SchemaOrder compare_schema_info(const SchemaInfo& ours, const SchemaInfo& theirs) noexcept {
  if (ours == theirs) return SchemaOrder::kSame;
  if (ours.version == theirs.version) return SchemaOrder::kDivergent;
  return ours.version < theirs.version ? SchemaOrder::kOlder : SchemaOrder::kNewer;
}

Result<void> check_schema_signature(const SchemaInfo& ours, const SchemaInfo& theirs, bool is_schema_nc) {
  if (ours == theirs || is_schema_nc) return {};
  return fail(win32::kErrorDsDraSchemaMismatch, fmt::format("our schema is at change {} of {}, the source's at {} of {}", ours.version,
                                                            to_string(ours.invocation_id), theirs.version, to_string(theirs.invocation_id)));
}

Result<MessagePrefixTable> read_message_prefix_table(const drsuapi::SCHEMA_PREFIX_TABLE& table) {
  MessagePrefixTable read;
  const auto entries = table.pPrefixEntry.span();
  const bool is_signed = !entries.empty() && is_signature(entries.back());
  if (is_signed) {
    auto info = decode_schema_info(entries.back().prefix.elements.span());
    if (!info) return std::unexpected(std::move(info.error()));
    read.schema_info = *info;
  }
  for (const auto& entry : entries.first(entries.size() - (is_signed ? 1 : 0)))
    if (const auto added = read.table.add(entry.ndx, entry.prefix.elements.span()); !added) return std::unexpected(added.error());
  return read;
}

drsuapi::SCHEMA_PREFIX_TABLE make_message_prefix_table(const PrefixTable& table, const SchemaInfo& info) {
  auto concrete = table.to_concrete();
  append_schema_signature(concrete, info);
  return concrete;
}

void append_schema_signature(drsuapi::SCHEMA_PREFIX_TABLE& table, const SchemaInfo& info) {
  table.pPrefixEntry.push_back({0, {drsuapi::Seq<std::uint8_t>(encode_schema_info(info))}});
}

}  // namespace tributary::schema
