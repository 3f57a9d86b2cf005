// SPDX-License-Identifier: Apache-2.0
// What a DSA here has no use for: moves between domains (a DSA hosts one domain and no credentials of its callers), the change log of
// Windows NT 4.0 (no backup domain controllers of that time), the demotion of AD LDS, clones of virtual machines. Each is validated in the
// order of its section and ends with the code of what cannot be. [MS-DRSR] 4.1.7, 4.1.11, 4.1.14, 4.1.15, 4.1.21, 4.1.29, 5.212.
#include <algorithm>

#include "base/win32.hpp"
#include "repl/source/local_state.hpp"
#include "schema/schema_info.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/session.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

constexpr std::uint32_t kStatusInvalidParameter = 0xC000000D;

/// The last entry of the table is the schemaInfo of the source; both schemas have to be the same.
bool has_our_schema(const Session& session, const SCHEMA_PREFIX_TABLE& table) {
  if (table.pPrefixEntry.empty()) return false;
  const auto ours = schema::encode_schema_info(must(repl::local_schema_info(session.reader().snapshot())));
  const auto& theirs = table.pPrefixEntry.back().prefix.elements;
  return std::ranges::equal(ours, theirs);
}

Win32 judge_move(const Session& session, const DRS_MSG_MOVEREQ_V2& request) {
  const auto& reader = session.reader();
  const auto target = request.pExpectedTargetNC ? repl::resolve(reader.snapshot(), reader.schema(), *request.pExpectedTargetNC) : Result<Dnt>(kNoDnt);
  if (!target || *target == kNoDnt || *target != reader.default_nc()) return code::kErrorDsDstNcMismatch;
  if (!has_our_schema(session, request.PrefixTable)) return win32::kErrorDsDraSchemaMismatch;
  // DEVIATION: 4.1.15.3 makes a token of pClientCreds before it asks whether a DC calls; nothing can be made of them here, and who is no
  // DC should learn nothing.
  if (!session.asker().token().has(security::sids::kEnterpriseDomainControllers)) return win32::kErrorDsDraAccessDenied;
  return win32::kErrorNotSupported;
}

}  // namespace

Result<IDL_DRSInterDomainMove::Out> inter_domain_move(Dsa& dsa, const CallContext& call, const IDL_DRSInterDomainMove::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    IDL_DRSInterDomainMove::Out out;
    out.msgOut.emplace<2>().win32Error = static_cast<std::uint32_t>(win32::kErrorDsGenericError);
    const auto* request = in.msgIn.get_if<2>();
    out.result = static_cast<std::uint32_t>(request == nullptr ? win32::kErrorDsDraInvalidParameter : judge_move(session, *request));
    return out;
  });
}

Result<IDL_DRSGetNT4ChangeLog::Out> get_nt4_change_log(Dsa& dsa, const CallContext& call, const IDL_DRSGetNT4ChangeLog::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorDsDraInvalidParameter);
    const Dnt domain = session.reader().default_nc();
    if (!session.asker().has_right(domain, right::kGetChanges)) refuse(win32::kErrorAccessDenied);
    if (!session.partitions().owns(FsmoRole::kPdc)) refuse(code::kErrorInvalidDomainRole);
    IDL_DRSGetNT4ChangeLog::Out out;
    auto& reply = out.msgOut.emplace<1>();
    // The log is empty and always was: every cookie is of an entry that is not there.
    if ((request->dwFlags & DRS_NT4_CHGLOG_GET_CHANGE_LOG) != 0 && !request->pRestart.empty()) {
      reply.ActualNtStatus = kStatusInvalidParameter;
      out.result = static_cast<std::uint32_t>(win32::kErrorInvalidParameter);
      return out;
    }
    if ((request->dwFlags & DRS_NT4_CHGLOG_GET_SERIAL_NUMBERS) != 0) {
      const std::int64_t created = to_file_time(session.reader().object(domain).head().when_created).ticks;
      reply.ReplicationState = {.SamSerialNumber = 0, .SamCreationTime = created, .BuiltinSerialNumber = 0, .BuiltinCreationTime = created,
                                .LsaSerialNumber = 1, .LsaCreationTime = session.context().now.ticks};
    }
    return out;
  });
}

// 5.212: a DSA of AD DS raises this before it looks at the request.
Result<IDL_DRSInitDemotion::Out> init_demotion(Dsa&, const CallContext&, const IDL_DRSInitDemotion::In&) {
  return fail(win32::kErrorInvalidParameter, "only AD LDS is demoted so");
}
Result<IDL_DRSReplicaDemotion::Out> replica_demotion(Dsa&, const CallContext&, const IDL_DRSReplicaDemotion::In&) {
  return fail(win32::kErrorInvalidParameter, "only AD LDS is demoted so");
}
Result<IDL_DRSFinishDemotion::Out> finish_demotion(Dsa&, const CallContext&, const IDL_DRSFinishDemotion::In&) {
  return fail(win32::kErrorInvalidParameter, "only AD LDS is demoted so");
}

/// DEVIATION: 4.1.29.3 goes on and makes the objects of the clone; a DSA here is joined, not cloned.
Result<IDL_DRSAddCloneDC::Out> add_clone_dc(Dsa& dsa, const CallContext& call, const IDL_DRSAddCloneDC::In& in) {
  return guarded([&]() -> IDL_DRSAddCloneDC::Out {
    const Session session(dsa, call);
    if (in.msgIn.get_if<1>() == nullptr) refuse(win32::kErrorDsDraInvalidParameter);
    if (!session.asker().has_right(session.reader().default_nc(), kCloneDomainController)) refuse(win32::kErrorDsDraAccessDenied);
    const auto& token = session.asker().token();
    constexpr Sid kEnterpriseRodcs = security::make_sid(5, {security::rid::kEnterpriseReadOnlyDomainControllers});
    if (!token.has(security::sids::kEnterpriseDomainControllers) && !token.has(kEnterpriseRodcs)) refuse(win32::kErrorDsDraAccessDenied);
    if (!session.partitions().owns(FsmoRole::kPdc)) refuse(code::kErrorInvalidDomainRole);
    refuse(win32::kErrorDsUnwillingToPerform);
  });
}

}  // namespace tributary::service
