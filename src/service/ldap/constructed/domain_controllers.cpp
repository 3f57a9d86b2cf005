// SPDX-License-Identifier: Apache-2.0
// What computer, server and nTDSDSA objects say of a DC, each through the others: [MS-ADTS] 3.1.1.4.5.29 to 3.1.1.4.5.32, and what a
// read-only one was given, 3.1.1.4.5.34, 3.1.1.4.5.35. Declared in makers.hpp.
#include "drsuapi/blobs/vectors.hpp"
#include "drsuapi/constants.hpp"
#include "repl/source/reveal_secrets.hpp"
#include "repl/state/stamps.hpp"
#include "service/access.hpp"
#include "service/ldap/constructed/makers.hpp"

namespace tributary::service::ldap_face::constructed {

namespace attid = directory::attid;
namespace class_id = directory::class_id;

namespace {

using directory::Reader;

constexpr Guid kReadOnlyReplicationSecretSynchronization = "1131f6ae-9c07-11d1-f79f-00c04fc2dcd2"_guid;  // [MS-ADTS] 5.1.3.2.1

bool is_dsa(const Subject& s) { return s.is_instance(class_id::kNtdsDsa) || s.is_instance(class_id::kNtdsDsaRo); }

/// The server object that the object is about, kNoDnt for what is neither computer, server nor nTDSDSA.
Dnt server_of(const Subject& s, const Reader& reader) {
  if (is_dsa(s)) return s.object.parent();
  if (s.is_instance(class_id::kServer)) return s.object.dnt();
  if (!s.is_instance(class_id::kComputer)) return kNoDnt;
  const auto servers = reader.referring(s.object.dnt(), attid::kServerReference);
  return servers.empty() ? kNoDnt : servers.front();
}
std::optional<ObjectView> dsa_of(const Subject& s, const Reader& reader) {
  if (is_dsa(s)) return s.object;
  const Dnt dsa = reader.child(server_of(s, reader), "NTDS Settings");
  return dsa == kNoDnt ? std::nullopt : reader.find(dsa);
}
/// The account of the DC.
Dnt computer_of(const Subject& s, const Reader& reader) {
  if (s.is_instance(class_id::kComputer)) return s.object.dnt();
  const Dnt server = server_of(s, reader);
  return server == kNoDnt ? kNoDnt : reader.reference(server, attid::kServerReference);
}

/// The attribute that a value of msDS-RevealedUsers is about, while what was revealed is still the user's.
const schema::AttributeSchema* revealed_by(const Subject& s, const Reader& reader, const store::LinkValue& link) {
  if (!link.is_present || link.is_deactivated) return nullptr;
  const auto known = drsuapi::blobs::decode_whole<drsuapi::blobs::PROPERTY_META_DATA>("msDS-RevealedUsers", link.key.data);
  const auto user = reader.find(link.key.target);
  if (!known || !user) return nullptr;
  const auto& value = known->value;
  const auto* const attribute = s.schema().find_attribute(value.attrTyp);
  const store::AttributeStamp revealed{value.dwVersion, value.timeChanged, value.uuidDsaOriginating, value.usnOriginating};
  const auto current = user->stamp(value.attrTyp);
  return current && repl::compare_attribute_stamps(revealed, *current) == 0 ? attribute : nullptr;
}

}  // namespace

Values site_name(const Subject& s) {
  const auto reader = s.reader();
  for (Dnt at = server_of(s, reader); at != kNoDnt && at != store::kRootDnt;) {
    const auto object = reader.find(at);
    if (!object) return {};
    if (reader.is_instance(*object, class_id::kSite)) return one(reader.rdn(at));
    at = object->parent();
  }
  return {};
}

Values is_rodc(const Subject& s) {
  const auto reader = s.reader();
  const auto dsa = dsa_of(s, reader);
  if (!dsa) return {};
  const auto* const writable = s.schema().find_class(class_id::kNtdsDsa);
  const auto category = dsa->first(attid::kObjectCategory);
  const Dnt expected = writable == nullptr ? kNoDnt : reader.child(reader.schema_nc(), writable->default_object_category);
  // Without the schema's objects the class says the same.
  if (!category || expected == kNoDnt) return truth(reader.is_instance(*dsa, class_id::kNtdsDsaRo));
  return truth(store::reference_target(*category) != expected);
}

Values is_gc(const Subject& s) {
  const auto dsa = dsa_of(s, s.reader());
  if (!dsa) return {};
  return truth((dsa->first_u32(attid::kOptions).value_or(0) & drsuapi::kNtdsdsaOptIsGc) != 0);
}

Values is_user_cachable(const Subject& s) {
  const auto reader = s.reader();
  const Dnt computer = computer_of(s, reader);
  const auto account = computer == kNoDnt ? std::nullopt : reader.find(computer);
  if (!account || (account->first_u32(attid::kUserAccountControl).value_or(0) & directory::kUfPartialSecretsAccount) == 0) return {};
  const auto& view = s.view;
  if (!must(access_check_car(view.context, view.snapshot, view.caller.token, reader.default_nc(), kReadOnlyReplicationSecretSynchronization)))
    return {};
  const Dnt user = must(repl::resolve_sid(view.snapshot, view.caller.token.user));
  if (user == kNoDnt) return {};
  return integer(static_cast<std::uint32_t>(must(repl::get_reveal_secrets_policy_for_user(view.context, view.snapshot, computer, user))));
}

Values revealed_list(const Subject& s) {
  const auto reader = s.reader();
  std::vector<store::LinkValue> links;
  must(s.view.snapshot.links(s.object.dnt(), attid::kMsDsRevealedUsers, [&](const store::LinkValue& link) {
    links.push_back(link);
    return true;
  }));
  Values values;
  for (const auto& link : links) {
    const auto* const attribute = revealed_by(s, reader, link);
    if (attribute == nullptr) continue;
    const auto& name = attribute->ldap_display_name;
    values.push_back("S:" + std::to_string(name.size()) + ":" + name + ":" + s.dn(link.key.target));
  }
  return values;
}

Values revealed_list_bl(const Subject& s) {
  const auto reader = s.reader();
  std::vector<store::LinkKey> keys;
  must(s.view.snapshot.backlinks(s.object.dnt(), attid::kMsDsRevealedUsers, [&](const store::LinkKey& key) {
    keys.push_back(key);
    return true;
  }));
  std::vector<Dnt> computers;
  for (const auto& key : keys) {
    const auto link = must(s.view.snapshot.find_link(key));
    if (link && reader.is_living(key.source) && revealed_by(s, reader, *link) != nullptr && !directory::has_element(computers, key.source))
      computers.push_back(key.source);
  }
  Values values;
  for (const Dnt computer : computers) values.push_back(s.dn(computer));
  return values;
}

}  // namespace tributary::service::ldap_face::constructed
