// SPDX-License-Identifier: Apache-2.0
// See digest.hpp. docs/formats/divergence.md has every octet that is hashed here.
#include "repl/divergence/digest.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/secret_values.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {

using store::ObjectView;
using store::Snapshot;

namespace {

// Flags of an item's content.
constexpr std::uint8_t kHasStamp = 1, kPresent = 2, kAsleep = 4, kIsDeleted = 8, kIsRecycled = 16, kValuesLeftOut = 32;

/// [MS-DRSR] 5.86
constexpr std::uint32_t kUniversalGroup = 0x00000008;

template <std::integral T>
void append(Bytes& octets, T value) {
  const auto at = octets.size();
  octets.resize(at + sizeof(T));
  store_le(octets.data() + at, static_cast<std::make_unsigned_t<T>>(value));
}
void append(Bytes& octets, ByteView view) { octets.insert(octets.end(), view.begin(), view.end()); }

std::array<std::uint8_t, 32> sha256(ByteView octets) noexcept {
  std::array<std::uint8_t, 32> hash{};
  SHA256(octets.data(), octets.size(), hash.data());
  return hash;
}

}  // namespace

Digest digest_of(ByteView octets) noexcept {
  const auto hash = sha256(octets);
  return {load_le<std::uint64_t>(hash.data()), load_le<std::uint64_t>(hash.data() + 8)};
}

std::string to_string(const Digest& digest) {
  std::array<std::uint8_t, 16> octets{};
  store_le(octets.data(), digest.low);
  store_le(octets.data() + 8, digest.high);
  return to_hex(octets);
}

ItemReader::ItemReader(const Context& context, const Snapshot& snapshot, const DigestScope& scope)
    : context_(context), snapshot_(snapshot), scope_(scope) {}

Bytes& ItemReader::next_value() {
  if (values_used_ == values_.size()) values_.emplace_back();
  auto& value = values_[values_used_++];
  value.clear();
  return value;
}

/// A number in the terms of everybody: the OID. Of what no table explains (a msDS-IntId of a schema that is not here) the number itself,
/// which is the same everywhere.
std::string ItemReader::oid_of(Attid attid) const {
  if (const auto* const attribute = context_.schema->find_attribute(attid); attribute != nullptr) return attribute->oid;
  if (const auto* const object_class = context_.schema->find_class(attid); object_class != nullptr) return object_class->oid;
  auto oid = context_.schema->prefix_table().oid_from_attid(attid);
  return oid.empty() ? fmt::format("#{:08x}", static_cast<std::uint32_t>(attid)) : oid;
}

bool ItemReader::is_in_scope(const schema::AttributeSchema& attribute) const noexcept {
  if (scope_.partial && !scope_.partial->has(attribute.attid)) return false;
  return !scope_.filtered || !(attribute.is_in_filtered_set() || attribute.is_secret());
}

Result<void> ItemReader::add_value(const schema::AttributeSchema& attribute, bool references, ByteView value) {
  auto& to = next_value();
  if (references) {
    const auto target = snapshot_.find(store::reference_target(value));
    if (!target) return std::unexpected(target.error());
    if (!*target) return fail(win32::kErrorDsDatabaseError, "a reference to nothing");
    append(to, (*target)->guid().value.octets);
    append(to, store::reference_rest(value));
  } else if (attribute.syntax == schema::Syntax::kOid && value.size() == 4) {
    append(to, as_bytes(oid_of(Attid{load_le<std::uint32_t>(value.data())})));
  } else {
    append(to, value);
  }
  return {};
}

/// What replicates is the value; how each DSA keeps it is its own affair.
Result<void> ItemReader::add_secret(const ObjectView& object, const schema::AttributeSchema& attribute, ByteView stored) {
  const auto clear = unseal_value(context_, object.guid(), attribute, stored);
  if (!clear) return std::unexpected(clear.error());
  append(next_value(), clear->view());
  return {};
}

void ItemReader::seal(const ObjectGuid& object, Item& item, std::uint8_t flags, bool sorts) {
  const auto values = std::span(values_).first(values_used_);
  if (sorts && values.size() > 1) std::ranges::sort(values);
  octets_.clear();
  append(octets_, object.value.octets);
  octets_.push_back(static_cast<std::uint8_t>(item.kind));
  append(octets_, static_cast<std::uint16_t>(item.oid.size()));
  append(octets_, as_bytes(item.oid));
  append(octets_, item.target.value.octets);
  append(octets_, static_cast<std::uint32_t>(item.data.size()));
  append(octets_, item.data);
  if (with_details_) std::ranges::copy(ByteView(sha256(ByteView(octets_).subspan(16))).first(16), item.key.begin());

  const auto stamp = item.stamp.value_or(AttributeStamp{});
  if (item.stamp) flags |= kHasStamp;
  if (item.is_present) flags |= kPresent;
  if (item.is_asleep) flags |= kAsleep;
  octets_.push_back(flags);
  append(octets_, stamp.version);
  append(octets_, stamp.time_changed.seconds);
  append(octets_, stamp.uuid_originating.value.octets);
  append(octets_, stamp.usn_originating.value);
  append(octets_, item.time_created.seconds);
  const auto values_at = octets_.size();
  append(octets_, static_cast<std::uint32_t>(values.size()));
  for (const auto& value : values) {
    append(octets_, static_cast<std::uint32_t>(value.size()));
    append(octets_, value);
  }
  if (with_details_) item.values = digest_of(ByteView(octets_).subspan(values_at));
  item.digest = digest_of(octets_);
}

/// The stamp of isDeleted says when the state last changed; null, which is less than any, when it never did. Of an NC's root neither parent
/// nor RDN replicates: they depend on what else is held.
Result<bool> ItemReader::state_and_place(const ObjectView& object, const std::function<bool(const Item&)>& visit) {
  begin_values();
  Item state{.kind = ItemKind::kState};
  state.stamp = object.stamp(attid::kIsDeleted);
  std::uint8_t flags = 0;
  if (is_deleted(object)) flags |= kIsDeleted;
  if (is_recycled(object)) flags |= kIsRecycled;
  seal(object.guid(), state, flags, false);
  if (!visit(state)) return false;
  if (is_nc_root(object)) return true;

  const auto parent = snapshot_.find(object.parent());
  if (!parent) return std::unexpected(parent.error());
  if (!*parent) return fail(win32::kErrorDsDatabaseError, "an object without its parent");
  begin_values();
  append(next_value(), (*parent)->guid().value.octets);
  append(next_value(), as_bytes(oid_of(object.rdn_type())));
  append(next_value(), as_bytes(object.rdn()));
  Item place{.kind = ItemKind::kPlace};
  place.stamp = object.stamp(attid::kName);
  seal(object.guid(), place, 0, false);
  return visit(place);
}

Result<bool> ItemReader::attribute(const ObjectView& object, const store::AttributeView& attribute, const std::function<bool(const Item&)>& visit) {
  // The naming attribute travels inside `name` ([MS-DRSR] 4.1.10.5.6), so its stamp is each replica's own.
  if (!attribute.has_stamp() || attribute.attid() == object.rdn_type()) return true;
  const auto* const schema = context_.schema->find_attribute(attribute.attid());
  if (schema == nullptr || !schema->is_replicated() || !is_in_scope(*schema)) return true;
  begin_values();
  // Bits of instanceType say what each DSA holds; values of secrets are compared by who may see them.
  const bool leaves_out = attribute.attid() == attid::kInstanceType || (schema->is_secret() && !scope_.with_secrets);
  if (!leaves_out)
    for (std::size_t i = 0; i < attribute.size(); ++i)
      if (auto added = is_kept_secret(*schema) ? add_secret(object, *schema, attribute.value(i)) : add_value(*schema, attribute.references(), attribute.value(i)); !added)
        return std::unexpected(std::move(added.error()));
  Item item{.kind = ItemKind::kAttribute, .oid = schema->oid};
  item.is_present = attribute.size() != 0;
  item.stamp = attribute.stamp();
  seal(object.guid(), item, leaves_out ? kValuesLeftOut : 0, true);
  return visit(item);
}

Result<void> ItemReader::links(const ObjectView& object, const std::function<bool(const Item&)>& visit) {
  const bool is_universal = (object.first_u32(attid::kGroupType).value_or(0) & kUniversalGroup) != 0;
  std::optional<Error> error;
  const auto scan = snapshot_.links(object.dnt(), Attid{}, [&](const store::LinkValue& link) {
    const auto* const schema = context_.schema->find_attribute(link.key.attid);
    if (schema == nullptr || !schema->is_replicated() || !is_in_scope(*schema)) return true;
    if (scope_.partial && link.key.attid == attid::kMember && !is_universal) return true;
    // A value of the time before stamps travels with its attribute while it is present, and not at all once it is absent.
    if (link.legacy && !link.is_present) return true;
    const auto target = snapshot_.find(link.key.target);
    if (!target) error = target.error();
    if (target && !*target) error = Error{win32::kErrorDsDatabaseError, Phase::kNone, "a link value without its target"};
    if (error) return false;
    begin_values();
    Item item{.kind = ItemKind::kLink, .oid = schema->oid, .target = (*target)->guid(), .data = link.key.data};
    item.is_present = link.is_present;
    item.is_asleep = link.is_deactivated;
    if (!link.legacy) {
      item.stamp = link.stamp.stamp;
      item.time_created = link.stamp.time_created;
    }
    seal(object.guid(), item, 0, false);
    return visit(item);
  });
  if (error) return std::unexpected(std::move(*error));
  return scan;
}

Result<void> ItemReader::each(const ObjectView& object, bool with_details, const std::function<bool(const Item&)>& visit) {
  with_details_ = with_details;
  auto more = state_and_place(object, visit);
  for (std::size_t i = 0; more && *more && i < object.attribute_count(); ++i) more = attribute(object, object.attribute(i), visit);
  if (!more) return std::unexpected(std::move(more.error()));
  return *more ? links(object, visit) : Result<void>{};
}

Result<Digest> ItemReader::sum(const ObjectView& object) {
  Digest total;
  const auto read = each(object, false, [&](const Item& item) {
    total += item.digest;
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return total;
}

}  // namespace tributary::repl
