// SPDX-License-Identifier: Apache-2.0
// See page_builder.hpp.
#include "repl/source/page_builder.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "drsuapi/compress/secrets.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/secret_values.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using store::AttributeView;
using store::ObjectView;

/// Deeper than the longest DN: a damaged tree must not hold a call for ever.
constexpr int kAncestorsMax = 512;
/// [MS-DRSR] 5.86
constexpr std::uint32_t kGroupTypeUniversalGroup = 0x00000008;

// What things take in NDR, roughly: pointers, counts and fixed members. cNumBytes is an estimate everywhere.
constexpr std::size_t kObjectOctets = 80;
constexpr std::size_t kAttributeOctets = 52;
constexpr std::size_t kValueOctets = 12;
constexpr std::size_t kLinkOctets = 100;

bool is_universal_group(const ObjectView& object) noexcept {
  return (object.first_u32(attid::kGroupType).value_or(0) & kGroupTypeUniversalGroup) != 0;
}

}  // namespace

PageBuilder::PageBuilder(const Context& context, const store::Snapshot& snapshot, PageTerms terms, ndr::Arena& arena)
    : context_(context), snapshot_(snapshot), terms_(std::move(terms)), arena_(arena), names_(snapshot, *context.schema, arena) {}

bool PageBuilder::wants(const AttributeView& attribute, Attid rdn_type, const schema::AttributeSchema& schema) const noexcept {
  // The naming attribute travels inside `name` and the DN (4.1.10.5.6).
  if (attribute.attid() == rdn_type || !schema.is_replicated()) return false;
  if (terms_.with_secrets && schema.is_secret()) return true;
  return !terms_.filter.filters(attribute.attid(), attribute.stamp());
}

Result<void> PageBuilder::add_object(Dnt dnt, bool with_ancestors) {
  if (in_page_.contains(dnt)) return {};
  const auto object = snapshot_.find(dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object) return {};
  return add_object(**object, with_ancestors);
}

Result<void> PageBuilder::add_object(const ObjectView& object, bool with_ancestors) {
  if (in_page_.contains(object.dnt())) return {};
  if (with_ancestors || terms_.request->has(DRS_GET_ANC))
    if (auto added = add_ancestors(object); !added) return added;
  return append(object);
}

/// The most distant first. An ancestor that did not change since the pages before is at the destination.
Result<void> PageBuilder::add_ancestors(const ObjectView& object) {
  std::vector<ObjectView> changed;
  auto at = object;
  for (int depth = 0; at.dnt() != terms_.nc_root && at.parent() != store::kRootDnt && at.parent() != store::kNoDnt; ++depth) {
    if (depth == kAncestorsMax) return fail(win32::kErrorDsDatabaseError, "the tree is too deep");
    const auto parent = snapshot_.find(at.parent());
    if (!parent) return std::unexpected(parent.error());
    if (!*parent) return fail(win32::kErrorDsDatabaseError, "an object without its parent");
    at = **parent;
    if (at.usn_changed() > terms_.changed_after && at.nc() == terms_.nc_root) changed.push_back(at);
  }
  for (auto ancestor = changed.rbegin(); ancestor != changed.rend(); ++ancestor)
    if (auto added = append(*ancestor); !added) return added;
  return {};
}

Result<void> PageBuilder::append(const ObjectView& object) {
  if (is_phantom(object) || in_page_.contains(object.dnt())) return {};
  bool has_news = false;
  chosen_.clear();
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    if (!attribute.has_stamp()) continue;
    const auto* const schema = context_.schema->find_attribute(attribute.attid());
    if (schema == nullptr) continue;
    const bool is_news = wants(attribute, object.rdn_type(), *schema);
    has_news = has_news || is_news;
    // 4.1.10.5.5: these two go with every object that has news.
    if (is_news || attribute.attid() == attid::kInstanceType || attribute.attid() == attid::kProxiedObjectName)
      chosen_.push_back({attribute, schema});
  }
  if (!has_news) return {};
  return append_chosen(object);
}

Result<void> PageBuilder::append_chosen(const ObjectView& object) {
  const auto name = names_.dsname(object);
  if (!name) return std::unexpected(name.error());
  std::size_t values = 0;
  for (const auto& [view, schema] : chosen_) values += view.size();
  auto* const attributes = arena_.make_array<ATTR>(chosen_.size());
  auto* const stamps = arena_.make_array<PROPERTY_META_DATA_EXT>(chosen_.size());
  auto* next_value = arena_.make_array<ATTRVAL>(values);
  octets_ += kObjectOctets + 2 * (*name)->StringName.size();

  bool has_name = false;
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    has_name = has_name || chosen_[i].view.attid() == attid::kName;
    if (auto filled = fill_attribute(object, chosen_[i].view, *chosen_[i].schema, attributes[i], stamps[i], next_value); !filled) return filled;
  }

  auto& entry = objects_.emplace_back();
  entry.fIsNCPrefix = object.dnt() == terms_.nc_root ? 1 : 0;
  entry.Entinf.pName = Unique<DSNAME>::view(*name);
  entry.Entinf.ulFlags = terms_.filter.partial ? 0 : ENTINF_FROM_MASTER;
  entry.Entinf.AttrBlock.pAttr = Seq<ATTR>::view({attributes, chosen_.size()});
  auto* const vector = arena_.make_array<PROPERTY_META_DATA_EXT_VECTOR>(1);
  vector->rgMetaData = Seq<PROPERTY_META_DATA_EXT>::view({stamps, chosen_.size()});
  entry.pMetaDataExt = Unique<PROPERTY_META_DATA_EXT_VECTOR>::view(vector);
  if (has_name && entry.fIsNCPrefix == 0 && object.parent() != store::kRootDnt) {
    const auto parent = snapshot_.find(object.parent());
    if (!parent) return std::unexpected(parent.error());
    if (!*parent) return fail(win32::kErrorDsDatabaseError, "an object without its parent");
    auto* const guid = arena_.make_array<Guid>(1);
    *guid = (*parent)->guid().value;
    entry.pParentGuid = Unique<Guid>::view(guid);
  }
  in_page_.insert(object.dnt());
  return {};
}

Result<void> PageBuilder::fill_attribute(const ObjectView& object, const AttributeView& from, const schema::AttributeSchema& schema, ATTR& to,
                                         PROPERTY_META_DATA_EXT& stamp, ATTRVAL*& next_value) {
  to.attrTyp = static_cast<ATTRTYP>(from.attid());
  stamp = stamp_to_wire(from.stamp());
  octets_ += kAttributeOctets;
  const bool is_secret = schema.is_secret();
  if (is_secret && terms_.request->has(DRS_SPECIAL_SECRET_PROCESSING) && !terms_.with_secrets) {
    stamp.timeChanged = 0;  // 4.1.10.5.8: the value stays here, and a stamp without a time says so
    return {};
  }
  if (schema.is_forward_link()) {
    const auto values = legacy_links(object.dnt(), schema);
    if (!values) return std::unexpected(values.error());
    if (!values->empty()) to.AttrVal.pAVal = Seq<ATTRVAL>::view(*values);
    return {};
  }
  ATTRVAL* const first = next_value;
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto value = is_secret ? secret_value(object, schema, from, from.value(i)) : wire_value(schema, from, from.value(i));
    if (!value) return std::unexpected(std::move(value.error()));
    next_value->pVal = Seq<std::uint8_t>::view(*value);
    ++next_value;
    octets_ += kValueOctets + value->size();
  }
  if (next_value != first) to.AttrVal.pAVal = Seq<ATTRVAL>::view({first, static_cast<std::size_t>(next_value - first)});
  if (is_secret && terms_.with_secrets) revealed_.push_back({object.dnt(), from.attid(), from.stamp()});
  return {};
}

Result<ByteView> PageBuilder::wire_value(const schema::AttributeSchema& schema, const AttributeView& from, ByteView value) {
  if (!from.references()) return value;
  return names_.value(schema.syntax, store::reference_target(value), store::reference_rest(value));
}

/// Values of the time before link values had stamps travel with their attribute (4.1.10.5.8).
Result<std::span<const ATTRVAL>> PageBuilder::legacy_links(Dnt source, const schema::AttributeSchema& schema) {
  std::vector<ByteView> values;
  std::optional<Error> failure;
  const auto walked = snapshot_.links(source, schema.attid, [&](const store::LinkValue& link) {
    if (!link.legacy || !link.is_present) return true;
    auto value = names_.value(schema.syntax, link.key.target, link.key.data);
    if (!value) {
      failure = value.error();
      return false;
    }
    values.push_back(*value);
    return true;
  });
  if (!walked) return std::unexpected(walked.error());
  if (failure) return std::unexpected(*failure);
  auto* const made = arena_.make_array<ATTRVAL>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    made[i].pVal = Seq<std::uint8_t>::view(values[i]);
    octets_ += kValueOctets + values[i].size();
  }
  return std::span<const ATTRVAL>(made, values.size());
}

Result<ByteView> PageBuilder::secret_value(const ObjectView& object, const schema::AttributeSchema& schema, const AttributeView& from, ByteView value) {
  if (!is_kept_secret(schema)) {
    const auto clear = wire_value(schema, from, value);
    return clear ? encrypted(*clear) : clear;
  }
  const auto clear = unseal_value(context_, object.guid(), schema, value);
  if (!clear) return std::unexpected(clear.error());
  return encrypted(clear->view());
}

Result<ByteView> PageBuilder::encrypted(ByteView clear) {
  if (!terms_.strong_encryption || terms_.session_key.empty())
    return fail(kSecEAlgorithmMismatch, "secret attributes travel only under a session key, to clients that can open them");
  TRIBUTARY_ASSERT(context_.random != nullptr);
  SecretSalt salt;
  context_.random->fill(salt);
  const auto payload = encrypt_secret_value(terms_.session_key, salt, clear);
  if (!payload) return std::unexpected(payload.error());
  auto* const kept = arena_.make_array<std::uint8_t>(payload->size());
  std::ranges::copy(*payload, kept);
  return ByteView(kept, payload->size());
}

/// 4.1.10.5.10: members of groups that are not universal go to who asks for them.
bool PageBuilder::is_hidden_membership(const ObjectView& group, const schema::AttributeSchema& schema) const noexcept {
  if (schema.attid != attid::kMember || !is_instance_of(*context_.schema, group, class_id::kGroup)) return false;
  const bool universal = is_universal_group(group);
  if (terms_.filter.filters_members(universal)) return true;
  return !terms_.request->has(DRS_GET_ALL_GROUP_MEMBERSHIP) && !universal;
}

Result<void> PageBuilder::add_link(const store::LinkKey& key) {
  const auto link = snapshot_.find_link(key);
  if (!link) return std::unexpected(link.error());
  if (!*link || (*link)->legacy) return {};
  const auto& value = **link;
  const auto* const schema = context_.schema->find_attribute(key.attid);
  if (schema == nullptr || !schema->is_replicated() || terms_.filter.filters(key.attid, value.stamp.stamp)) return {};
  const auto source = snapshot_.find(key.source);
  if (!source) return std::unexpected(source.error());
  if (!*source || is_hidden_membership(**source, *schema)) return {};

  // The ancestors predicate, then the target predicate (4.1.10.5.2). What the destination has is left out, as everywhere.
  if (terms_.request->has(DRS_GET_ANC) && (*source)->usn_changed() > terms_.changed_after)
    if (auto added = add_object(**source); !added) return added;
  const auto target = snapshot_.find(key.target);
  if (!target) return std::unexpected(target.error());
  if (!*target) return fail(win32::kErrorDsDatabaseError, "a link value without its target");
  if (terms_.request->wants_targets() && (*target)->nc() == terms_.nc_root && (*target)->usn_changed() > terms_.changed_after)
    if (auto added = add_object(**target); !added) return added;

  const auto name = names_.dsname(**source);
  if (!name) return std::unexpected(name.error());
  const auto octets = names_.value(schema->syntax, key.target, key.data);
  if (!octets) return std::unexpected(octets.error());
  auto& entry = links_.emplace_back();
  entry.pObject = Unique<DSNAME>::view(*name);
  entry.attrTyp = static_cast<ATTRTYP>(key.attid);
  entry.Aval.pVal = Seq<std::uint8_t>::view(*octets);
  entry.fIsPresent = value.is_present ? 1 : 0;
  entry.MetaData = link_stamp_to_wire_v3({value.stamp, {}});
  sort_keys_.push_back({(*source)->guid().value, entry.attrTyp, value.is_present, (*target)->guid().value,
                        static_cast<std::uint32_t>(links_.size() - 1)});
  octets_ += kLinkOctets + octets->size() + 2 * (*name)->StringName.size();
  return {};
}

void PageBuilder::finish(DRS_MSG_GETCHGREPLY_V9& reply) {
  // CompareLinks of 4.1.10.5.17. Equal keys (DN-Binary values of one target) keep the order of their changes.
  std::ranges::sort(sort_keys_, [](const SortKey& a, const SortKey& b) {
    return std::tie(a.object, a.attrtyp, a.is_present, a.target, a.position) < std::tie(b.object, b.attrtyp, b.is_present, b.target, b.position);
  });
  reply.cNumObjects = static_cast<std::uint32_t>(objects_.size());
  reply.cNumBytes = static_cast<std::uint32_t>(std::min<std::size_t>(octets_, UINT32_MAX));
  reply.pObjects = std::move(objects_);
  if (sort_keys_.empty()) return;
  auto* const sorted = arena_.make_array<REPLVALINF_V3>(sort_keys_.size());
  for (std::size_t i = 0; i < sort_keys_.size(); ++i) sorted[i] = std::move(links_[sort_keys_[i].position]);
  reply.rgValues = Seq<REPLVALINF_V3>::view({sorted, sort_keys_.size()});
  links_.clear();
  sort_keys_.clear();
}

}  // namespace tributary::repl
