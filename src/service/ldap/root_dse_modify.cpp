// SPDX-License-Identifier: Apache-2.0
// Modifies of the rootDSE ([MS-ADTS] 3.1.1.3.3): each attribute is an operation that the DSA carries out, with the right that its section
// names. They may wait for other DSAs, hence they block. Operations whose effect is outside the directory's state and that mean nothing here
// are refused with unwillingToPerform and a reason, so that nobody believes that something was done.
#include "service/ldap/root_dse_modify.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::service::ldap_face {
namespace {

using directory::FsmoRole;
using lp::ResultCode;
using store::Dnt;
using store::kNoDnt;

// Control access rights, 5.1.3.2.1.
constexpr Guid kChangeDomainMaster = "014bf69c-7b3b-11d1-85f6-08002be74fab"_guid;
constexpr Guid kChangeInfrastructureMaster = "cc17b1fb-33d9-11d2-97d4-00c04fd8d5cd"_guid;
constexpr Guid kChangePdc = "bae50096-4752-11d1-9052-00c04fc2d4cf"_guid;
constexpr Guid kChangeRidMaster = "d58d5f36-0a98-11d1-adbb-00c04fd8d5cd"_guid;
constexpr Guid kChangeSchemaMaster = "e12b56b6-0a95-11d1-adbb-00c04fd8d5cd"_guid;
constexpr Guid kDoGarbageCollection = "fec364e0-0a98-11d1-adbb-00c04fd8d5cd"_guid;
constexpr Guid kRecalculateHierarchy = "0bc1554e-0a99-11d1-adbb-00c04fd8d5cd"_guid;
constexpr Guid kUpdateSchemaCache = "be2bb760-7f46-11d2-b9ad-00c04f79f805"_guid;

lp::Outcome unwilling(std::string why) { return refusal(ResultCode::kUnwillingToPerform, win32::kErrorDsUnwillingToPerform, std::move(why)); }
lp::Outcome ended(const Result<void>& result) { return result ? lp::Outcome{} : lp::outcome_of(ResultCode::kOperationsError, result.error()); }

/// 3.1.1.3.3.1 to .6.
lp::Outcome take_role(const RootDseModify& asked, FsmoRole role, const Guid& right) {
  const Dnt object = asked.partitions.role_object(role);
  if (object == kNoDnt) return unwilling("this DSA does not hold the NC of the role");
  if (!asked.has_right(object, right)) return no_right();
  if (asked.context.rules.read_only) return refusal(ResultCode::kUnwillingToPerform, win32::kErrorInvalidParameter, "a read-only DSA has no roles");
  if (asked.partitions.owns(role)) return {};
  const Dnt owner = asked.partitions.role_owner(role);
  if (owner == kNoDnt) return refusal(ResultCode::kUnwillingToPerform, win32::kErrorDsCouldntContactFsmo, "nobody has the role: `tributary dsa roles` can seize it");
  return ended(asked.call.dsa.take_role(DsaGuid{asked.reader.object(owner).guid().value}, object));
}
/// The value is the domain's SID.
bool is_domain_sid(const RootDseModify& asked) {
  const auto sid = decode_sid(asked.value);
  const auto root = asked.reader.find(asked.reader.default_nc());
  return sid && root && root->head().sid == *sid;
}
lp::Outcome become_domain_master(const RootDseModify& asked) { return take_role(asked, FsmoRole::kDomainNaming, kChangeDomainMaster); }
lp::Outcome become_infrastructure_master(const RootDseModify& asked) { return take_role(asked, FsmoRole::kInfrastructure, kChangeInfrastructureMaster); }
lp::Outcome become_rid_master(const RootDseModify& asked) { return take_role(asked, FsmoRole::kRid, kChangeRidMaster); }
lp::Outcome become_schema_master(const RootDseModify& asked) { return take_role(asked, FsmoRole::kSchema, kChangeSchemaMaster); }
lp::Outcome become_pdc(const RootDseModify& asked) {
  if (!is_domain_sid(asked)) return refusal(ResultCode::kUnwillingToPerform, win32::kErrorInvalidParameter, "the value has to be the domain's SID");
  return take_role(asked, FsmoRole::kPdc, kChangePdc);
}

lp::Outcome do_garbage_collection(const RootDseModify& asked) {
  if (!asked.has_right(asked.reader.dsa_object(), kDoGarbageCollection)) return no_right();
  const auto gone = asked.call.dsa.collect_garbage();
  if (!gone) return lp::outcome_of(ResultCode::kOperationsError, gone.error());
  asked.call.dsa.log('i', fmt::format("garbage collection, asked for by {}: {} objects and link values are gone", asked.call.caller->principal, *gone));
  return {};
}

/// The schema follows every change of the Schema NC at once, so that there is nothing left to do.
lp::Outcome schema_update_now(const RootDseModify& asked) {
  if (!asked.has_right(asked.reader.dsa_object(), kUpdateSchemaCache) && !asked.has_right(asked.reader.schema_nc(), kUpdateSchemaCache)) return no_right();
  return {};
}
/// The hierarchy table is an address book's, which there is none of: nothing can be out of date.
lp::Outcome recalc_hierarchy(const RootDseModify& asked) {
  return asked.has_right(asked.reader.dsa_object(), kRecalculateHierarchy) ? lp::Outcome{} : no_right();
}
/// 3.1.1.3.3.16: links of what was deleted go with the deletion here, and those that garbage collection leaves with it.
lp::Outcome do_link_cleanup(const RootDseModify& asked) { return do_garbage_collection(asked); }

struct Entry {
  std::string_view name;
  lp::Outcome (*run)(const RootDseModify&);
};
constexpr Entry kOperations[] = {
    {"becomeDomainMaster", become_domain_master},
    {"becomeInfrastructureMaster", become_infrastructure_master},
    {"becomePdc", become_pdc},
    {"becomeRidMaster", become_rid_master},
    {"becomeSchemaMaster", become_schema_master},
    {"doGarbageCollection", do_garbage_collection},
    {"doLinkCleanup", do_link_cleanup},
    {"enableOptionalFeature", enable_optional_feature},
    {"recalcHierarchy", recalc_hierarchy},
    {"removeLingeringObject", remove_lingering_object},
    {"replicateSingleObject", replicate_single_object},
    {"schemaUpdateNow", schema_update_now},
};

lp::Outcome run_one(const LdapCall& call, const lp::ModifyRequest::Change& change) {
  const auto& asked = change.attribute;
  const auto* const operation = std::ranges::find_if(kOperations, [&](const Entry& entry) { return equals_ignoring_case(entry.name, asked.attribute); });
  if (operation == std::end(kOperations))
    return unwilling(fmt::format("the rootDSE has no operation {}", to_printable(asked.attribute, 80)));
  if (change.operation != lp::ModifyRequest::Operation::kAdd && change.operation != lp::ModifyRequest::Operation::kReplace)
    return unwilling("an operation of the rootDSE is added or replaced");
  if (asked.values.empty()) return unwilling("an operation of the rootDSE wants a value");
  const auto context = call.dsa.context();
  const auto snapshot = call.dsa.store().read();
  auto outcome = directory::guarded([&] {
    const directory::Reader reader(context, *snapshot, call.dsa.identity());
    const directory::Partitions partitions(reader);
    return operation->run({call, context, *snapshot, reader, partitions, asked.values.front()});
  });
  return outcome ? std::move(*outcome) : lp::outcome_of(ResultCode::kOperationsError, outcome.error());
}

class Modify final : public lp::Operation {
 public:
  explicit Modify(LdapCall call) : call_(std::move(call)) {}
  bool blocks() const noexcept override { return true; }
  State run(Bytes& out) override {
    lp::Outcome outcome;
    for (const auto& change : std::get<lp::ModifyRequest>(call_.message.request).changes) {
      outcome = run_one(call_, change);
      if (!outcome.ok()) break;
    }
    lp::append_result(out, call_.message.id, lp::ResponseTag::kModify, outcome);
    return State::kDone;
  }

 private:
  LdapCall call_;
};

}  // namespace

std::unique_ptr<lp::Operation> start_root_dse_modify(LdapCall call) {
  // Nobody without a name has any of the rights, whatever dSHeuristics lets him do.
  if (call.is_anonymous) return finished(call.message.id, lp::ResponseTag::kModify, no_right());
  return std::make_unique<Modify>(std::move(call));
}

}  // namespace tributary::service::ldap_face
