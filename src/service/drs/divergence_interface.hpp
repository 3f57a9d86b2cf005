// SPDX-License-Identifier: Apache-2.0
// The interface by which DSAs of this house compare replicas (docs/formats/divergence.md): one operation on the same sealed association.
// Its stubs are the messages of repl/divergence/messages.hpp as they are.
#pragma once

#include "repl/divergence/messages.hpp"
#include "service/dsa.hpp"

namespace tributary::service {

/// Version 1.0, opnum 0.
inline constexpr Guid kDivergenceInterface = "7a1c3b52-0d1e-4f6b-9c0a-5d5e7472b164"_guid;
inline constexpr std::uint16_t kDigestOpnum = 0;

/// The client's side.
[[nodiscard]] Bytes encode_digest_call(const repl::DigestRequest& request);
/// The answer, or the Win32 code that the call returned (Phase::kCall).
[[nodiscard]] Result<repl::DigestReply> decode_digest_answer(ByteView stub);

/// The server's side: a stub in, a stub out. RPC_X_BAD_STUB_DATA, the fault, for what is no request.
[[nodiscard]] Result<Bytes> serve_digest(Dsa& dsa, const CallContext& call, ByteView stub);

}  // namespace tributary::service
