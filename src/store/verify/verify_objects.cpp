// SPDX-License-Identifier: Apache-2.0
// Verification of records, the tree, the NCs, references and the indexes that follow from records.
#include <algorithm>

#include "store/format/record.hpp"
#include "store/verify/verifier.hpp"

namespace tributary::store {

using format::Key;
using format::key_of;
using kv::Table;

namespace {

std::uint64_t number(Dnt dnt) noexcept { return static_cast<std::uint64_t>(dnt); }

}  // namespace

void Verifier::objects() {
  bool has_root = false;
  walk(Table::kObjects, [&](ByteView key, ByteView record) {
    if (key.size() != 8) return find(FindingKind::kBadKey, Table::kObjects, key, "no DNT");
    const Dnt dnt = format::load_dnt_be(key.data());
    if (dnt >= meta_.next_dnt || dnt == kNoDnt)
      find(FindingKind::kDnt, Table::kObjects, key, fmt::format("the next DNT to be given out is {}", number(meta_.next_dnt)));
    const auto view = RecordCodec::open(dnt, record);
    if (!view) return find(FindingKind::kDamagedRecord, Table::kObjects, key, "an object");
    if (dnt == kRootDnt) {
      has_root = true;
      if (view->attribute_count() != 0 || view->parent() != kNoDnt) find(FindingKind::kDnt, Table::kObjects, key, "the root is an object");
    } else {
      one_object(key, *view);
    }
  });
  if (!has_root && !failure_) find(FindingKind::kDnt, Table::kObjects, key_of(kRootDnt), "there is no root");
}

void Verifier::one_object(ByteView key, const ObjectView& view) {
  const auto guid = get(Table::kGuids, view.guid().value.octets);
  if (!guid || decode_dnt(*guid) != view.dnt())
    find(FindingKind::kMissingEntry, Table::kGuids, view.guid().value.octets, fmt::format("of object {}", number(view.dnt())));
  if (has(view.flags(), ObjectFlags::kPhantom)) {
    ++report_.phantoms;
    return phantom(key, view);
  }
  ++report_.objects;
  ++sizes_[view.nc()][0];
  const std::string of = fmt::format("object {}", number(view.dnt()));
  const Key child = format::child_key(view.parent(), rdn_form_of(snapshot_.state_->policy.get(), view.rdn()));
  if (const auto at = get(Table::kChildren, child); !at || decode_dnt(*at) != view.dnt())
    find(FindingKind::kMissingEntry, Table::kChildren, child, "of " + of);
  expect_entry(Table::kChanges, format::change_key(view.nc(), view.usn_changed(), view.dnt()), of);
  if (view.when_deleted() != DsTime{}) expect_entry(Table::kObjectGraves, format::grave_key(view.when_deleted(), view.dnt()), of);
  place(key, view);
  attributes(key, view);
}

void Verifier::phantom(ByteView key, const ObjectView& view) {
  if (view.parent() != kNoDnt || view.nc() != kNoDnt || view.attribute_count() != 0)
    find(FindingKind::kBadPhantom, Table::kObjects, key, "a phantom has neither place nor attributes");
  if (!get(Table::kReferences, key) && !has_any(Table::kBacklinks, key))
    find(FindingKind::kForgottenPhantom, Table::kObjects, key, "nothing refers to it");
}

/// Parent, NC and the way up.
void Verifier::place(ByteView key, const ObjectView& view) {
  const auto parent = brief(view.parent());
  if (!parent || parent->is_phantom()) {
    find(FindingKind::kNoParent, Table::kObjects, key, fmt::format("its parent {} is not there", number(view.parent())));
  } else {
    ancestry(key, view.dnt());
  }
  if (has(view.flags(), ObjectFlags::kNcRoot)) {
    if (view.nc() != view.dnt()) find(FindingKind::kWrongNc, Table::kObjects, key, "the root of an NC is in its own");
    if (!get(Table::kNcReplicas, key)) find(FindingKind::kNoReplica, Table::kObjects, key, "the root of an NC has no replica record");
    return;
  }
  const auto nc = brief(view.nc());
  if (!nc || !has(nc->flags, ObjectFlags::kNcRoot)) {
    find(FindingKind::kWrongNc, Table::kObjects, key, fmt::format("its NC {} is no root", number(view.nc())));
  } else if (parent && parent->nc != view.nc()) {
    find(FindingKind::kWrongNc, Table::kObjects, key, fmt::format("its NC is {}, its parent's {}", number(view.nc()), number(parent->nc)));
  }
}

/// Up to the root, or to one from which the root was reached before. A cycle is met by its own mark (Brent): no set is kept.
void Verifier::ancestry(ByteView key, Dnt dnt) {
  Dnt at = dnt, marked = dnt;
  for (std::uint64_t steps = 1, next_mark = 2; !failure_; ++steps) {
    const auto here = brief(at);
    if (!here) return;  // no parent: found where it is
    at = here->parent;
    if (at == kRootDnt || rooted_[slot_of(at)] == at) break;
    if (at == marked) return find(FindingKind::kCycle, Table::kObjects, key, fmt::format("its way up comes to {} again", number(at)));
    if (steps == next_mark) {
      marked = at;
      next_mark *= 2;
    }
  }
  rooted_[slot_of(dnt)] = dnt;
}

void Verifier::attributes(ByteView key, const ObjectView& view) {
  Usn highest;
  for (std::size_t i = 0; i < view.attribute_count(); ++i) {
    const AttributeView attribute = view.attribute(i);
    highest = std::max(highest, attribute.usn_local());
    if (attribute.has_stamp()) check_stamp(Table::kObjects, key, attribute.stamp());
    if (std::ranges::binary_search(indexed_, attribute.attid())) equality_of(view.dnt(), attribute);
  }
  check_usn(Table::kObjects, key, view.usn_changed(), "usn_changed");
  check_usn(Table::kObjects, key, view.head().usn_created, "usn_created");
  // A change of its link values alone is above them all.
  if (view.usn_changed() < highest)
    find(FindingKind::kWrongUsnChanged, Table::kObjects, key,
         fmt::format("usn_changed is {}, the highest of its attributes {}", view.usn_changed().value, highest.value));
}

void Verifier::equality_of(Dnt dnt, const AttributeView& attribute) {
  for (std::size_t i = 0; i < attribute.size(); ++i)
    if (snapshot_.state_->policy->normal_form(attribute.attid(), attribute.value(i), form_))
      expect_entry(Table::kEquality, Key().attid(attribute.attid()).value_form(form_).dnt(dnt), fmt::format("object {}", number(dnt)));
}

void Verifier::references() {
  const std::uint64_t step = std::max<std::uint64_t>(options_.counted_at_once, 1);
  for (std::uint64_t first = 0; first < number(meta_.next_dnt) && !failure_; first += step) references_from(first);
  walk(Table::kReferences, [&](ByteView key, ByteView) {
    if (key.size() != 8 || format::load_dnt_be(key.data()) >= meta_.next_dnt) find(FindingKind::kBadKey, Table::kReferences, key, "no DNT");
  });
}

/// Those to `counted_at_once` DNTs from `first` on: counted from the records, then compared with what is stored.
void Verifier::references_from(std::uint64_t first) {
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(std::min<std::uint64_t>(options_.counted_at_once, number(meta_.next_dnt) - first)));
  walk(Table::kObjects, [&](ByteView key, ByteView record) {
    const auto view = key.size() == 8 ? RecordCodec::open(format::load_dnt_be(key.data()), record) : std::nullopt;
    for (std::size_t i = 0; view && i < view->attribute_count(); ++i) {
      const AttributeView attribute = view->attribute(i);
      for (std::size_t v = 0; attribute.references() && v < attribute.size(); ++v) {
        const Dnt target = reference_target(attribute.value(v));
        if (first == 0 && !brief(target))
          find(FindingKind::kDanglingReference, Table::kObjects, key, fmt::format("refers to {}, which is not there", number(target)));
        if (number(target) >= first && number(target) - first < counts.size()) ++counts[static_cast<std::size_t>(number(target) - first)];
      }
    }
  });
  for (std::size_t i = 0; i < counts.size() && !failure_; ++i) {
    const Key key = key_of(Dnt{first + i});
    if (counts[i] == 0 && i % 64 == 0 && std::all_of(counts.begin() + static_cast<std::ptrdiff_t>(i),
                                                     counts.begin() + static_cast<std::ptrdiff_t>(std::min(i + 64, counts.size())),
                                                     [](std::uint32_t c) { return c == 0; })) {
      // Nothing refers to any of these: one look shows whether something is stored of them nevertheless.
      const auto cursor = reader_->cursor(Table::kReferences);
      const auto at = cursor->seek(key);
      if (!at) return void(failure_ = at.error());
      if (!*at || cursor->key().size() != 8 || number(format::load_dnt_be(cursor->key().data())) >= first + i + 64) {
        i += 63;
        continue;
      }
    }
    std::array<std::uint64_t, 1> stored{};
    const auto record = get(Table::kReferences, key);
    if (record && !format::decode_counts(key, *record, stored)) {
      find(FindingKind::kDamagedRecord, Table::kReferences, key, "a count of references");
    } else if (stored[0] != counts[i] || (record && counts[i] == 0)) {
      find(FindingKind::kWrongCount, Table::kReferences, key, fmt::format("says {}, there are {}", stored[0], counts[i]));
    }
  }
}

void Verifier::object_indexes() {
  const auto stray = [&](Table table, ByteView key, Dnt dnt) {
    find(FindingKind::kStrayEntry, table, key, fmt::format("does not follow from object {}", number(dnt)));
  };
  walk(Table::kGuids, [&](ByteView key, ByteView value) {
    const Dnt dnt = decode_dnt(value).value_or(kNoDnt);
    const auto view = object(dnt);
    if (!view || dnt == kRootDnt || !std::ranges::equal(key, view->guid().value.octets)) stray(Table::kGuids, key, dnt);
  });
  walk(Table::kChildren, [&](ByteView key, ByteView value) {
    const Dnt dnt = decode_dnt(value).value_or(kNoDnt);
    const auto view = object(dnt);
    const bool is_right = view && dnt != kRootDnt && !has(view->flags(), ObjectFlags::kPhantom) &&
                          std::ranges::equal(key, format::child_key(view->parent(), rdn_form_of(snapshot_.state_->policy.get(), view->rdn())).view());
    if (!is_right) stray(Table::kChildren, key, dnt);
  });
  walk(Table::kChanges, [&](ByteView key, ByteView) {
    if (key.size() != 24) return find(FindingKind::kBadKey, Table::kChanges, key, "no change");
    const Dnt dnt = format::load_dnt_be(key.data() + 16);
    const auto view = object(dnt);
    const bool is_right = view && dnt != kRootDnt && !has(view->flags(), ObjectFlags::kPhantom) &&
                          std::ranges::equal(key, format::change_key(view->nc(), view->usn_changed(), dnt).view());
    if (!is_right) stray(Table::kChanges, key, dnt);
  });
  walk(Table::kObjectGraves, [&](ByteView key, ByteView) {
    if (key.size() != 16) return find(FindingKind::kBadKey, Table::kObjectGraves, key, "no grave");
    const Dnt dnt = format::load_dnt_be(key.data() + 8);
    const auto view = object(dnt);
    if (!view || has(view->flags(), ObjectFlags::kPhantom) || view->when_deleted() != format::load_time_be(key.data()))
      stray(Table::kObjectGraves, key, dnt);
  });
}

void Verifier::equality_index() {
  walk(Table::kEquality, [&](ByteView key, ByteView) {
    if (key.size() < 4 + 2 + 8) return find(FindingKind::kBadKey, Table::kEquality, key, "no value");
    const Attid attid{load_be<std::uint32_t>(key.data())};
    if (!std::ranges::binary_search(indexed_, attid)) return;  // on its way in or out
    const Dnt dnt = format::load_dnt_be(key.data() + key.size() - 8);
    if (!has_value_of(dnt, attid, key)) find(FindingKind::kStrayEntry, Table::kEquality, key, fmt::format("object {} has no such value", number(dnt)));
  });
}

bool Verifier::has_value_of(Dnt dnt, Attid attid, ByteView key) {
  const auto view = object(dnt);
  const auto attribute = view ? view->find(attid) : std::nullopt;
  for (std::size_t i = 0; attribute && i < attribute->size(); ++i)
    if (snapshot_.state_->policy->normal_form(attid, attribute->value(i), form_) &&
        std::ranges::equal(key, Key().attid(attid).value_form(form_).dnt(dnt).view()))
      return true;
  return false;
}

}  // namespace tributary::store
