// SPDX-License-Identifier: Apache-2.0
// See rpc_server_mapper.hpp.
#include "net/rpc_server_mapper.hpp"

#include "base/win32.hpp"
#include "rpc/status.hpp"

namespace tributary::net {
namespace {

constexpr std::uint16_t kEptLookupOpnum = 2;
constexpr std::uint16_t kEptMgmtDeleteOpnum = 6;

/// RPC_IF_ID of [MS-RPCE] 2.2.1.1.1.
struct InterfaceId {
  Guid uuid;
  std::uint16_t vers_major = 0;
  std::uint16_t vers_minor = 0;
};
template <class W>
constexpr void describe(W& w, InterfaceId& v) {
  w.scalar("Uuid", v.uuid);
  w.scalar("VersMajor", v.vers_major);
  w.scalar("VersMinor", v.vers_minor);
}

struct LookupRequest {
  std::uint32_t inquiry_type = 0;
  ndr::Unique<Guid> object;
  ndr::Unique<InterfaceId> interface;
  std::uint32_t vers_option = 0;
  ndr::ContextHandle entry_handle;
  std::uint32_t max_ents = 0;
};
template <class W>
constexpr void describe(W& w, LookupRequest& v) {
  w.scalar("inquiry_type", v.inquiry_type);
  w.unique("object", v.object);
  w.unique("Ifid", v.interface);
  w.scalar("vers_option", v.vers_option);
  w.nested("entry_handle", v.entry_handle);
  w.scalar("max_ents", v.max_ents, ndr::Range{0, rpc::kTowersMax});
}

/// An answer of ept_lookup without elements: the array's three counts stand in front of nothing.
struct LookupResponse {
  ndr::ContextHandle entry_handle;
  std::uint32_t num_ents = 0;
  std::uint32_t max_count = 0;
  std::uint32_t offset = 0;
  std::uint32_t actual_count = 0;
  std::uint32_t status = 0;
};
template <class W>
constexpr void describe(W& w, LookupResponse& v) {
  w.nested("entry_handle", v.entry_handle);
  w.scalar("num_ents", v.num_ents);
  w.scalar("entries.max_count", v.max_count);
  w.scalar("entries.offset", v.offset);
  w.scalar("entries.actual_count", v.actual_count);
  w.scalar("status", v.status);
}

struct FreeRequest {
  ndr::ContextHandle entry_handle;
};
template <class W>
constexpr void describe(W& w, FreeRequest& v) {
  w.nested("entry_handle", v.entry_handle);
}
struct FreeResponse {
  ndr::ContextHandle entry_handle;
  std::uint32_t status = 0;
};
template <class W>
constexpr void describe(W& w, FreeResponse& v) {
  w.nested("entry_handle", v.entry_handle);
  w.scalar("status", v.status);
}

using Answer = std::expected<Bytes, std::uint32_t>;

Answer map(const rpc::CallReceived& call, std::span<const rpc::TcpEndpoint> endpoints) {
  const auto request = rpc::decode_ept_map(call.stub, call.byte_order);
  if (!request) return std::unexpected(rpc::nca::kBadStubData);
  // No handle of ours is ever not null.
  if (!request->entry_handle.is_null()) return std::unexpected(rpc::nca::kContextMismatch);
  return rpc::encode_ept_map_response(rpc::map_endpoints(*request, endpoints));
}

/// DEVIATION: [MS-RPCE] 2.2.1.2.4 lets clients list the whole map. This one answers who knows what to ask for.
Answer lookup(const rpc::CallReceived& call) {
  const auto request = ndr::decode_parameters<LookupRequest>(call.stub, {.order = call.byte_order});
  if (!request) return std::unexpected(rpc::nca::kBadStubData);
  if (!request->entry_handle.is_null()) return std::unexpected(rpc::nca::kContextMismatch);
  LookupResponse response;
  response.max_count = request->max_ents;
  response.status = static_cast<std::uint32_t>(win32::kEptSCantPerformOp);
  return ndr::encode_parameters(response);
}

Answer free_handle(const rpc::CallReceived& call) {
  const auto request = ndr::decode_parameters<FreeRequest>(call.stub, {.order = call.byte_order});
  if (!request) return std::unexpected(rpc::nca::kBadStubData);
  if (!request->entry_handle.is_null()) return std::unexpected(rpc::nca::kContextMismatch);
  return ndr::encode_parameters(FreeResponse{});
}

}  // namespace

Answer answer_endpoint_mapper(const rpc::CallReceived& call, std::span<const rpc::TcpEndpoint> endpoints) {
  switch (call.opnum) {
    case kEptLookupOpnum: return lookup(call);
    case rpc::kEptMapOpnum: return map(call, endpoints);
    case rpc::kEptLookupHandleFreeOpnum: return free_handle(call);
    default: break;
  }
  // ept_insert, ept_delete, ept_inq_object and ept_mgmt_delete: the fault of Windows since 2008 ([MS-RPCE] 2.2.1.2.6 and its note).
  return std::unexpected(call.opnum <= kEptMgmtDeleteOpnum ? static_cast<std::uint32_t>(win32::kEptSCantPerformOp) : rpc::nca::kOpRangeError);
}

}  // namespace tributary::net
