// SPDX-License-Identifier: Apache-2.0
// ObjectDraft (object.hpp): attributes in order, and pieces of memory whose views stay.
#include <algorithm>

#include "store/object.hpp"

namespace tributary::store {
namespace {

constexpr std::size_t kPieceOctets = 4096;

auto place_of(auto& attributes, Attid attid) {
  // A draft is mostly made in ascending order.
  if (attributes.empty() || attributes.back().attid < attid) return attributes.end();
  return std::lower_bound(attributes.begin(), attributes.end(), attid, [](const AttributeDraft& a, Attid b) { return a.attid < b; });
}

}  // namespace

ObjectDraft::ObjectDraft(const ObjectView& view) : dnt(view.dnt()), head(view.head()), rdn_type(view.rdn_type()), rdn(view.rdn()) {
  attributes_.reserve(view.attribute_count());
  for (std::size_t i = 0; i < view.attribute_count(); ++i) {
    const AttributeView from = view.attribute(i);
    AttributeDraft& to = attributes_.emplace_back();
    to.attid = from.attid();
    to.references = from.references();
    if (from.has_stamp()) to.stamp = from.stamp();
    to.usn_local = from.usn_local();
    to.values.reserve(from.size());
    for (std::size_t v = 0; v < from.size(); ++v) to.values.push_back(from.value(v));
  }
}

ObjectDraft::ObjectDraft(const ObjectDraft& other)
    : dnt(other.dnt), head(other.head), rdn_type(other.rdn_type), rdn(other.rdn), attributes_(other.attributes_) {
  keep_all();
}

ObjectDraft& ObjectDraft::operator=(const ObjectDraft& other) {
  if (this != &other) *this = ObjectDraft(other);
  return *this;
}

AttributeDraft* ObjectDraft::find(Attid attid) noexcept {
  const auto at = place_of(attributes_, attid);
  return at == attributes_.end() || at->attid != attid ? nullptr : &*at;
}

AttributeDraft& ObjectDraft::attribute(Attid attid) {
  const auto at = place_of(attributes_, attid);
  if (at != attributes_.end() && at->attid == attid) return *at;
  AttributeDraft fresh;
  fresh.attid = attid;
  if (!spare_.empty()) {
    fresh.values = std::move(spare_.back());
    spare_.pop_back();
  }
  return *attributes_.insert(at, std::move(fresh));
}

void ObjectDraft::remove(Attid attid) {
  const auto at = place_of(attributes_, attid);
  if (at != attributes_.end() && at->attid == attid) attributes_.erase(at);
}

std::span<std::uint8_t> ObjectDraft::room(std::size_t size) {
  if (kept_.empty() || kept_.back().capacity() - kept_.back().size() < size) {
    kept_.emplace_back();
    kept_.back().reserve(std::max(kPieceOctets, size));
  }
  Bytes& piece = kept_.back();
  const std::size_t begin = piece.size();
  piece.resize(begin + size);
  return std::span(piece).subspan(begin);
}

ByteView ObjectDraft::keep(ByteView octets) {
  const auto to = room(octets.size());
  std::copy(octets.begin(), octets.end(), to.begin());
  return to;
}

ByteView ObjectDraft::keep_u32(std::uint32_t value) {
  const auto to = room(4);
  store_le(to.data(), value);
  return to;
}

ByteView ObjectDraft::keep_i64(std::int64_t value) {
  const auto to = room(8);
  store_le(to.data(), static_cast<std::uint64_t>(value));
  return to;
}

ByteView ObjectDraft::keep_reference(Dnt target, ByteView rest) {
  const auto to = room(8 + rest.size());
  store_le(to.data(), static_cast<std::uint64_t>(target));
  std::copy(rest.begin(), rest.end(), to.begin() + 8);
  return to;
}

void ObjectDraft::keep_all() {
  for (AttributeDraft& attribute : attributes_)
    for (ByteView& value : attribute.values) value = keep(value);
}

void ObjectDraft::clear() {
  for (AttributeDraft& attribute : attributes_) {
    attribute.values.clear();
    spare_.push_back(std::move(attribute.values));
  }
  attributes_.clear();
  if (kept_.size() > 1) kept_.erase(kept_.begin() + 1, kept_.end());
  if (!kept_.empty()) kept_.front().clear();
  dnt = kNoDnt;
  head = {};
  rdn_type = {};
  rdn.clear();
}

}  // namespace tributary::store
