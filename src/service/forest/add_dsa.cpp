// SPDX-License-Identifier: Apache-2.0
// See add_dsa.hpp. [MS-ADTS] 6.1.1.2.2.1.2.1, 6.1.1.3.1; [MS-DRSR] 4.1.1.2.3.
#include "service/forest/add_dsa.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/wire_values.hpp"
#include "repl/source/reveal_secrets.hpp"
#include "repl/updates/modify.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/forest/rid_pool.hpp"
#include "service/forest/tree_writer.hpp"

namespace tributary::service {
namespace {

constexpr std::string_view kSpn = "servicePrincipalName";
constexpr std::uint32_t kCrossRefOfDomain = 3;  // FLAG_CR_NTDS_NC, FLAG_CR_NTDS_DOMAIN ([MS-ADTS] 2.2.10)

drsuapi::ATTRTYP number_of(repl::Attid attid) { return static_cast<drsuapi::ATTRTYP>(attid); }

drsuapi::ATTR& attribute_in(drsuapi::ENTINF& entry, drsuapi::ATTRTYP number) {
  auto& attributes = entry.AttrBlock.pAttr;
  const auto at = std::ranges::find(attributes, number, &drsuapi::ATTR::attrTyp);
  if (at != attributes.end()) return *at;
  drsuapi::ATTR attribute;
  attribute.attrTyp = number;
  attributes.push_back(std::move(attribute));
  return attributes.back();
}

void put(drsuapi::ENTINF& entry, drsuapi::ATTRTYP number, ByteView octets) {
  drsuapi::ATTRVAL value;
  for (const auto octet : octets) value.pVal.push_back(octet);
  attribute_in(entry, number).AttrVal.pAVal.push_back(std::move(value));
}

Result<repl::NewValue> reference_on_the_wire(schema::Syntax syntax, std::string_view dn, ByteView rest) {
  const auto name = drsuapi::dsname_from_dn(dn);
  if (!name) return std::unexpected(name.error());
  return repl::octets_value(repl::reference_octets(syntax, *name, rest));
}

Result<drsuapi::ENTINF> entry_of(const schema::Schema& schema, const TreeObject& object) {
  drsuapi::ENTINF entry;
  auto name = drsuapi::dsname_from_dn(object.dn);
  if (!name) return std::unexpected(name.error());
  entry.pName = std::move(*name);
  for (const auto& [attribute_name, text] : object.values) {
    const auto* attribute = schema.find_attribute(attribute_name);
    if (attribute == nullptr) return fail(win32::kErrorInvalidData, fmt::format("{} is no attribute", attribute_name));
    if (attribute->attid == repl::attid::kObjectSid) continue;  // the server's to draw
    const auto value = value_of_text(schema, *attribute, text, reference_on_the_wire);
    if (!value) return std::unexpected(value.error());
    put(entry, number_of(attribute->attid), value->octets);
  }
  return entry;
}

/// The three objects; without a GUID of the DSA without what has it in its value.
Result<std::vector<TreeObject>> objects_of(const ForestNames& forest, DsaPlan dsa, const Sid& computer_sid) {
  const bool has_guid = !dsa.dsa.is_null();
  if (!has_guid) dsa.dsa = DsaGuid{"ffffffff-ffff-ffff-ffff-ffffffffffff"_guid};
  if (auto good = check_names(dsa); !good) return std::unexpected(good.error());
  auto objects = dsa_objects(forest, dsa, computer_sid);
  if (!objects || has_guid) return objects;
  const auto guid = to_string(dsa.dsa);
  for (auto& object : *objects) std::erase_if(object.values, [&](const auto& each) { return each.second.contains(guid); });
  return objects;
}

Result<store::Dnt> partitions(const store::Snapshot& snapshot, const schema::Schema& schema) {
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const store::Dnt root : *roots) {
    const auto object = snapshot.find(root);
    if (!object) return std::unexpected(object.error());
    if (*object && repl::is_instance_of(schema, **object, repl::class_id::kConfiguration)) return snapshot.find_child(root, "Partitions");
  }
  return store::kNoDnt;
}

Result<Sid> domain_sid(const store::Snapshot& snapshot, const schema::Schema& schema, const ForestNames& forest) {
  const auto domain = repl::resolve_dn(snapshot, schema, forest.domain_dn());
  if (!domain) return std::unexpected(domain.error());
  const auto root = snapshot.find(*domain);
  if (!root) return std::unexpected(root.error());
  if (!*root || !(*root)->head().sid) return fail(win32::kErrorDsCantFindExpectedNc, forest.domain_dn());
  return *(*root)->head().sid;
}

/// The SID that the computer has, or a new one while there is none.
Result<DsaAdded> computer_account(store::WriteTransaction& tx, const repl::Context& context, store::Dnt computer) {
  DsaAdded added;
  if (computer == store::kNoDnt) {
    auto drawn = draw_sid(tx, context);
    if (!drawn) return std::unexpected(drawn.error());
    added.computer_sid = drawn->sid;
    added.updates = std::move(drawn->updates);
    return added;
  }
  const auto object = tx.find(computer);
  if (!object) return std::unexpected(object.error());
  if (*object && (*object)->head().sid) added.computer_sid = *(*object)->head().sid;
  return added;
}

std::string text_in(const schema::Schema& schema, const store::ObjectView& object, std::string_view attribute) {
  const auto value = object.first(schema.find_attribute(attribute)->attid);
  return value ? repl::dn_text(*value).value_or("") : std::string();
}

}  // namespace

Result<ForestNames> forest_names(const store::Snapshot& snapshot, const schema::Schema& schema) {
  const auto container = partitions(snapshot, schema);
  if (!container) return std::unexpected(container.error());
  std::optional<Error> error;
  ForestNames names;
  const auto scan = snapshot.children(*container, [&](const store::Dnt& child) {
    const auto object = snapshot.find(child);
    if (!object) error = object.error();
    if (error || !*object || repl::is_deleted(**object) || repl::system_flags(**object) != kCrossRefOfDomain) return !error;
    const auto nc = repl::reference_targets(snapshot, schema, child, repl::attid::kNcName);
    if (!nc) error = nc.error();
    const auto replica = error || nc->empty() ? Result<std::optional<store::NcReplica>>(std::nullopt) : snapshot.nc_replica(nc->front());
    if (!replica) error = replica.error();
    if (!error && *replica) names = {text_in(schema, **object, "dnsRoot"), text_in(schema, **object, "nETBIOSName")};
    return !error && names.dns_name.empty();
  });
  if (!scan) return std::unexpected(scan.error());
  if (error) return std::unexpected(*error);
  if (names.dns_name.empty()) return fail(win32::kErrorDsCantFindExpectedNc, "no domain of the forest is held here");
  return names;
}

Result<std::vector<drsuapi::ENTINF>> dsa_entries(const schema::Schema& schema, const ForestNames& forest, const DsaPlan& dsa) {
  auto objects = objects_of(forest, dsa, {});
  if (!objects) return std::unexpected(objects.error());
  objects->back().values.emplace_back("serverReference", dsa.computer_dn(forest));
  std::vector<drsuapi::ENTINF> entries;
  for (const auto& object : *objects) {
    auto entry = entry_of(schema, object);
    if (!entry) return std::unexpected(entry.error());
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<DsaAdded> add_dsa(store::WriteTransaction& tx, const repl::Context& context, const security::Token& token, const DsaPlan& dsa) {
  const auto forest = forest_names(tx, *context.schema);
  if (!forest) return std::unexpected(forest.error());
  const auto domain = domain_sid(tx, *context.schema, *forest);
  if (!domain) return std::unexpected(domain.error());
  TreeWriter writer(tx, context, forest->schema_dn(),
                    [&](const store::Snapshot& snapshot, store::Dnt parent, const schema::ClassSchema& object_class, std::string_view sddl) {
                      NewObjectDescriptor object;
                      object.parent = parent;
                      object.object_class = &object_class;
                      object.sddl = sddl;
                      object.domains = {*domain, *domain};
                      return new_object_descriptor(context, snapshot, token, object);
                    });
  auto added = computer_account(tx, context, writer.find(dsa.computer_dn(*forest)));
  if (!added) return added;
  const auto objects = objects_of(*forest, dsa, added->computer_sid);
  if (!objects) return std::unexpected(objects.error());
  if (!dsa.dsa.is_null()) writer.plan(dsa.dsa_dn(*forest), ObjectGuid{dsa.dsa.value});
  for (const auto& object : *objects) {
    const bool is_settings = &object == &objects->back();
    if (!is_settings && writer.find(object.dn) != store::kNoDnt) continue;
    if (const auto made = writer.create(object); !made) return std::unexpected(made.error());
  }
  added->computer = writer.find((*objects)[0].dn);
  added->server = writer.find((*objects)[1].dn);
  added->settings = writer.find((*objects)[2].dn);
  const auto updates = writer.finish();
  if (!updates) return std::unexpected(updates.error());
  added->updates.append(*updates);
  return added;
}

Result<repl::Updates> complete_spns(store::WriteTransaction& tx, const repl::Context& context, const DsaPlan& dsa) {
  const auto forest = forest_names(tx, *context.schema);
  if (!forest) return std::unexpected(forest.error());
  const auto objects = objects_of(*forest, dsa, {});
  if (!objects) return std::unexpected(objects.error());
  const auto computer = repl::resolve_dn(tx, *context.schema, dsa.computer_dn(*forest));
  if (!computer) return std::unexpected(computer.error());
  repl::Modification wanted{repl::ModifyOperation::kAdd, repl::attid::kServicePrincipalName, {}};
  for (const auto& [name, text] : objects->front().values)
    if (name == kSpn) wanted.values.push_back(repl::text_value(text));
  return repl::modify(tx, context, *computer, std::span(&wanted, 1), {repl::CheckLevel::kReplica, true, false});
}

}  // namespace tributary::service
