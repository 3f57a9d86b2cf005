// SPDX-License-Identifier: Apache-2.0
// The dsaop interface: preparing and executing the script of a domain rename. [MS-DRSR] 4.2. pbPassword is a secret.
#pragma once

#include <cstdint>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

/// dsaop is an interface of its own: 7c44d7d4-31d5-424c-bd5e-2b3e1f323d22 version 1.0.
inline constexpr tributary::Guid kDsaopInterface = "7c44d7d4-31d5-424c-bd5e-2b3e1f323d22"_guid;

/// (dwInVersion, pmsgIn): there is no handle.
template <class Request>
struct UnboundIn {
  Request msgIn;
  friend constexpr bool operator==(const UnboundIn&, const UnboundIn&) = default;
};
template <class W, class Request>
constexpr void describe(W& w, UnboundIn<Request>& v) {
  w.switch_value("dwInVersion", v.msgIn);
  w.union_of("pmsgIn", v.msgIn);
}

struct DSA_MSG_PREPARE_SCRIPT_REQ_V1 {
  std::uint32_t Reserved = 0;
  friend constexpr bool operator==(const DSA_MSG_PREPARE_SCRIPT_REQ_V1&, const DSA_MSG_PREPARE_SCRIPT_REQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DSA_MSG_PREPARE_SCRIPT_REQ_V1& v) {
  w.scalar("Reserved", v.Reserved);
}

using DSA_MSG_PREPARE_SCRIPT_REQ = ndr::Union<ndr::Arm<1, DSA_MSG_PREPARE_SCRIPT_REQ_V1>>;

struct DSA_MSG_PREPARE_SCRIPT_REPLY_V1 {
  std::uint32_t dwOperationStatus = 0;
  WString pwErrMessage;
  Seq<std::uint8_t> pbPassword;
  Seq<std::uint8_t> pbHashBody;
  Seq<std::uint8_t> pbHashSignature;
  friend constexpr bool operator==(const DSA_MSG_PREPARE_SCRIPT_REPLY_V1&, const DSA_MSG_PREPARE_SCRIPT_REPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DSA_MSG_PREPARE_SCRIPT_REPLY_V1& v) {
  w.scalar("dwOperationStatus", v.dwOperationStatus);
  w.unique_string("pwErrMessage", v.pwErrMessage);
  w.count("cbPassword", v.pbPassword, ndr::Range{0, 1024});
  w.unique_array("pbPassword", v.pbPassword);
  w.count("cbHashBody", v.pbHashBody, ndr::Range{0, kOctetsMax});
  w.unique_array("pbHashBody", v.pbHashBody);
  w.count("cbHashSignature", v.pbHashSignature, ndr::Range{0, kOctetsMax});
  w.unique_array("pbHashSignature", v.pbHashSignature);
}

using DSA_MSG_PREPARE_SCRIPT_REPLY = ndr::Union<ndr::Arm<1, DSA_MSG_PREPARE_SCRIPT_REPLY_V1>>;

/// 4.2.1
struct IDL_DSAPrepareScript {
  static constexpr std::uint16_t opnum = 0;
  static constexpr std::string_view name = "IDL_DSAPrepareScript";
  using In = UnboundIn<DSA_MSG_PREPARE_SCRIPT_REQ>;
  using Out = VersionedOut<DSA_MSG_PREPARE_SCRIPT_REPLY>;
};

struct DSA_MSG_EXECUTE_SCRIPT_REQ_V1 {
  std::uint32_t Flags = 0;
  Seq<std::uint8_t> pbPassword;
  friend constexpr bool operator==(const DSA_MSG_EXECUTE_SCRIPT_REQ_V1&, const DSA_MSG_EXECUTE_SCRIPT_REQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DSA_MSG_EXECUTE_SCRIPT_REQ_V1& v) {
  w.scalar("Flags", v.Flags);
  w.count("cbPassword", v.pbPassword, ndr::Range{1, 1024});
  w.unique_array("pbPassword", v.pbPassword);
}

using DSA_MSG_EXECUTE_SCRIPT_REQ = ndr::Union<ndr::Arm<1, DSA_MSG_EXECUTE_SCRIPT_REQ_V1>>;

struct DSA_MSG_EXECUTE_SCRIPT_REPLY_V1 {
  std::uint32_t dwOperationStatus = 0;
  WString pwErrMessage;
  friend constexpr bool operator==(const DSA_MSG_EXECUTE_SCRIPT_REPLY_V1&, const DSA_MSG_EXECUTE_SCRIPT_REPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DSA_MSG_EXECUTE_SCRIPT_REPLY_V1& v) {
  w.scalar("dwOperationStatus", v.dwOperationStatus);
  w.unique_string("pwErrMessage", v.pwErrMessage);
}

using DSA_MSG_EXECUTE_SCRIPT_REPLY = ndr::Union<ndr::Arm<1, DSA_MSG_EXECUTE_SCRIPT_REPLY_V1>>;

/// 4.2.2
struct IDL_DSAExecuteScript {
  static constexpr std::uint16_t opnum = 1;
  static constexpr std::string_view name = "IDL_DSAExecuteScript";
  using In = UnboundIn<DSA_MSG_EXECUTE_SCRIPT_REQ>;
  using Out = VersionedOut<DSA_MSG_EXECUTE_SCRIPT_REPLY>;
};

}  // namespace tributary::drsuapi
