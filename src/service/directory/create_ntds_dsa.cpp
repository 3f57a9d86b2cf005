// SPDX-License-Identifier: Apache-2.0
// CreateNtdsDsa: [MS-DRSR] 4.1.1.2.1, 4.1.1.2.3, 4.1.1.2.5, 4.1.1.2.6, 4.1.1.2.11.
#include "base/win32.hpp"
#include "repl/updates/modify.hpp"
#include "security/target_name.hpp"
#include "service/directory/add_entry_steps.hpp"

namespace tributary::service::directory {
namespace {

using namespace drsuapi;

bool is_same_nc(const Entry& entry, const repl::DsnameView& a, const repl::DsnameView& b) {
  if (!a.guid.is_null() && !b.guid.is_null()) return a.guid == b.guid;
  const auto dn = must(repl::dn_text(a.name));
  if (!dn.empty() && equals_ignoring_case(dn, must(repl::dn_text(b.name)))) return true;
  const Dnt left = entry.of_name(a);
  return left != kNoDnt && left == entry.of_name(b);
}

/// IsDomainToBeCreated.
bool is_domain_to_be_created(const AddEntryWork& work, const repl::DsnameView& domain) {
  for (const auto& each : work.entries) {
    if ((each.Entinf.ulFlags & ENTINF_REMOTE_MODIFY) != 0) continue;
    const Entry other(work.reader, work.values, each.Entinf);
    if (!other.has_class(class_id::kCrossRef)) continue;
    for (const auto& nc : other.names(attid::kNcName))
      if (is_same_nc(other, nc, domain)) return true;
  }
  return false;
}

/// An NC that is held here, not only known by name.
bool is_held(const Reader& reader, Dnt nc) {
  const auto object = reader.living(nc);
  return object && repl::is_nc_root(*object);
}

void check_right(const AddEntryWork& work, const std::optional<repl::DsnameView>& domain, Dnt held) {
  const bool allowed = is_held(work.reader, held) ? work.asker().has_right(held, right::kManageTopology)
                                                  : domain && is_domain_to_be_created(work, *domain);
  if (!allowed) fail_entry(serviceError, SV_PROBLEM_DIR_ERROR, win32::kErrorAccessDenied);
}

void check_functional_level(const AddEntryWork& work, const Entry& entry, Dnt domain) {
  const auto& reader = work.reader;
  const auto level_of = [&](Dnt dnt) { return reader.is_living(dnt) ? reader.object(dnt).first_u32(attid::kMsDsBehaviorVersion).value_or(0) : 0; };
  const std::uint32_t level = entry.number(attid::kMsDsBehaviorVersion).value_or(0);
  const bool is_own_domain = domain != kNoDnt && domain == reader.default_nc();
  if ((is_own_domain && level < level_of(domain)) || level < level_of(reader.child(reader.configuration_nc(), "Partitions")))
    fail_entry(serviceError, SV_PROBLEM_WILL_NOT_PERFORM, code::kErrorDsIncompatibleVersion);
}

/// DEVIATION: 4.1.1.2.3 makes the SPN of the computer's GUID and of a host name of the crossRef, which has none; a replication SPN has the DSA's
/// GUID and the domain's name (2.2.3.2), and partners ask for that one.
void add_replication_spn(AddEntryWork& work, const Entry& entry, Dnt dsa, Dnt domain) {
  const auto names = entry.names(attid::kServerReference);
  const Dnt computer = names.empty() ? kNoDnt : entry.of_name(names.front());
  const auto record = work.reader.living(computer);
  if (!record || record->nc() != work.reader.default_nc()) return;
  const auto dns_name = Partitions(work.reader).dns_name(domain);
  if (!dns_name) return;
  const std::string spn = security::drs_spn(DsaGuid{work.reader.object(dsa).guid().value}, *dns_name);
  const repl::Modification change{repl::ModifyOperation::kAdd, attid::kServicePrincipalName, {repl::text_value(spn)}};
  const repl::ModifyOptions by_system{repl::CheckLevel::kReplica, true, false};
  work.updates.append(must(repl::modify(work.tx, work.context, computer, std::span(&change, 1), by_system)));
}

}  // namespace

std::optional<repl::DsnameView> domain_of_entry(const Reader& reader, const Entry& entry) {
  for (const auto& name : entry.names(attid::kHasMasterNcs)) {
    const Dnt nc = entry.of_name(name);
    if (nc == kNoDnt || (nc != reader.schema_nc() && nc != reader.configuration_nc())) return name;
  }
  return std::nullopt;
}

ADDENTRY_REPLY_INFO create_ntds_dsa(AddEntryWork& work, const Entry& entry) {
  const auto name = domain_of_entry(work.reader, entry);
  const Dnt domain = name ? entry.of_name(*name) : kNoDnt;
  check_right(work, name, domain);
  // DoAttributesSatisfyPreCheckForCreateNtdsDsa: the newer list stands before the older one.
  if (entry.has(attid::kHasMasterNcs) && entry.has(attid::kMsDsHasMasterNcs) &&
      entry.position(attid::kMsDsHasMasterNcs) > entry.position(attid::kHasMasterNcs))
    fail_entry(serviceError, SV_PROBLEM_DIR_ERROR, win32::kErrorDsNoCrossrefForNc);
  check_functional_level(work, entry, domain);
  const Attid left_out[] = {attid::kServerReference, attid::kObjectGuid};
  const Dnt dsa = perform_add(work, entry, class_id::kNtdsDsa, {.left_out = left_out, .as_system = true});
  add_replication_spn(work, entry, dsa, domain);
  return info_of(work.reader, dsa);
}

}  // namespace tributary::service::directory
