// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetMemberships and IDL_DRSGetMemberships2: [MS-DRSR] 4.1.8.3, 4.1.9.2.
#include <set>

#include "base/win32.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/membership.hpp"
#include "service/directory/session.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

using Membership = REVERSE_MEMBERSHIP_OPERATION_TYPE;

constexpr std::uint32_t kStatusTooManyContextIds = 0xC000015A;  ///< 4.1.8.1.5

/// Each once, in the order in which they were found.
class DntSet {
 public:
  void add(const std::vector<Dnt>& dnts) {
    for (const Dnt dnt : dnts)
      if (dnt != kNoDnt && seen_.insert(dnt).second) order_.push_back(dnt);
  }
  [[nodiscard]] const std::vector<Dnt>& order() const noexcept { return order_; }

 private:
  std::vector<Dnt> order_;
  std::set<Dnt> seen_;
};

/// The object that a name means; kNoDnt also for what is no name.
Dnt object_of(const Reader& reader, const Unique<DSNAME>& name) {
  if (!name) return kNoDnt;
  const auto found = repl::resolve(reader.snapshot(), reader.schema(), *name);
  return found ? *found : kNoDnt;
}

bool is_rodc_account(const Reader& reader, Dnt dnt) {
  constexpr std::uint32_t kBits = kUfWorkstationTrustAccount | kUfPartialSecretsAccount;
  return (reader.object(dnt).first_u32(attid::kUserAccountControl).value_or(0) & kBits) == kBits;
}

std::vector<Dnt> groups_of(const MembershipGraph& graph, Dnt object, const GroupFilter& filter) {
  switch (filter.operation) {
    case Membership::GroupMembersTransitive: return graph.all_members(object);
    case Membership::RevMembGetAccountGroups:
    case Membership::RevMembGetResourceGroups:
    case Membership::RevMembGetUniversalGroups: return graph.closure(object, filter);
    default: return graph.neighbors(object, filter);
  }
}

Unique<NT4SID> nt4_sid(const Sid& sid) {
  NT4SID wire;
  const Bytes octets = encode_sid(sid);
  if (octets.size() > wire.Data.size()) return nullptr;
  std::ranges::copy(octets, wire.Data.begin());
  return wire;
}

DRS_MSG_REVMEMB_REPLY_V1 to_reply(const Reader& reader, const std::vector<Dnt>& objects, const DRS_MSG_REVMEMB_REQ_V1& request) {
  DRS_MSG_REVMEMB_REPLY_V1 reply;
  const bool only_members = request.OperationType == Membership::GroupMembersTransitive;
  const bool with_attributes = (request.dwFlags & DRS_REVMEMB_FLAG_GET_ATTRIBUTES) != 0;
  std::set<Sid> history;
  for (const Dnt dnt : objects) {
    reply.ppDsNames.push_back(reader.dsname(dnt));
    if (only_members) continue;
    reply.pAttributes.push_back(with_attributes ? kSeGroupMandatory | kSeGroupEnabledByDefault | kSeGroupEnabled : 0);
    for (const Sid& sid : reader.sids(reader.object(dnt), attid::kSidHistory))
      if (auto wire = nt4_sid(sid); wire && history.insert(sid).second) reply.ppSidHistory.push_back(std::move(wire));
  }
  if (reply.ppDsNames.size() <= kItemsMax && reply.ppSidHistory.size() <= kItemsMax) return reply;
  DRS_MSG_REVMEMB_REPLY_V1 too_many;
  too_many.errCode = kStatusTooManyContextIds;
  return too_many;
}

DRS_MSG_REVMEMB_REPLY_V1 memberships(const Session& session, const CallContext& call, const DRS_MSG_REVMEMB_REQ_V1& request) {
  const auto& reader = session.reader();
  if (!session.asker().has_right(reader.default_nc(), right::kGetChanges)) refuse(win32::kErrorDsDraAccessDenied);
  if (request.OperationType == Membership::RevMembGetUniversalGroups && !session.partitions().is_gc()) refuse(win32::kErrorDsGcRequired);
  const GroupFilter filter{request.OperationType, static_cast<bool>(request.pLimitingDomain), object_of(reader, request.pLimitingDomain)};
  const MembershipGraph graph(reader, session.partitions(), [&call](std::size_t step) { stop_when_cancelled(call, step); });
  DntSet found;
  for (const auto& name : request.ppDsNames) {
    const Dnt object = object_of(reader, name);
    if (!graph.has(object)) continue;
    found.add(groups_of(graph, object, filter));
    if (filter.operation != Membership::GroupMembersTransitive && is_rodc_account(reader, object)) found.add({graph.enterprise_rodcs()});
  }
  return to_reply(reader, found.order(), request);
}

}  // namespace

Result<IDL_DRSGetMemberships::Out> get_memberships(Dsa& dsa, const CallContext& call, const IDL_DRSGetMemberships::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorDsDraInvalidParameter);
    IDL_DRSGetMemberships::Out out;
    out.msgOut.emplace<1>() = memberships(session, call, *request);
    return out;
  });
}

Result<IDL_DRSGetMemberships2::Out> get_memberships2(Dsa& dsa, const CallContext& call, const IDL_DRSGetMemberships2::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorDsDraInvalidParameter);
    IDL_DRSGetMemberships2::Out out;
    auto& replies = out.msgOut.emplace<1>().Replies;
    for (const auto& each : request->Requests) replies.push_back(memberships(session, call, each));
    return out;
  });
}

}  // namespace tributary::service
