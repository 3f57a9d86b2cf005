// SPDX-License-Identifier: Apache-2.0
// IDL_DRSAddEntry: [MS-DRSR] 4.1.1.3. All entries in one transaction, or none. The call succeeds also when an entry fails: what failed stands
// in the reply, in the version that the client can read.
#include "base/win32.hpp"
#include "service/directory/add_entry_steps.hpp"
#include "service/directory/directory.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

/// DRS_EXT_ADDENTRYREPLY_V3 is the flag that 5.39 calls DRS_EXT_WHISTLER_BETA3.
std::uint32_t reply_version(const CallContext& call) noexcept { return call.binding->client.has(DRS_EXT_WHISTLER_BETA3) ? 3 : 2; }

/// What a failed transaction leaves behind.
struct Outcome {
  Seq<ADDENTRY_REPLY_INFO> infos;
  std::optional<DirectoryError> error;
  Unique<DSNAME> error_object;
};

bool may_modify_remotely(const Reader& reader) {
  const auto dsa = reader.living(reader.dsa_object());
  return dsa && dsa->first_u32(attid::kMsDsBehaviorVersion).value_or(0) >= kBehaviorWin2008;
}

ADDENTRY_REPLY_INFO process(AddEntryWork& work, const ENTINF& entinf) {
  if ((entinf.ulFlags & ENTINF_REMOTE_MODIFY) != 0) {
    if (!may_modify_remotely(work.reader)) fail_entry(0, SV_PROBLEM_UNAVAILABLE, win32::kErrorDsUnavailable);
    return modify_entry(work, Entry(work.reader, work.values, entinf));
  }
  const Entry entry(work.reader, work.values, entinf);
  if (entry.has_class(class_id::kCrossRef)) return create_cross_ref(work, entry);
  if (entry.has_class(class_id::kNtdsDsa)) return create_ntds_dsa(work, entry);
  if (entry.has_class(class_id::kComputer)) return create_computer(work, entry);
  if (entry.has_class(class_id::kServer)) return create_server(work, entry);
  fail_entry(0, SV_PROBLEM_BUSY, win32::kErrorDsDraInvalidParameter);
}

Result<repl::Updates> process_all(const Dsa& dsa, const CallContext& call, const repl::Context& context, store::WriteTransaction& tx,
                                  std::span<const ENTINFLIST> entries, Outcome& outcome) {
  const Reader reader(context, tx, dsa.identity());
  // Only the base schema can be spoken of: numbers are those of the default table.
  const auto remote = schema::PrefixTable::with_defaults();
  repl::IncomingValues values(*context.schema, context.schema->prefix_table(), remote);
  AddEntryWork work{context, tx, reader, call, entries, values, {}};
  const auto stop = [&](const ENTINF& entinf, const DirectoryError& error) {
    outcome.error = error;
    outcome.error_object = entinf.pName;
    return fail(error.code);
  };
  for (const auto& each : entries) {
    try {
      outcome.infos.push_back(process(work, each.Entinf));
    } catch (const AddEntryFailure& failure) {
      return stop(each.Entinf, failure.error);
    } catch (const Refusal& refusal) {
      return stop(each.Entinf, directory_error_of(refusal.error.code));
    }
  }
  return std::move(work.updates);
}

DRS_MSG_ADDENTRYREPLY success_reply(std::uint32_t version, Seq<ADDENTRY_REPLY_INFO> infos) {
  DRS_MSG_ADDENTRYREPLY reply;
  if (version == 2) reply.emplace<2>().infoList = std::move(infos);
  else reply.emplace<3>().infoList = std::move(infos);
  return reply;
}

}  // namespace

Result<IDL_DRSAddEntry::Out> add_entry(Dsa& dsa, const CallContext& call, const IDL_DRSAddEntry::In& in) {
  IDL_DRSAddEntry::Out out;
  const auto* v2 = in.msgIn.get_if<2>();
  const auto* v3 = in.msgIn.get_if<3>();
  if (v2 == nullptr && v3 == nullptr) {
    out.msgOut = error_reply(2, {0, SV_PROBLEM_UNAVAILABLE, win32::kErrorDsUnavailable}, nullptr);
    return out;
  }
  const std::uint32_t version = reply_version(call);
  // DEVIATION: UseCredsForAccessCheck (4.1.1.2.4) would log on with what the client sends; credentials are judged when a connection is made.
  if (v3 != nullptr && v3->pClientCreds) {
    out.msgOut = success_reply(version, {});
    out.result = static_cast<std::uint32_t>(win32::kErrorNotSupported);
    return out;
  }
  Outcome outcome;
  const auto entries = v2 != nullptr ? v2->EntInfList.span() : v3->EntInfList.span();
  const auto done = dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) {
    outcome = {};
    return process_all(dsa, call, context, tx, entries, outcome);
  });
  if (done) out.msgOut = success_reply(version, std::move(outcome.infos));
  else out.msgOut = error_reply(version, outcome.error ? *outcome.error : directory_error_of(done.error().code), outcome.error_object);
  return out;
}

}  // namespace tributary::service
