// SPDX-License-Identifier: Apache-2.0
// Snapshot (directory_store.hpp): every read, for a snapshot and for the writer's own view alike.
#include <algorithm>

#include "store/format/link_record.hpp"
#include "store/format/record.hpp"
#include "store/state.hpp"

namespace tributary::store {

using format::Key;
using format::key_of;
using kv::Table;

ByteView rdn_form_of(const IndexPolicy* policy, std::string_view rdn) {
  static thread_local Bytes form;
  if (policy != nullptr) {
    policy->rdn_form(rdn, form);
  } else {
    default_rdn_form(rdn, form);
  }
  return form;
}

Result<format::Meta> read_meta(const kv::Reader& reader) {
  const auto record = reader.get(Table::kMeta, format::meta_key());
  if (!record) return std::unexpected(record.error());
  if (!*record) return fail(win32::kErrorDsDatabaseError, "there is no database of a DSA here");
  const auto meta = format::decode_meta(**record);
  if (!meta) return damaged(Table::kMeta, format::meta_key());
  if (meta->version != format::kVersion)
    return fail(win32::kErrorRevisionMismatch, fmt::format("the database has format {}, this program knows {}", meta->version, format::kVersion));
  return *meta;
}

Result<std::optional<ObjectView>> read_object(const kv::Reader& reader, Dnt dnt) {
  const Key key = key_of(dnt);
  const auto record = reader.get(Table::kObjects, key);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  const auto view = RecordCodec::open(dnt, **record);
  if (!view) return damaged(Table::kObjects, key);
  return *view;
}

Result<std::optional<ObjectView>> Snapshot::State::object(Dnt dnt) {
  const Key key = key_of(dnt);
  const auto record = reader->get(Table::kObjects, key);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  make_room();
  Checked& slot = slot_of(dnt);
  if (slot.dnt == dnt && slot.record == (*record)->data()) return RecordCodec::at(dnt, slot.record);
  const auto view = RecordCodec::open(dnt, **record);
  if (!view) return damaged(Table::kObjects, key);
  slot = {dnt, (*record)->data()};
  return *view;
}

Result<LinkKey> read_link_key(const kv::Reader& reader, ByteView short_key) {
  const auto parts = format::split_link_key(short_key);
  if (!parts) return damaged(Table::kLinks, short_key);
  if (!parts->data_is_cut()) return parts->whole();
  const auto record = reader.get(Table::kLinks, short_key);
  if (!record) return std::unexpected(record.error());
  auto value = *record ? format::decode_link(short_key, **record) : std::nullopt;
  if (!value) return damaged(Table::kLinks, short_key);
  return std::move(value->key);
}

Snapshot::Snapshot() = default;
Snapshot::~Snapshot() = default;

Identity Snapshot::identity() const { return state_->meta.identity; }
Usn Snapshot::highest_committed_usn() const { return state_->meta.highest_usn; }

Result<std::vector<std::pair<InvocationId, Usn>>> Snapshot::retired_invocation_ids() const {
  if (state_->broken) return std::unexpected(*state_->broken);
  std::vector<std::pair<InvocationId, Usn>> all;
  const auto done = scan(*state_->reader, Table::kMeta, format::retired_prefix(), [&](ByteView key, ByteView value) -> Result<bool> {
    const auto retired = format::decode_retired(key, value);
    if (!retired) return damaged(Table::kMeta, key);
    all.push_back(*retired);
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return all;
}

Result<std::optional<ObjectView>> Snapshot::find(Dnt dnt) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  return state_->object(dnt);
}

namespace {

Result<Dnt> look_up(const kv::Reader& reader, Table table, ByteView key) {
  const auto value = reader.get(table, key);
  if (!value) return std::unexpected(value.error());
  if (!*value) return kNoDnt;
  const auto dnt = decode_dnt(**value);
  if (!dnt) return damaged(table, key);
  return *dnt;
}

}  // namespace

Result<Dnt> Snapshot::find_guid(const ObjectGuid& guid) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  return look_up(*state_->reader, Table::kGuids, guid.value.octets);
}

Result<void> Snapshot::by_guid(const ObjectGuid& first, const Visitor<Dnt>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  return scan(*state_->reader, Table::kGuids, {}, first.value.octets, [&](ByteView key, ByteView value) -> Result<bool> {
    const auto dnt = decode_dnt(value);
    if (!dnt) return damaged(Table::kGuids, key);
    return visit(*dnt);
  });
}

Result<Dnt> Snapshot::find_child(Dnt parent, std::string_view rdn) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  return look_up(*state_->reader, Table::kChildren, format::child_key(parent, rdn_form_of(state_->policy.get(), rdn)));
}

Result<void> Snapshot::children(Dnt parent, const Visitor<Dnt>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  return scan(*state_->reader, Table::kChildren, key_of(parent), [&](ByteView key, ByteView value) -> Result<bool> {
    const auto dnt = decode_dnt(value);
    if (!dnt) return damaged(Table::kChildren, key);
    return visit(*dnt);
  });
}

namespace {

/// The first key of an index by USN that is above `after`.
Key above(Dnt nc, Usn after) noexcept {
  const std::int64_t first = after.value < 0 ? 0 : (after.value == INT64_MAX ? INT64_MAX : after.value + 1);
  return Key().dnt(nc).usn(Usn{first});
}

}  // namespace

Result<void> Snapshot::changes(Dnt nc, Usn after, const Visitor<ObjectChange>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  return scan(*state_->reader, Table::kChanges, key_of(nc), above(nc, after), [&](ByteView key, ByteView) -> Result<bool> {
    if (key.size() != 24) return damaged(Table::kChanges, key);
    return visit(ObjectChange{format::load_usn_be(key.data() + 8), format::load_dnt_be(key.data() + 16)});
  });
}

Result<void> Snapshot::link_changes(Dnt nc, Usn after, const Visitor<LinkChange>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  const kv::Reader& reader = *state_->reader;
  return scan(reader, Table::kLinkChanges, key_of(nc), above(nc, after), [&](ByteView key, ByteView) -> Result<bool> {
    if (key.size() < 16) return damaged(Table::kLinkChanges, key);
    auto link = read_link_key(reader, key.subspan(16));
    if (!link) return std::unexpected(link.error());
    return visit(LinkChange{format::load_usn_be(key.data() + 8), std::move(*link)});
  });
}

Result<std::optional<LinkValue>> Snapshot::find_link(const LinkKey& key) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  const Key stored = format::link_key(key);
  const auto record = state_->reader->get(Table::kLinks, stored);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  auto value = format::decode_link(stored, **record);
  if (!value) return damaged(Table::kLinks, stored);
  if (value->key != key) return std::nullopt;  // another one with the same cut form
  return value;
}

Result<void> Snapshot::links(Dnt source, Attid attid, const Visitor<LinkValue>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  Key prefix = key_of(source);
  if (attid != Attid{}) prefix.attid(attid);
  return scan(*state_->reader, Table::kLinks, prefix, [&](ByteView key, ByteView record) -> Result<bool> {
    const auto value = format::decode_link(key, record);
    if (!value) return damaged(Table::kLinks, key);
    return visit(*value);
  });
}

Result<void> Snapshot::backlinks(Dnt target, Attid attid, const Visitor<LinkKey>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  Key prefix = key_of(target);
  if (attid != Attid{}) prefix.attid(attid);
  const kv::Reader& reader = *state_->reader;
  return scan(reader, Table::kBacklinks, prefix, [&](ByteView key, ByteView) -> Result<bool> {
    const auto link = format::link_key_of_backlink(key);
    if (!link) return damaged(Table::kBacklinks, key);
    const auto whole = read_link_key(reader, *link);
    if (!whole) return std::unexpected(whole.error());
    return visit(*whole);
  });
}

bool Snapshot::has_index(Attid attid) const {
  if (state_->broken || state_->policy == nullptr || !std::ranges::binary_search(state_->policy->indexed(), attid)) return false;
  if (!state_->complete_indexes) {
    const auto record = state_->reader->get(Table::kMeta, format::indexes_key());
    state_->complete_indexes = record && *record ? format::decode_indexes(**record).value_or(std::vector<Attid>{}) : std::vector<Attid>{};
  }
  return std::ranges::binary_search(*state_->complete_indexes, attid);
}

namespace {

/// Whether the object has a value of that normal form: asked when the key holds only a part of it.
Result<bool> has_value(const kv::Reader& reader, const IndexPolicy& policy, Dnt dnt, Attid attid, ByteView normal_form) {
  const auto object = read_object(reader, dnt);
  if (!object) return std::unexpected(object.error());
  const auto attribute = *object ? (*object)->find(attid) : std::nullopt;
  if (!attribute) return false;
  Bytes form;
  for (std::size_t i = 0; i < attribute->size(); ++i)
    if (policy.normal_form(attid, attribute->value(i), form) && std::ranges::equal(form, normal_form)) return true;
  return false;
}

}  // namespace

Result<void> Snapshot::equal(Attid attid, ByteView normal_form, const Visitor<Dnt>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  if (!has_index(attid)) return fail(win32::kErrorDsInappropriateMatching, fmt::format("attribute {:#x} is not indexed", static_cast<std::uint32_t>(attid)));
  const kv::Reader& reader = *state_->reader;
  const Key prefix = Key().attid(attid).value_form(normal_form);
  const bool cut = prefix.size() == 4 + format::kValueFormMax;
  return scan(reader, Table::kEquality, prefix, [&](ByteView key, ByteView) -> Result<bool> {
    if (key.size() != prefix.size() + 8) return true;  // of another value: a cut one
    const Dnt dnt = format::load_dnt_be(key.data() + prefix.size());
    if (cut) {
      const auto same = has_value(reader, *state_->policy, dnt, attid, normal_form);
      if (!same) return std::unexpected(same.error());
      if (!*same) return true;
    }
    return visit(dnt);
  });
}

Result<void> Snapshot::object_graves(DsTime before, const Visitor<Dnt>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  return scan(*state_->reader, Table::kObjectGraves, {}, Key().u8(0), [&](ByteView key, ByteView) -> Result<bool> {
    if (key.size() != 16) return damaged(Table::kObjectGraves, key);
    if (format::load_time_be(key.data()) >= before) return false;
    return visit(format::load_dnt_be(key.data() + 8));
  });
}

Result<void> Snapshot::link_graves(DsTime before, const Visitor<LinkKey>& visit) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  const kv::Reader& reader = *state_->reader;
  return scan(reader, Table::kLinkGraves, {}, Key().u8(0), [&](ByteView key, ByteView) -> Result<bool> {
    if (key.size() < 8) return damaged(Table::kLinkGraves, key);
    if (format::load_time_be(key.data()) >= before) return false;
    const auto link = read_link_key(reader, key.subspan(8));
    if (!link) return std::unexpected(link.error());
    return visit(*link);
  });
}

Result<std::vector<Dnt>> Snapshot::nc_roots() const {
  if (state_->broken) return std::unexpected(*state_->broken);
  std::vector<Dnt> roots;
  const auto done = scan(*state_->reader, Table::kNcReplicas, {}, Key().u8(0), [&](ByteView key, ByteView) -> Result<bool> {
    if (key.size() != 8) return damaged(Table::kNcReplicas, key);
    roots.push_back(format::load_dnt_be(key.data()));
    return true;
  });
  if (!done) return std::unexpected(done.error());
  return roots;
}

Result<std::optional<NcReplica>> Snapshot::nc_replica(Dnt root) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  const Key key = key_of(root);
  const auto record = state_->reader->get(Table::kNcReplicas, key);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  auto replica = format::decode_nc_replica(key, **record);
  if (!replica) return damaged(Table::kNcReplicas, key);
  return replica;
}

Result<std::optional<Bytes>> Snapshot::dsa_value(std::string_view name) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  if (name.empty() || name.size() > format::kDsaNameMax) return std::nullopt;
  const auto record = state_->reader->get(Table::kDsaValues, as_bytes(name));
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  const auto value = format::decode_dsa_value(as_bytes(name), **record);
  if (!value) return damaged(Table::kDsaValues, as_bytes(name));
  return to_bytes(*value);
}

Result<std::pair<std::uint64_t, std::uint64_t>> Snapshot::nc_size(Dnt nc) const {
  if (state_->broken) return std::unexpected(*state_->broken);
  const Key key = key_of(nc);
  const auto record = state_->reader->get(Table::kNcSizes, key);
  if (!record) return std::unexpected(record.error());
  std::array<std::uint64_t, 2> counts{};
  if (*record && !format::decode_counts(key, **record, counts)) return damaged(Table::kNcSizes, key);
  const auto [objects, links] = state_->size_delta(nc);
  return std::pair{counts[0] + static_cast<std::uint64_t>(objects), counts[1] + static_cast<std::uint64_t>(links)};
}

}  // namespace tributary::store
