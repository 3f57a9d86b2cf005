// SPDX-License-Identifier: Apache-2.0
// See divergence_interface.hpp.
#include "service/drs/divergence_interface.hpp"

#include "base/win32.hpp"
#include "repl/divergence/answer.hpp"
#include "service/drs/rights.hpp"

namespace tributary::service {
namespace {

Result<repl::DigestReply> answer(Dsa& dsa, const CallContext& call, const repl::DigestRequest& request) {
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto replica = repl::find_replica(*snapshot, ObjectGuid{request.nc});
  // Who may see nothing is not told what is here: as for an NC root that is there and that he has no right on.
  const auto rights = replication_rights(context, *snapshot, call.caller->token, replica ? replica->root : store::kNoDnt);
  if (!rights) return std::unexpected(rights.error());
  return repl::answer_digest(context, *snapshot, request, *rights);
}

}  // namespace

Bytes encode_digest_call(const repl::DigestRequest& request) { return repl::encode_digest_request(request); }

Result<repl::DigestReply> decode_digest_answer(ByteView stub) {
  if (stub.size() < 4) return fail(win32::kRpcXBadStubData, "the answer has no result", Phase::kCall);
  const auto result = load_le<std::uint32_t>(stub.data());
  if (result != 0) return fail(Win32{result}, "the comparison was refused", Phase::kCall);
  return repl::decode_digest_reply(stub.subspan(4));
}

Result<Bytes> serve_digest(Dsa& dsa, const CallContext& call, ByteView stub) {
  const auto request = repl::decode_digest_request(stub);
  if (!request && request.error().code != win32::kErrorRevisionMismatch) return std::unexpected(request.error());
  const auto reply = request ? answer(dsa, call, *request) : std::unexpected(request.error());
  Bytes out(4);
  store_le(out.data(), static_cast<std::uint32_t>(reply ? win32::kErrorSuccess : reply.error().code));
  if (!reply) return out;
  const Bytes body = repl::encode_digest_reply(*reply);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

}  // namespace tributary::service
