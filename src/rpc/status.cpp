// SPDX-License-Identifier: Apache-2.0
// The tables behind status.hpp.
#include "rpc/status.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/win32.hpp"

namespace tributary::rpc {
namespace {

struct FaultRow {
  std::uint32_t status;
  std::uint32_t win32;  ///< 0: not mapped, the status is passed on
  bool before_execution;
  std::string_view name;
};

/// [MS-RPCE] 3.1.1.5.5 with the numbers of C706 appendix N; ascending.
constexpr FaultRow kFaults[] = {
    {0x1C000001, 1767, false, "nca_s_fault_int_div_by_zero"},
    {0x1C000002, 1768, false, "nca_s_fault_addr_error"},
    {0x1C000003, 1769, false, "nca_s_fault_fp_div_zero"},
    {0x1C000004, 1770, false, "nca_s_fault_fp_underflow"},
    {0x1C000005, 1771, false, "nca_s_fault_fp_overflow"},
    {0x1C000006, 1733, false, "nca_s_fault_invalid_tag"},
    {0x1C000007, 1734, false, "nca_s_fault_invalid_bound"},
    {0x1C000008, 1728, true, "nca_rpc_version_mismatch"},
    {0x1C000009, 1726, false, "nca_unspec_reject"},
    {0x1C00000A, 1727, true, "nca_s_bad_actid"},
    {0x1C00000B, 1726, false, "nca_who_are_you_failed"},
    {0x1C00000C, 1727, true, "nca_manager_not_entered"},
    {0x1C00000D, 1818, false, "nca_s_fault_cancel"},
    {0x1C00000E, 1768, false, "nca_s_fault_ill_inst"},
    {0x1C00000F, 1771, false, "nca_s_fault_fp_error"},
    {0x1C000010, 1768, false, "nca_s_fault_int_overflow"},
    {0x1C000012, 1726, false, "nca_s_fault_unspec"},
    {0x1C000013, 0, false, "nca_s_fault_remote_comm_failure"},
    {0x1C000014, 1918, false, "nca_s_fault_pipe_empty"},
    {0x1C000015, 1916, false, "nca_s_fault_pipe_closed"},
    {0x1C000016, 1831, false, "nca_s_fault_pipe_order"},
    {0x1C000017, 1917, false, "nca_s_fault_pipe_discipline"},
    {0x1C000018, 1820, false, "nca_s_fault_pipe_comm_error"},
    {0x1C000019, 14, false, "nca_s_fault_pipe_memory"},
    {0x1C00001A, 6, false, "nca_s_fault_context_mismatch"},
    {0x1C00001B, 1130, false, "nca_s_fault_remote_no_memory"},
    {0x1C00001C, 1728, true, "nca_invalid_pres_context_id"},
    {0x1C00001D, 1821, true, "nca_unsupported_authn_level"},
    {0x1C00001F, 1727, true, "nca_invalid_checksum"},
    {0x1C000020, 1727, true, "nca_invalid_crc"},
    {0x1C000021, 0, false, "nca_s_fault_user_defined"},
    {0x1C000022, 0, false, "nca_s_fault_tx_open_failed"},
    {0x1C000023, 0, false, "nca_s_fault_codeset_conv_error"},
    {0x1C000024, 0, false, "nca_s_fault_object_not_found"},
    {0x1C000025, 0, false, "nca_s_fault_no_client_stub"},
    {0x1C010001, 1820, false, "nca_s_comm_failure"},
    {0x1C010002, 1745, true, "nca_op_rng_error"},
    {0x1C010003, 1717, true, "nca_unk_if"},
    {0x1C010006, 0, true, "nca_wrong_boot_time"},
    {0x1C010009, 1726, false, "nca_s_you_crashed"},
    {0x1C01000B, 1728, false, "nca_proto_error"},
    {0x1C010013, 1130, false, "nca_out_args_too_big"},
    {0x1C010014, 1723, true, "nca_server_too_busy"},
    {0x1C010017, 1732, true, "nca_unsupported_type"},
};
static_assert(std::ranges::is_sorted(kFaults, {}, &FaultRow::status));

/// [MS-RPCE] 3.3.3.5.1; ascending.
constexpr std::array<std::uint32_t, 14> kForbidden = {
    0x00000000, 0x80000001, 0x80000002, 0x80000003, 0xC0000005, 0xC0000006, 0xC000001D,
    0xC0000096, 0xC00000AA, 0xC00000FD, 0xC0000194, 0xC0000235, 0xC0000409, 0xC0000420,
};
static_assert(std::ranges::is_sorted(kForbidden));

const FaultRow* find_fault(std::uint32_t status) noexcept {
  const auto* row = std::ranges::lower_bound(kFaults, status, {}, &FaultRow::status);
  return row != std::end(kFaults) && row->status == status ? row : nullptr;
}

struct NakRow {
  std::uint32_t win32;
  Phase phase;
  std::string_view words;
};

NakRow nak_row(BindRejectReason reason) noexcept {
  switch (reason) {
    case BindRejectReason::kTemporaryCongestion: return {1723, Phase::kBind, "temporary congestion"};
    case BindRejectReason::kLocalLimitExceeded: return {1723, Phase::kBind, "a limit of the server is exceeded"};
    case BindRejectReason::kCalledPaddrUnknown: return {1727, Phase::kBind, "the called address is unknown"};
    case BindRejectReason::kProtocolVersionNotSupported: return {1728, Phase::kBind, "the protocol version is not supported"};
    case BindRejectReason::kDefaultContextNotSupported: return {1730, Phase::kBind, "the default context is not supported"};
    case BindRejectReason::kUserDataNotReadable: return {1727, Phase::kBind, "user data not readable"};
    case BindRejectReason::kNoPsapAvailable: return {1727, Phase::kBind, "no access point available"};
    case BindRejectReason::kAuthenticationTypeNotRecognized:
      return {1747, Phase::kAuthenticate, "the authentication type is not recognized"};
    case BindRejectReason::kInvalidChecksum: return {5, Phase::kAuthenticate, "the security package refused the token"};
    case BindRejectReason::kNotSpecified: break;
  }
  return {1727, Phase::kBind, "no reason given"};
}

}  // namespace

Win32 win32_from_fault(std::uint32_t status) noexcept {
  if (is_forbidden_fault(status)) return win32::kRpcSProtocolError;
  const FaultRow* row = find_fault(status);
  return Win32{row != nullptr && row->win32 != 0 ? row->win32 : status};
}

std::string fault_name(std::uint32_t status) {
  const FaultRow* row = find_fault(status);
  return row != nullptr ? fmt::format("{} (0x{:08X})", row->name, status) : fmt::format("0x{:08X}", status);
}

bool fault_precedes_execution(std::uint32_t status) noexcept {
  const FaultRow* row = find_fault(status);
  return row != nullptr && row->before_execution;
}

bool is_forbidden_fault(std::uint32_t status) noexcept { return std::ranges::binary_search(kForbidden, status); }

Error error_from_bind_nak(const BindNak& nak) {
  const NakRow row = nak_row(nak.reason);
  std::string versions;
  for (const auto& version : nak.versions) versions += fmt::format(" {}.{}", version.major, version.minor);
  std::string detail = fmt::format("the server refused the bind: {} (reason {})", row.words, static_cast<unsigned>(nak.reason));
  if (nak.reason == BindRejectReason::kProtocolVersionNotSupported && !versions.empty()) detail += ", it speaks" + versions;
  return Error{Win32{row.win32}, row.phase, std::move(detail)};
}

}  // namespace tributary::rpc
