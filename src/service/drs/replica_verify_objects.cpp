// SPDX-License-Identifier: Apache-2.0
// IDL_DRSReplicaVerifyObjects as a server: [MS-DRSR] 4.1.24.3. See replica_verify_objects.hpp.
#include "service/drs/replica_verify_objects.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/requested_nc.hpp"
#include "service/drs/rights.hpp"

namespace tributary::service {

using namespace drsuapi;
using repl::LingeringStep;

namespace {

/// The reference DSA has so long to be bound, and so long for each answer.
constexpr std::chrono::milliseconds kBindTimeout{30'000};
constexpr std::chrono::milliseconds kCallTimeout{120'000};

ReferenceDsa over(const std::shared_ptr<client::DrsHandle>& handle) {
  ReferenceDsa reference;
  reference.vector = [handle](const DRS_MSG_GETREPLINFO_REQ& request) -> Result<DRS_MSG_GETREPLINFO_REPLY> {
    auto out = handle->call<IDL_DRSGetReplInfo>({{}, request}, {.timeout = kCallTimeout});
    if (!out) return std::unexpected(std::move(out.error()));
    return std::move(out->msgOut);
  };
  reference.existence = [handle](const DRS_MSG_EXISTREQ& request) -> Result<DRS_MSG_EXISTREPLY> {
    auto out = handle->call<IDL_DRSGetObjectExistence>({{}, request}, {.timeout = kCallTimeout});
    if (!out) return std::unexpected(std::move(out.error()));
    return std::move(out->msgOut);
  };
  return reference;
}

}  // namespace

Result<repl::LingeringFigures> run_lingering_scan(Dsa& dsa, repl::VerifyObjects what, const ReferenceDsa& reference,
                                                  const std::function<bool()>& cancelled) {
  repl::LingeringScan scan(std::move(what));
  auto step = scan.begin(dsa.context(), dsa.store());
  for (;;) {
    for (const auto& finding : step.findings) dsa.log('w', finding.line);
    if (step.kind == LingeringStep::Kind::kDone) return scan.figures();
    if (step.kind == LingeringStep::Kind::kFailed) return std::unexpected(std::move(step.error));
    if (cancelled()) return fail(win32::kErrorDsDraRpcCancelled, "the caller has gone");
    if (step.kind == LingeringStep::Kind::kAskVector) {
      auto reply = reference.vector(*step.vector_request);
      step = reply ? scan.on_vector(dsa.context(), dsa.store(), *reply) : scan.on_failure(std::move(reply.error()));
    } else {
      auto reply = reference.existence(*step.existence_request);
      step = reply ? scan.on_reply(dsa.context(), dsa.store(), *reply) : scan.on_failure(std::move(reply.error()));
    }
  }
}

Result<IDL_DRSReplicaVerifyObjects::Out> replica_verify_objects(Dsa& dsa, const CallContext& call, const IDL_DRSReplicaVerifyObjects::In& in) {
  auto what = [&]() -> Result<repl::VerifyObjects> {
    const auto context = dsa.context();
    const auto snapshot = dsa.store().read();
    const auto nc = resolve_or_none(context, *snapshot, in.msgVerify.get_if<1>()->pNC);
    if (!nc) return std::unexpected(nc.error());
    const auto granted = *nc == store::kNoDnt
                             ? Result<bool>(false)
                             : access_check_car(context, *snapshot, call.caller->token, *nc, right::kManageTopology);
    if (!granted) return std::unexpected(granted.error());
    return repl::verify_objects(context, *snapshot, in.msgVerify, *granted);
  }();
  if (!what) return std::unexpected(std::move(what.error()));
  auto handle = dsa.partner(what->reference, kBindTimeout);
  if (!handle) return std::unexpected(std::move(handle.error()));
  const std::string begun = fmt::format("{} objects against {}", what->advisory ? "listing lingering" : "removing lingering", what->reference_dn);
  const auto figures = run_lingering_scan(dsa, std::move(*what), over(*handle), call.cancelled);
  if (!figures) return std::unexpected(figures.error());
  dsa.log('i', fmt::format("{}: {} compared, {} listed, {} removed, {} kept", begun, figures->compared, figures->listed, figures->removed, figures->kept));
  return IDL_DRSReplicaVerifyObjects::Out{};
}

}  // namespace tributary::service
