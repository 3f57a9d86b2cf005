// SPDX-License-Identifier: Apache-2.0
// CreateCrossRef: [MS-DRSR] 4.1.1.2.2, 4.1.1.2.9; AddSubRef (5.6).
#include <algorithm>

#include "base/win32.hpp"
#include "net/dns.hpp"
#include "repl/updates/modify.hpp"
#include "repl/updates/nc.hpp"
#include "service/directory/add_entry_steps.hpp"

namespace tributary::service::directory {
namespace {

using namespace drsuapi;

constexpr repl::ModifyOptions kBySystem{repl::CheckLevel::kReplica, true, false};

/// The address without the port: "10.77.0.1:40312", "[fe80::1]:135", or an address alone.
std::string_view host_of(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  const auto colon = address.find(':');
  return colon == address.rfind(':') ? address.substr(0, colon) : address;
}

/// ClientIpMatch. Blocks for the resolver.
bool is_client_one_of(const CallContext& call, const std::vector<std::string>& hosts) {
  const std::string client(host_of(call.caller->address));
  return std::ranges::any_of(hosts, [&](const std::string& host) {
    const auto addresses = net::resolve_host(host);
    return addresses && has_element(*addresses, client);
  });
}

/// The NC that the entry is about, as far as it is known here: nCName's DN, GUID and SID.
repl::DsnameView nc_name(const Entry& entry) {
  const auto names = entry.names(attid::kNcName);
  if (names.size() != 1) refuse(win32::kErrorDsMissingRequiredAtt, "nCName");
  return names.front();
}

const CrossRef* existing_cross_ref(const Reader& reader, const Partitions& partitions, const repl::DsnameView& nc) {
  const std::string dn = to_lower_ascii(must(repl::dn_text(nc.name)));
  for (const auto& each : partitions.all()) {
    const bool is_same_name = !dn.empty() && each.nc != kNoDnt && to_lower_ascii(reader.dn(each.nc)) == dn;
    const auto record = must(reader.snapshot().find(each.nc));
    if (is_same_name || (record && !nc.guid.is_null() && record->guid() == nc.guid)) return &each;
  }
  return nullptr;
}

/// AddSubRef: before the crossRef, whose nCName has to name something.
void add_subref(AddEntryWork& work, const repl::DsnameView& nc) {
  const auto dn = must(repl::dn_text(nc.name));
  if (dn.empty()) return;
  const ObjectGuid guid = nc.guid.is_null() ? work.context.new_guid() : nc.guid;
  work.updates.append(must(repl::add_subref(work.tx, work.context, guid, nc.sid, dn)));
}

Dnt make_cross_ref(AddEntryWork& work, const Entry& entry, const Partitions& partitions, std::uint32_t flags, const repl::DsnameView& nc) {
  if ((flags & topology::kFlagCrNtdsNc) != 0) fail_entry(serviceError, SV_PROBLEM_WILL_NOT_PERFORM, code::kErrorDsMissingExpectedAtt);
  const Dnt parent = entry.parent();
  if (parent == kNoDnt) refuse(win32::kErrorDsNoParentObject);
  const auto* object_class = work.reader.schema().find_class(class_id::kCrossRef);
  if (!work.asker().may(parent, security::kRightDsCreateChild, object_class->schema_id_guid)) refuse(win32::kErrorDsInsuffAccessRights);
  if (!partitions.owns(FsmoRole::kDomainNaming)) refuse(win32::kErrorDsReferral);
  if (entry.of_name(nc) == kNoDnt) add_subref(work, nc);
  const Attid left_out[] = {attid::kSystemFlags};
  const Dnt made = perform_add(work, entry, class_id::kCrossRef, {.left_out = left_out});
  if (!entry.has(attid::kSystemFlags)) return made;
  const repl::Modification change{repl::ModifyOperation::kReplace, attid::kSystemFlags, {repl::u32_value(flags)}};
  work.updates.append(must(repl::modify(work.tx, work.context, made, std::span(&change, 1), kBySystem)));
  return made;
}

Dnt enable_cross_ref(AddEntryWork& work, const Entry& entry, const CrossRef& cross_ref, const repl::DsnameView& nc) {
  if (cross_ref.enabled.value_or(true)) fail_entry(serviceError, SV_PROBLEM_DIR_ERROR, code::kErrorDupDomainname);
  if (!is_client_one_of(work.call, cross_ref.dns_roots))
    fail_entry(securityError, SE_PROBLEM_INAPPROPRIATE_AUTH, win32::kErrorDsInternalFailure);
  const auto* dns_root = entry.find(attid::kDnsRoot);
  if (dns_root == nullptr || dns_root->wire->AttrVal.pAVal.empty())
    fail_entry(attributeError, PR_PROBLEM_NO_ATTRIBUTE_OR_VAL, win32::kErrorDsMissingRequiredAtt);
  std::vector<repl::Modification> changes;
  for (const Attid each : {attid::kDnsRoot, attid::kTrustParent, attid::kRootTrust})
    if (const auto* attribute = entry.find(each)) changes.push_back({repl::ModifyOperation::kReplace, each, entry.values(*attribute)});
  constexpr std::uint32_t kDomainFlags = topology::kFlagCrNtdsNc | topology::kFlagCrNtdsDomain;
  changes.push_back({repl::ModifyOperation::kReplace, attid::kSystemFlags, {repl::u32_value(kDomainFlags)}});
  changes.push_back({repl::ModifyOperation::kReplace, attid::kEnabled, {}});
  work.updates.append(must(repl::modify(work.tx, work.context, cross_ref.object, changes, kBySystem)));
  if (entry.of_name(nc) == kNoDnt) add_subref(work, nc);
  return cross_ref.object;
}

}  // namespace

ADDENTRY_REPLY_INFO create_cross_ref(AddEntryWork& work, const Entry& entry) {
  const Partitions partitions(work.reader);
  const std::uint32_t flags = entry.number(attid::kSystemFlags).value_or(0);
  const auto nc = nc_name(entry);
  const auto* existing = existing_cross_ref(work.reader, partitions, nc);
  const bool enables = existing != nullptr && (flags & topology::kFlagCrNtdsDomain) != 0;
  const Dnt object = enables ? enable_cross_ref(work, entry, *existing, nc) : make_cross_ref(work, entry, partitions, flags, nc);
  return info_of(work.reader, object);
}

}  // namespace tributary::service::directory
