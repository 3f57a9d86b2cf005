// SPDX-License-Identifier: Apache-2.0
// PerformModifyEntInf ([MS-DRSR] 4.1.1.2.10) and PerformAddOperation (5.151, 5.152): updates of clients by the rules of LDAP, with the rights
// that LDAP asks for ([MS-ADTS] 3.1.1.5.2.1, 3.1.1.5.3.1).
#include <algorithm>

#include "base/win32.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/modify.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "service/directory/add_entry_steps.hpp"
#include "service/directory/spn_rights.hpp"
#include "service/forest/rid_pool.hpp"

namespace tributary::service::directory {
namespace {

using namespace drsuapi;

/// Attributes of the entry have to be the caller's to write.
void check_attribute_right(const AddEntryWork& work, const Entry& entry, Dnt object, const Entry::Attribute& attribute) {
  const Asker asker = work.asker();
  const Attid attid = attribute.schema->attid;
  // DEVIATION: LDAP has rules of its own for passwords; nothing that is a secret is written this way.
  if (attribute.schema->is_secret()) refuse(win32::kErrorDsUnwillingToPerform);
  if (attid == attid::kNtSecurityDescriptor) {
    if (!asker.may(object, security::kRightWriteDac) || !asker.may(object, security::kRightWriteOwner)) refuse(win32::kErrorDsInsuffAccessRights);
    return;
  }
  if (attid == attid::kServicePrincipalName) {
    std::vector<std::string> spns;
    for (const auto& value : entry.values(attribute)) spns.push_back(unicode_text(value.octets));
    if (const Win32 code = check_write_to_spn_attribute(work.reader, Partitions(work.reader), asker, object, spns); code != win32::kErrorSuccess)
      refuse(code);
    return;
  }
  if (!asker.may_access(object, security::kRightDsWriteProperty, attid)) refuse(win32::kErrorDsInsuffAccessRights);
}

std::optional<Sid> domain_sid(const Reader& reader, Dnt domain) {
  const auto root = reader.living(domain);
  const auto sids = root ? reader.sids(*root, attid::kObjectSid) : std::vector<Sid>{};
  return sids.empty() ? std::nullopt : std::optional(sids.front());
}

Bytes descriptor_of(AddEntryWork& work, const Entry& entry, const schema::ClassSchema& object_class, Dnt parent) {
  const auto& reader = work.reader;
  std::optional<Bytes> given;
  if (const auto* attribute = entry.find(attid::kNtSecurityDescriptor))
    if (const auto values = entry.values(*attribute); !values.empty()) given = values.front().octets;
  NewObjectDescriptor plan{.parent = parent, .object_class = &object_class};
  if (given) plan.given = ByteView(*given);
  plan.domains = {domain_sid(reader, reader.default_nc()), domain_sid(reader, Partitions(reader).held_domain(reader.identity().forest_dns_name))};
  return must(new_object_descriptor(work.context, work.tx, work.call.caller->token, plan));
}

}  // namespace

ADDENTRY_REPLY_INFO info_of(const Reader& reader, Dnt object) {
  ADDENTRY_REPLY_INFO info;
  const auto record = reader.object(object);
  info.objGuid = record.guid().value;
  const auto sids = reader.sids(record, attid::kObjectSid);
  const Bytes octets = sids.empty() ? Bytes() : encode_sid(sids.front());
  if (octets.size() <= info.objSid.Data.size()) std::ranges::copy(octets, info.objSid.Data.begin());
  return info;
}

Dnt perform_add(AddEntryWork& work, const Entry& entry, Attid object_class, const AddOptions& options) {
  const Dnt parent = entry.parent();
  if (parent == kNoDnt) refuse(win32::kErrorDsNoParentObject);
  repl::AddRequest request;
  request.parent = parent;
  request.rdn = entry.dn().front().value;
  request.rdn_type = entry.dn().front().type;
  if (options.as_system) request.guid = entry.wanted_guid();
  for (const auto& attribute : entry.attributes()) {
    const Attid attid = attribute.schema->attid;
    if (has_element(options.left_out, attid) || attid == attid::kNtSecurityDescriptor) continue;
    request.attributes.push_back({attid, entry.values(attribute)});
  }
  const auto* definition = work.reader.schema().find_class(object_class);
  if (definition == nullptr) refuse(win32::kErrorDsObjClassNotDefined);
  request.attributes.push_back({attid::kNtSecurityDescriptor, {repl::octets_value(descriptor_of(work, entry, *definition, parent))}});
  if (options.with_sid) {
    auto drawn = must(draw_sid(work.tx, work.context));
    request.sid = drawn.sid;
    work.updates.append(drawn.updates);
  }
  auto added = must(repl::add(work.tx, work.context, request, options.as_system ? repl::CheckLevel::kReplica : repl::CheckLevel::kClient));
  work.updates.append(added.updates);
  return added.dnt;
}

ADDENTRY_REPLY_INFO modify_entry(AddEntryWork& work, const Entry& entry) {
  const Dnt object = entry.object();
  if (object == kNoDnt) refuse(win32::kErrorDsObjNotFound);
  std::vector<repl::Modification> changes;
  for (const auto& attribute : entry.attributes()) {
    check_attribute_right(work, entry, object, attribute);
    changes.push_back({repl::ModifyOperation::kReplace, attribute.schema->attid, entry.values(attribute)});
  }
  work.updates.append(must(repl::modify(work.tx, work.context, object, changes, repl::ModifyOptions{})));
  return info_of(work.reader, object);
}

}  // namespace tributary::service::directory
