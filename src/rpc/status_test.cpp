// SPDX-License-Identifier: Apache-2.0
// Faults and bind_nak reasons as Win32 codes ([MS-RPCE] 3.1.1.5.5, 3.3.3.5.1, 2.2.2.5).
#include "rpc/status.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::rpc {
namespace {

std::string mapped(std::uint32_t status) { return win32_name(win32_from_fault(status)); }

TEST(Fault, MapsTheWholeTable) {
  EXPECT_EQ(mapped(0x1C010001), "RPC_S_COMM_FAILURE");
  EXPECT_EQ(mapped(0x1C010002), "RPC_S_PROCNUM_OUT_OF_RANGE");
  EXPECT_EQ(mapped(0x1C010003), "RPC_S_UNKNOWN_IF");
  EXPECT_EQ(mapped(0x1C010009), "RPC_S_CALL_FAILED");
  EXPECT_EQ(mapped(0x1C01000B), "RPC_S_PROTOCOL_ERROR");
  EXPECT_EQ(static_cast<std::uint32_t>(win32_from_fault(0x1C010013)), 1130u);  // RPC_S_SERVER_OUT_OF_MEMORY
  EXPECT_EQ(mapped(0x1C010014), "RPC_S_SERVER_TOO_BUSY");
  EXPECT_EQ(mapped(0x1C010017), "RPC_S_UNSUPPORTED_TYPE");
  EXPECT_EQ(mapped(0x1C000001), "RPC_S_ZERO_DIVIDE");
  EXPECT_EQ(mapped(0x1C000002), "RPC_S_ADDRESS_ERROR");
  EXPECT_EQ(mapped(0x1C000003), "RPC_S_FP_DIV_ZERO");
  EXPECT_EQ(mapped(0x1C000004), "RPC_S_FP_UNDERFLOW");
  EXPECT_EQ(mapped(0x1C000005), "RPC_S_FP_OVERFLOW");
  EXPECT_EQ(mapped(0x1C000006), "RPC_S_INVALID_TAG");
  EXPECT_EQ(mapped(0x1C000007), "RPC_S_INVALID_BOUND");
  EXPECT_EQ(mapped(0x1C000008), "RPC_S_PROTOCOL_ERROR");
  EXPECT_EQ(mapped(0x1C000009), "RPC_S_CALL_FAILED");
  EXPECT_EQ(mapped(0x1C00000A), "RPC_S_CALL_FAILED_DNE");
  EXPECT_EQ(mapped(0x1C00000B), "RPC_S_CALL_FAILED");
  EXPECT_EQ(mapped(0x1C00000C), "RPC_S_CALL_FAILED_DNE");
  EXPECT_EQ(mapped(0x1C00000D), "RPC_S_CALL_CANCELLED");
  EXPECT_EQ(mapped(0x1C00000E), "RPC_S_ADDRESS_ERROR");
  EXPECT_EQ(mapped(0x1C00000F), "RPC_S_FP_OVERFLOW");
  EXPECT_EQ(mapped(0x1C000010), "RPC_S_ADDRESS_ERROR");
  EXPECT_EQ(mapped(0x1C000012), "RPC_S_CALL_FAILED");
  EXPECT_EQ(mapped(0x1C000014), "RPC_X_PIPE_EMPTY");
  EXPECT_EQ(mapped(0x1C000015), "RPC_X_PIPE_CLOSED");
  EXPECT_EQ(mapped(0x1C000016), "RPC_X_WRONG_PIPE_ORDER");
  EXPECT_EQ(mapped(0x1C000017), "RPC_X_PIPE_DISCIPLINE_ERROR");
  EXPECT_EQ(mapped(0x1C000018), "RPC_S_COMM_FAILURE");
  EXPECT_EQ(win32_from_fault(0x1C000019), win32::kErrorOutOfMemory);
  EXPECT_EQ(win32_from_fault(0x1C00001A), win32::kErrorInvalidHandle);  // RPC_X_SS_CONTEXT_MISMATCH is that number
  EXPECT_EQ(static_cast<std::uint32_t>(win32_from_fault(0x1C00001B)), 1130u);
  EXPECT_EQ(mapped(0x1C00001C), "RPC_S_PROTOCOL_ERROR");
  EXPECT_EQ(mapped(0x1C00001D), "RPC_S_UNSUPPORTED_AUTHN_LEVEL");
  EXPECT_EQ(mapped(0x1C00001F), "RPC_S_CALL_FAILED_DNE");
  EXPECT_EQ(mapped(0x1C000020), "RPC_S_CALL_FAILED_DNE");
}

TEST(Fault, PassesOnWhatIsNotMapped) {
  for (const std::uint32_t status : {0x1C010006u, 0x1C000013u, 0x1C000021u, 0x1C000022u, 0x1C000023u, 0x1C000024u, 0x1C000025u, 5u,
                                     0x6F7u, 0x721u, 8453u, 0xC0000022u, 0xFFFFFFFFu})
    EXPECT_EQ(static_cast<std::uint32_t>(win32_from_fault(status)), status);
  EXPECT_EQ(mapped(nca::kBadStubData), "RPC_X_BAD_STUB_DATA");
  EXPECT_EQ(mapped(nca::kSecPkgError), "RPC_S_SEC_PKG_ERROR");
  EXPECT_EQ(mapped(nca::kAccessDenied), "ERROR_ACCESS_DENIED");
}

TEST(Fault, TreatsForbiddenStatusesAsProtocolErrors) {
  for (const std::uint32_t status : {0x0u, 0x80000001u, 0x80000002u, 0x80000003u, 0xC0000005u, 0xC0000006u, 0xC000001Du, 0xC0000096u,
                                     0xC00000AAu, 0xC00000FDu, 0xC0000194u, 0xC0000235u, 0xC0000409u, 0xC0000420u}) {
    EXPECT_TRUE(is_forbidden_fault(status));
    EXPECT_EQ(win32_from_fault(status), win32::kRpcSProtocolError);
  }
  EXPECT_FALSE(is_forbidden_fault(5));
}

TEST(Fault, KnowsWhichNeverExecute) {
  EXPECT_TRUE(fault_precedes_execution(nca::kOpRangeError));
  EXPECT_TRUE(fault_precedes_execution(nca::kUnknownInterface));
  EXPECT_TRUE(fault_precedes_execution(nca::kServerTooBusy));
  EXPECT_FALSE(fault_precedes_execution(nca::kFaultCancel));
  EXPECT_FALSE(fault_precedes_execution(nca::kProtocolError));
  EXPECT_FALSE(fault_precedes_execution(nca::kAccessDenied));
}

TEST(Fault, HasNames) {
  EXPECT_EQ(fault_name(nca::kContextMismatch), "nca_s_fault_context_mismatch (0x1C00001A)");
  EXPECT_EQ(fault_name(5), "0x00000005");
}

TEST(BindNak, TellsRefusedCredentialsFromARefusedBind) {
  auto error = [](BindRejectReason reason) { return error_from_bind_nak({.reason = reason, .versions = {{5, 0}, {5, 1}}}); };
  using enum BindRejectReason;
  const struct {
    BindRejectReason reason;
    std::uint32_t code;
    Phase phase;
  } rows[] = {
      {kNotSpecified, 1727, Phase::kBind},           {kTemporaryCongestion, 1723, Phase::kBind},
      {kLocalLimitExceeded, 1723, Phase::kBind},     {kCalledPaddrUnknown, 1727, Phase::kBind},
      {kProtocolVersionNotSupported, 1728, Phase::kBind}, {kDefaultContextNotSupported, 1730, Phase::kBind},
      {kUserDataNotReadable, 1727, Phase::kBind},    {kNoPsapAvailable, 1727, Phase::kBind},
      {kAuthenticationTypeNotRecognized, 1747, Phase::kAuthenticate}, {kInvalidChecksum, 5, Phase::kAuthenticate},
      {static_cast<BindRejectReason>(77), 1727, Phase::kBind},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(static_cast<std::uint32_t>(error(row.reason).code), row.code);
    EXPECT_EQ(error(row.reason).phase, row.phase);
  }
  EXPECT_EQ(error(kProtocolVersionNotSupported).detail,
            "the server refused the bind: the protocol version is not supported (reason 4), it speaks 5.0 5.1");
  EXPECT_EQ(error(kInvalidChecksum).detail, "the server refused the bind: the security package refused the token (reason 9)");
}

}  // namespace
}  // namespace tributary::rpc
