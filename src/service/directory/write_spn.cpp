// SPDX-License-Identifier: Apache-2.0
// IDL_DRSWriteSPN: [MS-DRSR] 4.1.28.3. Every code stands in retVal as well.
#include <algorithm>

#include "base/win32.hpp"
#include "repl/updates/modify.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/spn_rights.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

void check_arguments(const CallContext& call, const DRS_MSG_SPNREQ_V1& request) {
  if (text_of(request.pwszAccount).empty()) refuse(win32::kErrorInvalidParameter);
  if (request.operation > DS_SPN_DELETE_SPN_OP) refuse(win32::kErrorInvalidFunction);
  if (request.operation != DS_SPN_REPLACE_SPN_OP && request.rpwszSPN.empty()) refuse(win32::kErrorInvalidParameter);
  std::size_t seen = 0;
  for (const auto& spn : request.rpwszSPN) {
    stop_when_cancelled(call, seen++);
    if (!spn || spn->empty()) refuse(win32::kErrorInvalidParameter);
  }
}

/// A set: each name once, whatever its case.
std::vector<std::string> spn_set(const DRS_MSG_SPNREQ_V1& request) {
  std::vector<std::string> spns;
  for (const auto& spn : request.rpwszSPN) spns.push_back(text_of(spn));
  const auto key = [](const std::string& spn) { return to_lower_ascii(spn); };
  std::ranges::sort(spns, {}, key);
  const auto same = std::ranges::unique(spns, {}, key);
  spns.erase(same.begin(), same.end());
  return spns;
}

repl::ModifyOperation operation_of(std::uint32_t operation) {
  switch (operation) {
    case DS_SPN_ADD_SPN_OP: return repl::ModifyOperation::kAdd;
    case DS_SPN_DELETE_SPN_OP: return repl::ModifyOperation::kDelete;
    default: return repl::ModifyOperation::kReplace;
  }
}

void write(Dsa& dsa, Dnt account, std::uint32_t operation, const std::vector<std::string>& spns) {
  repl::Modification change{operation_of(operation), attid::kServicePrincipalName, {}};
  for (const auto& spn : spns) change.values.push_back(repl::text_value(spn));
  // Values that are there are not added, values that are not there are not removed.
  const repl::ModifyOptions options{repl::CheckLevel::kClient, true, false};
  (void)must(dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) {
    return repl::modify(tx, context, account, std::span(&change, 1), options);
  }));
}

void write_spn_or_refuse(Dsa& dsa, const CallContext& call, const IDL_DRSWriteSPN::In& in) {
  const auto* request = in.msgIn.get_if<1>();
  if (request == nullptr || !is_administrators_program(call)) refuse(win32::kErrorInvalidParameter);
  const Session session(dsa, call);
  // DEVIATION: 4.1.28.2.1 repeats the call at a writable DC as the caller; a DSA here has no credentials of its callers.
  if (session.context().rules.read_only) refuse(win32::kErrorDsUnwillingToPerform, "this DSA is read-only");
  check_arguments(call, *request);
  const Dnt account = session.reader().of_dn(text_of(request->pwszAccount));
  if (account == kNoDnt) refuse(win32::kErrorDsObjNotFound);
  const auto spns = spn_set(*request);
  if (const Win32 code = check_write_to_spn_attribute(session.reader(), session.partitions(), session.asker(), account, spns);
      code != win32::kErrorSuccess)
    refuse(code);
  write(dsa, account, request->operation, spns);
}

}  // namespace

Result<IDL_DRSWriteSPN::Out> write_spn(Dsa& dsa, const CallContext& call, const IDL_DRSWriteSPN::In& in) {
  const auto done = guarded([&] { write_spn_or_refuse(dsa, call, in); });
  IDL_DRSWriteSPN::Out out;
  out.result = static_cast<std::uint32_t>(done ? win32::kErrorSuccess : done.error().code);
  out.msgOut.emplace<1>().retVal = out.result;
  return out;
}

}  // namespace tributary::service
