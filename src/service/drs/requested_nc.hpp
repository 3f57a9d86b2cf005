// SPDX-License-Identifier: Apache-2.0
// What a request that changes or uses repsFrom or repsTo is about, as the facts that repl/state/reps_rules.hpp judges ([MS-DRSR] 4.1.19.2,
// 4.1.20.2, 4.1.22.2, 4.1.23.2, 4.1.26.2), and how it goes to the queue. Reads only. Must never know the rules.
#pragma once

#include "repl/state/reps_rules.hpp"
#include "service/access.hpp"
#include "service/drs/operation.hpp"

namespace tributary::service {

struct RequestedNc {
  repl::NcFacts facts;
  store::Dnt object = store::kNoDnt;  ///< of the object that exists
  bool is_replica = false;            ///< it is the root of a replica here
  ObjectGuid guid;                    ///< of the object, or what the request or the crossRef says of one that is not here
  std::string dn;
  std::size_t reps_from = 0, reps_to = 0;
};
/// `right`: what facts.access_granted is about.
[[nodiscard]] Result<RequestedNc> requested_nc(Dsa& dsa, const repl::Context& context, const store::Snapshot& snapshot, const CallContext& call,
                                               const drsuapi::DSNAME& name, const Guid& right);

/// An object that a request names, by what it is here.
[[nodiscard]] Result<repl::NamedObject> named_object(const repl::Context& context, const store::Snapshot& snapshot,
                                                     const drsuapi::Unique<drsuapi::DSNAME>& name);
/// The object's DN, and whether it is below our site: of a DSA.
struct DsaPlace {
  std::string dn;
  bool is_intrasite = false;
};
[[nodiscard]] Result<DsaPlace> place_of_dsa(const repl::Context& context, const store::Snapshot& snapshot, const DsaIdentity& dsa, const Guid& guid);

/// The object that a name means; kNoDnt also for what is no name at all.
[[nodiscard]] Result<store::Dnt> resolve_or_none(const repl::Context& context, const store::Snapshot& snapshot, const drsuapi::DSNAME& name);
[[nodiscard]] bool is_empty(const drsuapi::DSNAME& name) noexcept;

/// To the queue, with what is known of the other DSA; the answer comes when the scheduler replies, without a thread that waits for it.
template <class Op>
void queue_request(Dsa& dsa, const CallContext& call, const Answer<Op>& answer, const RequestedNc& nc, repl::OperationRequest operation,
                   DsaPlace other = {}) {
  repl::Request request;
  request.caller = call.caller->account();
  request.nc = nc.guid;
  request.nc_dn = nc.dn;
  request.dsa_dn = std::move(other.dn);
  request.is_intrasite = other.is_intrasite;
  request.operation = std::move(operation);
  const auto id = dsa.submit(std::move(request), [answer](Win32 result) {
    typename Op::Out out;
    out.result = static_cast<std::uint32_t>(result);
    answer(std::move(out));
  });
  answer.call()->when_cancelled([&dsa, id] { dsa.withdraw(id); });
}
template <class Op>
void refuse(const Answer<Op>& answer, Win32 code, std::string detail = {}) {
  answer(fail(code, std::move(detail)));
}

/// V2 of ReplicaSync and UpdateRefs and V3 of ReplicaAdd have a correlationID: for those who were told that we know it.
[[nodiscard]] bool knows_correlation_id(const Dsa& dsa);

}  // namespace tributary::service
