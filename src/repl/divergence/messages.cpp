// SPDX-License-Identifier: Apache-2.0
// See messages.hpp.
#include "repl/divergence/messages.hpp"

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "ndr/ndr.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {

namespace {

/// What stands before the NDR: so that neither message is taken for the other, nor for one of a later version.
constexpr std::string_view kRequestMagic = "TRDQ", kReplyMagic = "TRDR";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kHeadOctets = 8;

template <class T>
Bytes encode(std::string_view magic, const T& message) {
  Bytes octets(kHeadOctets);
  std::ranges::copy(as_bytes(magic), octets.begin());
  store_le(octets.data() + 4, kVersion);
  const auto body = ndr::encode(message);
  octets.insert(octets.end(), body.begin(), body.end());
  return octets;
}

template <class T>
Result<T> decode(std::string_view magic, ByteView octets) {
  if (octets.size() < kHeadOctets || !std::ranges::equal(octets.first(4), as_bytes(magic)))
    return fail(win32::kRpcXBadStubData, "no message of a comparison");
  if (load_le<std::uint32_t>(octets.data() + 4) != kVersion) return fail(win32::kErrorRevisionMismatch, "a comparison of another version");
  std::size_t consumed = 0;
  auto message = ndr::decode<T>(octets.subspan(kHeadOctets), {}, &consumed);
  if (message && consumed != octets.size() - kHeadOctets) return fail(win32::kRpcXBadStubData, "octets behind a message of a comparison");
  return message;
}

}  // namespace

Bytes encode_digest_request(const DigestRequest& request) { return encode(kRequestMagic, request); }
Bytes encode_digest_reply(const DigestReply& reply) { return encode(kReplyMagic, reply); }
Result<DigestRequest> decode_digest_request(ByteView octets) { return decode<DigestRequest>(kRequestMagic, octets); }
Result<DigestReply> decode_digest_reply(ByteView octets) { return decode<DigestReply>(kReplyMagic, octets); }

WireStamp to_wire(const std::optional<AttributeStamp>& stamp) noexcept {
  if (!stamp) return {};
  return {1, stamp->version, stamp->time_changed.seconds, stamp->uuid_originating.value, stamp->usn_originating.value};
}
std::optional<AttributeStamp> from_wire(const WireStamp& stamp) noexcept {
  if (stamp.is_there == 0) return std::nullopt;
  return AttributeStamp{stamp.version, {stamp.time_changed}, {stamp.originating}, {stamp.usn}};
}

WireNode to_wire(const NodeAddress& node, const Digest& digest) noexcept { return {node.octets, node.depth, to_wire(digest)}; }

WireObject to_wire(const ObjectEntry& entry) noexcept {
  return {entry.guid.value, entry.is_deleted ? 1u : 0u, to_wire(entry.digest), to_wire(entry.created)};
}
ObjectEntry from_wire(const WireObject& object) noexcept {
  return {ObjectGuid{object.guid}, from_wire(object.digest), from_wire(object.created), object.is_deleted != 0};
}

WireItem to_wire(const ItemEntry& entry) {
  WireItem item;
  item.kind = static_cast<std::uint32_t>(entry.kind);
  item.oid = to_utf16_lossy(entry.oid);
  item.target = entry.target.value;
  item.data = to_wire(entry.data);
  item.flags = (entry.is_present ? kItemPresent : 0u) | (entry.is_asleep ? kItemAsleep : 0u);
  item.stamp = to_wire(entry.stamp);
  item.time_created = entry.time_created.seconds;
  item.values = to_wire(entry.values);
  item.digest = to_wire(entry.digest);
  item.key = entry.key;
  return item;
}
ItemEntry from_wire(const WireItem& item) {
  ItemEntry entry;
  entry.kind = static_cast<ItemKind>(item.kind);
  if (item.oid) entry.oid = to_utf8_lossy(*item.oid);
  entry.target = ObjectGuid{item.target};
  entry.data = from_wire(item.data);
  entry.is_present = (item.flags & kItemPresent) != 0;
  entry.is_asleep = (item.flags & kItemAsleep) != 0;
  entry.stamp = from_wire(item.stamp);
  entry.time_created = DsTime{item.time_created};
  entry.values = from_wire(item.values);
  entry.digest = from_wire(item.digest);
  entry.key = item.key;
  return entry;
}

ndr::Seq<drsuapi::UPTODATE_CURSOR_V1> cursors_to_wire(const ReplUpToDateVector& utd) { return utd_to_wire_v1(utd).rgCursors; }
ReplUpToDateVector cursors_from_wire(const ndr::Seq<drsuapi::UPTODATE_CURSOR_V1>& cursors) {
  drsuapi::UPTODATE_VECTOR_V1_EXT vector;
  vector.rgCursors = cursors;
  return utd_from_wire(vector);
}

WireScope scope_to_wire(const DigestScope& scope, const schema::Schema& schema) {
  WireScope wire;
  wire.flags = (scope.partial ? kScopePartial : 0u) | (scope.with_secrets ? kScopeSecrets : 0u) | (scope.filtered ? kScopeFiltered : 0u);
  if (!scope.partial) return wire;
  for (const auto attid : scope.partial->attids())
    if (const auto* const attribute = schema.find_attribute(attid); attribute != nullptr) wire.attributes.push_back(to_utf16_lossy(attribute->oid));
  return wire;
}

Result<DigestScope> scope_from_wire(const WireScope& wire, const schema::Schema& schema) {
  DigestScope scope;
  scope.with_secrets = (wire.flags & kScopeSecrets) != 0;
  scope.filtered = (wire.flags & kScopeFiltered) != 0;
  if ((wire.flags & kScopePartial) == 0) return scope;
  std::vector<Attid> attids;
  for (const auto& oid : wire.attributes) {
    const auto text = oid ? to_utf8_lossy(*oid) : std::string();
    const auto* const attribute = schema.find_attribute(text);
    if (attribute == nullptr) return fail(win32::kErrorDsDraIncompatiblePartialSet, "the schema here has no attribute " + text);
    attids.push_back(attribute->attid);
  }
  scope.partial = AttidSet(std::move(attids));
  return scope;
}

}  // namespace tributary::repl
