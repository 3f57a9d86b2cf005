// SPDX-License-Identifier: Apache-2.0
// Verification of link values from both ends, and of their indexes.
#include "store/verify/verifier.hpp"

namespace tributary::store {

using kv::Table;

void Verifier::links() {
  walk(Table::kLinks, [&](ByteView key, ByteView record) {
    ++report_.link_values;
    if (!format::split_link_key(key)) return find(FindingKind::kBadKey, Table::kLinks, key, "no link value");
    const auto value = format::decode_link(key, record);
    if (!value) return find(FindingKind::kDamagedRecord, Table::kLinks, key, "a link value");
    one_link(key, *value);
  });
}

void Verifier::one_link(ByteView key, const LinkValue& value) {
  const auto source = brief(value.key.source);
  if (!source || !source->is_object()) {
    find(FindingKind::kDanglingReference, Table::kLinks, key, "its source is not there");
  } else {
    ++sizes_[source->nc][1];
    expect_entry(Table::kLinkChanges, format::link_change_key(source->nc, value.usn_local, key), "a link value");
  }
  if (!brief(value.key.target)) find(FindingKind::kDanglingReference, Table::kLinks, key, "its target is not there");
  expect_entry(Table::kBacklinks, format::backlink_key(key), "a link value");
  if (!value.is_present) expect_entry(Table::kLinkGraves, format::link_grave_key(value.time_deleted, key), "an absent link value");
  check_usn(Table::kLinks, key, value.usn_local, "usn_local");
  check_stamp(Table::kLinks, key, value.stamp.stamp);
}

void Verifier::link_indexes() {
  const auto link_at = [&](ByteView key) {
    const auto record = get(Table::kLinks, key);
    return record ? format::decode_link(key, *record) : std::nullopt;
  };
  walk(Table::kBacklinks, [&](ByteView key, ByteView) {
    const auto link = format::link_key_of_backlink(key);
    if (!link) return find(FindingKind::kBadKey, Table::kBacklinks, key, "no backlink");
    if (!get(Table::kLinks, *link) && !failure_) find(FindingKind::kStrayEntry, Table::kBacklinks, key, "there is no such link value");
  });
  walk(Table::kLinkChanges, [&](ByteView key, ByteView) {
    if (key.size() < 16 + format::kLinkKeyFixed) return find(FindingKind::kBadKey, Table::kLinkChanges, key, "no change of a link value");
    const auto value = link_at(key.subspan(16));
    const auto source = value ? brief(value->key.source) : std::nullopt;
    if (!source || source->nc != format::load_dnt_be(key.data()) || value->usn_local != format::load_usn_be(key.data() + 8))
      find(FindingKind::kStrayEntry, Table::kLinkChanges, key, "follows from no link value");
  });
  walk(Table::kLinkGraves, [&](ByteView key, ByteView) {
    if (key.size() < 8 + format::kLinkKeyFixed) return find(FindingKind::kBadKey, Table::kLinkGraves, key, "no grave of a link value");
    const auto value = link_at(key.subspan(8));
    if (!value || value->is_present || value->time_deleted != format::load_time_be(key.data()))
      find(FindingKind::kStrayEntry, Table::kLinkGraves, key, "follows from no absent link value");
  });
}

}  // namespace tributary::store
