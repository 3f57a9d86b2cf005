// SPDX-License-Identifier: Apache-2.0
// What IDL_DRSGetReplInfo tells of this DSA itself: the KCC's failures (5.111, 5.112), the replication queue (5.164), its clients (5.177)
// and the calls that it has made (5.178). [MS-DRSR] 4.1.13.3.
#include <charconv>

#include "base/utf.hpp"
#include "drsuapi/constants.hpp"
#include "service/drs/open_bindings.hpp"
#include "service/drs/repl_info.hpp"

namespace tributary::service::repl_info {

using namespace drsuapi;

namespace {

constexpr std::size_t kOutgoingCallsMax = 256;  ///< [range] of cNumCalls

Result<void> failures(const Query& query, const std::vector<topology::FailedTuple>& tuples, DS_REPL_KCC_DSA_FAILURESW& out) {
  Names names(query);
  for (const auto& tuple : tuples) {
    auto& entry = out.rgDsaFailure.emplace_back();
    auto dn = names.of_object(tuple.dsa.value);
    if (!dn) return std::unexpected(std::move(dn.error()));
    entry.pszDsaDN = std::move(*dn);
    entry.uuidDsaObjGuid = tuple.dsa.value;
    entry.ftimeFirstFailure = to_wire(tuple.time_first_failure);
    entry.cNumFailures = tuple.failure_count;
    entry.dwLastResult = static_cast<std::uint32_t>(tuple.last_result);
  }
  return {};
}

/// An empty text is a null pointer.
ndr::WString text(const std::string& utf8) { return utf8.empty() ? ndr::WString() : ndr::WString(to_utf16_lossy(utf8)); }

void pending_operations(const Query& query, DS_REPL_PENDING_OPSW& out) {
  const auto pending = query.dsa.pending_operations();
  out.ftimeCurrentOpStarted = to_wire(pending.current_started);
  for (const auto& operation : pending.operations) {
    auto& entry = out.rgPendingOp.emplace_back();
    entry.ftimeEnqueued = to_wire(operation.time_enqueued);
    entry.ulSerialNumber = operation.serial_number;
    entry.ulPriority = operation.priority;
    entry.OpType = static_cast<DS_REPL_OP_TYPE>(operation.operation_type);
    entry.ulOptions = operation.options;
    entry.pszNamingContext = text(operation.naming_context);
    entry.pszDsaDN = text(operation.dsa_dn);
    entry.pszDsaAddress = text(operation.dsa_address);
    entry.uuidNamingContextObjGuid = operation.uuid_nc.value;
    entry.uuidDsaObjGuid = operation.uuid_dsa.value;
  }
}

/// The IPv4 address before the colon, in the order of its octets; zero for any other.
std::uint32_t ipv4_of(std::string_view address) {
  std::uint32_t value = 0;
  const char* at = address.data();
  const char* const end = at + address.size();
  for (unsigned i = 0; i < 4; ++i) {
    std::uint8_t octet = 0;
    const auto [next, error] = std::from_chars(at, end, octet);
    if (error != std::errc() || (i < 3 && (next == end || *next != '.'))) return 0;
    value |= std::uint32_t{octet} << (8 * i);
    at = next + (i < 3 ? 1 : 0);
  }
  return at == end || *at == ':' ? value : 0;
}

void client_contexts(const Query& query, DS_REPL_CLIENT_CONTEXTS& out) {
  if (query.call.bindings == nullptr) return;
  for (const auto& client : query.call.bindings->list()) {
    if (out.rgContext.size() == kItemsMax) return;
    auto& entry = out.rgContext.emplace_back();
    entry.hCtx = client.binding->number;
    entry.lReferenceCount = 1;
    entry.fIsBound = 1;
    entry.uuidClient = client.binding->client_dsa;
    entry.timeLastUsed = client.last_used.seconds;
    entry.IPAddr = ipv4_of(client.address);
    entry.pid = client.binding->client.Pid;
  }
}

void outgoing_calls(const Query& query, DS_REPL_SERVER_OUTGOING_CALLS& out) {
  for (const auto& call : query.dsa.outgoing_calls()) {
    if (out.rgCall.size() == kOutgoingCallsMax) return;
    auto& entry = out.rgCall.emplace_back();
    entry.pszServerName = text(call.server_name);
    entry.fIsHandleBound = call.is_handle_bound ? 1 : 0;
    entry.fIsHandleFromCache = call.is_handle_from_cache ? 1 : 0;
    entry.fIsHandleInCache = call.is_handle_in_cache ? 1 : 0;
    entry.dwThreadId = call.thread_id;
    entry.dwBindingTimeoutMins = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::minutes>(call.timeout).count());
    entry.dstimeCreated = call.time_created.seconds;
    entry.dwCallType = call.opnum;
  }
}

}  // namespace

Result<void> state_of_dsa(const Query& query, Reply& reply) {
  switch (query.type) {
    case DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES:
      return failures(query, query.dsa.kcc_failures().connections, reply.emplace<DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES>().emplace());
    case DS_REPL_INFO_KCC_DSA_LINK_FAILURES:
      return failures(query, query.dsa.kcc_failures().links, reply.emplace<DS_REPL_INFO_KCC_DSA_LINK_FAILURES>().emplace());
    case DS_REPL_INFO_PENDING_OPS: pending_operations(query, reply.emplace<DS_REPL_INFO_PENDING_OPS>().emplace()); break;
    case DS_REPL_INFO_CLIENT_CONTEXTS: client_contexts(query, reply.emplace<DS_REPL_INFO_CLIENT_CONTEXTS>().emplace()); break;
    default: outgoing_calls(query, reply.emplace<DS_REPL_INFO_SERVER_OUTGOING_CALLS>().emplace()); break;
  }
  return {};
}

}  // namespace tributary::service::repl_info
