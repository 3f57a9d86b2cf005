// SPDX-License-Identifier: Apache-2.0
// IDL_DRSRemoveDsServer: [MS-DRSR] 4.1.18.2.
// DEVIATION: the section removes object after object and asks for the next right in between; here all rights are judged first and everything
// goes in one transaction, so that a refusal leaves the forest as it was.
#include <algorithm>

#include "base/win32.hpp"
#include "repl/updates/modify.hpp"
#include "repl/updates/remove.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/names.hpp"
#include "service/directory/session.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

/// NTDS Settings has a connection for each partner: far below this.
constexpr std::size_t kTreeObjectsMax = 100'000;

/// SPNs of a DC as a DC (4.1.18.2).
bool is_dc_spn(std::string_view spn) {
  for (const std::string_view service : {std::string_view("ldap"), std::string_view("GC"), kDrsSpnClass, std::string_view("RPC")})
    if (spn.size() > service.size() && spn[service.size()] == '/' && equals_ignoring_case(spn.substr(0, service.size()), service)) return true;
  return false;
}

bool is_last_dc(const Reader& reader, const std::string& domain_dn, Dnt leaving) {
  const auto rdns = repl::parse_dn(reader.schema(), domain_dn);
  const Dnt domain = rdns ? must(repl::resolve_dn(reader.snapshot(), reader.schema(), *rdns)) : kNoDnt;
  const auto hosts = [&](Dnt dsa, Attid list) { return has_element(reader.references(dsa, list), domain); };
  return std::ranges::none_of(reader.of_category(class_id::kNtdsDsa, reader.configuration_nc()), [&](Dnt dsa) {
    return dsa != leaving && (hosts(dsa, attid::kHasMasterNcs) || hosts(dsa, attid::kMsDsHasMasterNcs));
  });
}

/// What is there of a DC.
struct Metadata {
  Dnt dsa = kNoDnt;
  Dnt computer = kNoDnt;  ///< kNoDnt: the account is gone, or not held here
  std::vector<Dnt> rid_sets;
  std::vector<std::string> spns;
  Dnt krbtgt = kNoDnt;                   ///< of an RODC
  std::vector<Dnt> authenticated_here;   ///< whose msDS-AuthenticatedAtDC names the computer
};

Metadata find_metadata(const Reader& reader, Dnt dsa) {
  Metadata found{.dsa = dsa, .computer = reader.reference(reader.parent(dsa), attid::kServerReference), .rid_sets = {}, .spns = {},
                 .krbtgt = kNoDnt, .authenticated_here = {}};
  const auto computer = reader.living(found.computer);
  if (!computer) {
    found.computer = kNoDnt;
    return found;
  }
  found.rid_sets = reader.references(found.computer, attid::kRidSetReferences);
  std::erase_if(found.rid_sets, [&](Dnt dnt) { return !reader.is_living(dnt); });
  for (auto& spn : reader.texts(*computer, attid::kServicePrincipalName))
    if (is_dc_spn(spn)) found.spns.push_back(std::move(spn));
  found.krbtgt = reader.reference(found.computer, attid::kMsDsKrbTgtLink);
  if (!reader.is_living(found.krbtgt)) found.krbtgt = kNoDnt;
  found.authenticated_here = reader.referring(found.computer, attid::kMsDsAuthenticatedAtDc);
  return found;
}

void check_rights(const Session& session, const Metadata& metadata) {
  const auto& asker = session.asker();
  if (!asker.may(metadata.dsa, security::kRightDsDeleteTree)) refuse(win32::kErrorAccessDenied);
  if (metadata.computer == kNoDnt) return;
  for (const Dnt rid_set : metadata.rid_sets)
    if (!asker.may_delete(rid_set)) refuse(win32::kErrorAccessDenied);
  if (!asker.may_access(metadata.computer, security::kRightDsWriteProperty, attid::kServicePrincipalName)) refuse(win32::kErrorAccessDenied);
}

/// What the DSA changes by itself is not bound by what clients may change.
constexpr repl::ModifyOptions kBySystem{repl::CheckLevel::kReplica, true, false};

std::vector<repl::Modification> computer_changes(const Metadata& metadata) {
  std::vector<repl::Modification> changes;
  repl::Modification spns{repl::ModifyOperation::kDelete, attid::kServicePrincipalName, {}};
  for (const auto& spn : metadata.spns) spns.values.push_back(repl::text_value(spn));
  if (!spns.values.empty()) changes.push_back(std::move(spns));
  for (const Attid each : {attid::kMsDsKrbTgtLink, attid::kMsDsNeverRevealGroup, attid::kMsDsRevealOnDemandGroup, attid::kMsDsRevealedUsers})
    changes.push_back({repl::ModifyOperation::kReplace, each, {}});
  return changes;
}

repl::Updates remove_metadata(const repl::Context& context, store::WriteTransaction& tx, const Metadata& metadata) {
  repl::Updates updates;
  auto tree = must(repl::remove_tree(tx, context, metadata.dsa, kTreeObjectsMax, repl::CheckLevel::kClient));
  if (tree.stopped) throw Refusal{std::move(*tree.stopped)};
  if (!tree.finished) refuse(win32::kErrorDsTreeDeleteNotFinished);
  updates.append(tree.updates);
  if (metadata.computer == kNoDnt) return updates;
  for (const Dnt rid_set : metadata.rid_sets) updates.append(must(repl::remove_object(tx, context, rid_set, repl::CheckLevel::kReplica)));
  for (const Dnt account : metadata.authenticated_here) {
    const repl::Modification change{repl::ModifyOperation::kDelete, attid::kMsDsAuthenticatedAtDc, {repl::reference_value(metadata.computer)}};
    updates.append(must(repl::modify(tx, context, account, std::span(&change, 1), kBySystem)));
  }
  updates.append(must(repl::modify(tx, context, metadata.computer, computer_changes(metadata), kBySystem)));
  if (metadata.krbtgt != kNoDnt) updates.append(must(repl::remove_object(tx, context, metadata.krbtgt, repl::CheckLevel::kReplica)));
  return updates;
}

}  // namespace

Result<IDL_DRSRemoveDsServer::Out> remove_ds_server(Dsa& dsa, const CallContext& call, const IDL_DRSRemoveDsServer::In& in) {
  IDL_DRSRemoveDsServer::Out out;
  auto& reply = out.msgOut.emplace<1>();
  const auto done = guarded([&] {
    const Session session(dsa, call);
    const auto& reader = session.reader();
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr || text_of(request->ServerDN).empty()) refuse(win32::kErrorInvalidParameter);
    if (request->DomainDN && request->DomainDN->empty()) refuse(win32::kErrorInvalidParameter);
    const Dnt leaving = reader.child(reader.of_dn(text_of(request->ServerDN)), "NTDS Settings");
    if (request->DomainDN) reply.fLastDcInDomain = is_last_dc(reader, text_of(request->DomainDN), leaving) ? 1 : 0;
    if (request->fCommit == 0) return;
    if (leaving == kNoDnt) refuse(win32::kErrorDsCantFindDsaObj);
    const auto metadata = find_metadata(reader, leaving);
    check_rights(session, metadata);
    (void)must(dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) {
      return guarded([&] { return remove_metadata(context, tx, metadata); });
    }));
  });
  out.result = static_cast<std::uint32_t>(done ? win32::kErrorSuccess : done.error().code);
  return out;
}

}  // namespace tributary::service
