// SPDX-License-Identifier: Apache-2.0
// What stands alone: bind and unbind, the move between domains, the change log of Windows NT 4.0, the NGC key.
// [MS-DRSR] 4.1.3, 4.1.11, 4.1.15, 4.1.25, 4.1.30, 4.1.31.
#pragma once

#include <cstdint>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

/// 4.1.3
struct IDL_DRSBind {
  static constexpr std::uint16_t opnum = 0;
  static constexpr std::string_view name = "IDL_DRSBind";
  struct In {
    Unique<tributary::Guid> puuidClientDsa;
    Unique<DRS_EXTENSIONS> pextClient;
    friend constexpr bool operator==(const In&, const In&) = default;
  };
  struct Out {
    Unique<DRS_EXTENSIONS> ppextServer;
    ndr::ContextHandle phDrs;
    std::uint32_t result = 0;
    friend constexpr bool operator==(const Out&, const Out&) = default;
  };
};
template <class W>
constexpr void describe(W& w, IDL_DRSBind::In& v) {
  w.unique("puuidClientDsa", v.puuidClientDsa);
  w.unique("pextClient", v.pextClient);
}
template <class W>
constexpr void describe(W& w, IDL_DRSBind::Out& v) {
  w.unique("ppextServer", v.ppextServer);
  w.nested("phDrs", v.phDrs);
  w.scalar("result", v.result);
}

/// 4.1.25
struct IDL_DRSUnbind {
  static constexpr std::uint16_t opnum = 1;
  static constexpr std::string_view name = "IDL_DRSUnbind";
  struct In {
    ndr::ContextHandle phDrs;
    friend constexpr bool operator==(const In&, const In&) = default;
  };
  struct Out {
    ndr::ContextHandle phDrs;  ///< null afterwards
    std::uint32_t result = 0;
    friend constexpr bool operator==(const Out&, const Out&) = default;
  };
};
template <class W>
constexpr void describe(W& w, IDL_DRSUnbind::In& v) {
  w.nested("phDrs", v.phDrs);
}
template <class W>
constexpr void describe(W& w, IDL_DRSUnbind::Out& v) {
  w.nested("phDrs", v.phDrs);
  w.scalar("result", v.result);
}

/// Obsolete; V2 is what DCs send.
struct DRS_MSG_MOVEREQ_V1 {
  Unique<std::uint8_t> pSourceDSA;  ///< one char: the IDL has no [string] here
  Unique<ENTINF> pObject;
  Unique<tributary::Guid> pParentUUID;
  SCHEMA_PREFIX_TABLE PrefixTable;
  std::uint32_t ulFlags = 0;
  friend constexpr bool operator==(const DRS_MSG_MOVEREQ_V1&, const DRS_MSG_MOVEREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_MOVEREQ_V1& v) {
  w.unique("pSourceDSA", v.pSourceDSA);
  w.unique("pObject", v.pObject);
  w.unique("pParentUUID", v.pParentUUID);
  w.nested("PrefixTable", v.PrefixTable);
  w.scalar("ulFlags", v.ulFlags);
}

struct DRS_MSG_MOVEREQ_V2 {
  Unique<DSNAME> pSrcDSA;
  Unique<ENTINF> pSrcObject;
  Unique<DSNAME> pDstName;
  Unique<DSNAME> pExpectedTargetNC;
  Unique<DRS_SecBufferDesc> pClientCreds;
  SCHEMA_PREFIX_TABLE PrefixTable;
  std::uint32_t ulFlags = 0;
  friend constexpr bool operator==(const DRS_MSG_MOVEREQ_V2&, const DRS_MSG_MOVEREQ_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_MOVEREQ_V2& v) {
  w.unique("pSrcDSA", v.pSrcDSA);
  w.unique("pSrcObject", v.pSrcObject);
  w.unique("pDstName", v.pDstName);
  w.unique("pExpectedTargetNC", v.pExpectedTargetNC);
  w.unique("pClientCreds", v.pClientCreds);
  w.nested("PrefixTable", v.PrefixTable);
  w.scalar("ulFlags", v.ulFlags);
}

using DRS_MSG_MOVEREQ = ndr::Union<ndr::Arm<1, DRS_MSG_MOVEREQ_V1>, ndr::Arm<2, DRS_MSG_MOVEREQ_V2>>;

struct DRS_MSG_MOVEREPLY_V1 {
  Unique<Unique<ENTINF>> ppResult;
  SCHEMA_PREFIX_TABLE PrefixTable;
  Unique<std::uint32_t> pError;
  friend constexpr bool operator==(const DRS_MSG_MOVEREPLY_V1&, const DRS_MSG_MOVEREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_MOVEREPLY_V1& v) {
  w.unique("ppResult", v.ppResult);
  w.nested("PrefixTable", v.PrefixTable);
  w.unique("pError", v.pError);
}

struct DRS_MSG_MOVEREPLY_V2 {
  std::uint32_t win32Error = 0;
  Unique<DSNAME> pAddedName;
  friend constexpr bool operator==(const DRS_MSG_MOVEREPLY_V2&, const DRS_MSG_MOVEREPLY_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_MOVEREPLY_V2& v) {
  w.scalar("win32Error", v.win32Error);
  w.unique("pAddedName", v.pAddedName);
}

using DRS_MSG_MOVEREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_MOVEREPLY_V1>, ndr::Arm<2, DRS_MSG_MOVEREPLY_V2>>;

/// 4.1.15
struct IDL_DRSInterDomainMove {
  static constexpr std::uint16_t opnum = 10;
  static constexpr std::string_view name = "IDL_DRSInterDomainMove";
  using In = VersionedIn<DRS_MSG_MOVEREQ>;
  using Out = VersionedOut<DRS_MSG_MOVEREPLY>;
};

struct DRS_MSG_NT4_CHGLOG_REQ_V1 {
  std::uint32_t dwFlags = 0;
  std::uint32_t PreferredMaximumLength = 0;
  Seq<std::uint8_t> pRestart;
  friend constexpr bool operator==(const DRS_MSG_NT4_CHGLOG_REQ_V1&, const DRS_MSG_NT4_CHGLOG_REQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_NT4_CHGLOG_REQ_V1& v) {
  w.scalar("dwFlags", v.dwFlags);
  w.scalar("PreferredMaximumLength", v.PreferredMaximumLength);
  w.count("cbRestart", v.pRestart, ndr::Range{0, kOctetsMax});
  w.unique_array("pRestart", v.pRestart);
}

using DRS_MSG_NT4_CHGLOG_REQ = ndr::Union<ndr::Arm<1, DRS_MSG_NT4_CHGLOG_REQ_V1>>;

struct NT4_REPLICATION_STATE {
  std::int64_t SamSerialNumber = 0;
  std::int64_t SamCreationTime = 0;
  std::int64_t BuiltinSerialNumber = 0;
  std::int64_t BuiltinCreationTime = 0;
  std::int64_t LsaSerialNumber = 0;
  std::int64_t LsaCreationTime = 0;
  friend constexpr bool operator==(const NT4_REPLICATION_STATE&, const NT4_REPLICATION_STATE&) = default;
};
template <class W>
constexpr void describe(W& w, NT4_REPLICATION_STATE& v) {
  w.scalar("SamSerialNumber", v.SamSerialNumber);
  w.scalar("SamCreationTime", v.SamCreationTime);
  w.scalar("BuiltinSerialNumber", v.BuiltinSerialNumber);
  w.scalar("BuiltinCreationTime", v.BuiltinCreationTime);
  w.scalar("LsaSerialNumber", v.LsaSerialNumber);
  w.scalar("LsaCreationTime", v.LsaCreationTime);
}

struct DRS_MSG_NT4_CHGLOG_REPLY_V1 {
  NT4_REPLICATION_STATE ReplicationState;
  std::uint32_t ActualNtStatus = 0;
  Seq<std::uint8_t> pRestart;
  Seq<std::uint8_t> pLog;
  friend constexpr bool operator==(const DRS_MSG_NT4_CHGLOG_REPLY_V1&, const DRS_MSG_NT4_CHGLOG_REPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_NT4_CHGLOG_REPLY_V1& v) {
  w.count("cbRestart", v.pRestart, ndr::Range{0, kOctetsMax});
  w.count("cbLog", v.pLog, ndr::Range{0, kOctetsMax});
  w.nested("ReplicationState", v.ReplicationState);
  w.scalar("ActualNtStatus", v.ActualNtStatus);
  w.unique_array("pRestart", v.pRestart);
  w.unique_array("pLog", v.pLog);
}

using DRS_MSG_NT4_CHGLOG_REPLY = ndr::Union<ndr::Arm<1, DRS_MSG_NT4_CHGLOG_REPLY_V1>>;

/// 4.1.11
struct IDL_DRSGetNT4ChangeLog {
  static constexpr std::uint16_t opnum = 11;
  static constexpr std::string_view name = "IDL_DRSGetNT4ChangeLog";
  using In = VersionedIn<DRS_MSG_NT4_CHGLOG_REQ>;
  using Out = VersionedOut<DRS_MSG_NT4_CHGLOG_REPLY>;
};

struct DRS_MSG_WRITENGCKEYREQ_V1 {
  WString pwszAccount;
  Seq<std::uint8_t> pNgcKey;
  friend constexpr bool operator==(const DRS_MSG_WRITENGCKEYREQ_V1&, const DRS_MSG_WRITENGCKEYREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_WRITENGCKEYREQ_V1& v) {
  w.unique_string("pwszAccount", v.pwszAccount);
  w.count("cNgcKey", v.pNgcKey, ndr::Range{0, 0xFFFF});
  w.unique_array("pNgcKey", v.pNgcKey);
}

using DRS_MSG_WRITENGCKEYREQ = ndr::Union<ndr::Arm<1, DRS_MSG_WRITENGCKEYREQ_V1>>;

struct DRS_MSG_WRITENGCKEYREPLY_V1 {
  std::uint32_t retVal = 0;
  friend constexpr bool operator==(const DRS_MSG_WRITENGCKEYREPLY_V1&, const DRS_MSG_WRITENGCKEYREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_WRITENGCKEYREPLY_V1& v) {
  w.scalar("retVal", v.retVal);
}

using DRS_MSG_WRITENGCKEYREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_WRITENGCKEYREPLY_V1>>;

/// 4.1.30
struct IDL_DRSWriteNgcKey {
  static constexpr std::uint16_t opnum = 29;
  static constexpr std::string_view name = "IDL_DRSWriteNgcKey";
  using In = VersionedIn<DRS_MSG_WRITENGCKEYREQ>;
  using Out = VersionedOut<DRS_MSG_WRITENGCKEYREPLY>;
};

struct DRS_MSG_READNGCKEYREQ_V1 {
  WString pwszAccount;
  friend constexpr bool operator==(const DRS_MSG_READNGCKEYREQ_V1&, const DRS_MSG_READNGCKEYREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_READNGCKEYREQ_V1& v) {
  w.unique_string("pwszAccount", v.pwszAccount);
}

using DRS_MSG_READNGCKEYREQ = ndr::Union<ndr::Arm<1, DRS_MSG_READNGCKEYREQ_V1>>;

struct DRS_MSG_READNGCKEYREPLY_V1 {
  std::uint32_t retVal = 0;
  Seq<std::uint8_t> pNgcKey;
  friend constexpr bool operator==(const DRS_MSG_READNGCKEYREPLY_V1&, const DRS_MSG_READNGCKEYREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_READNGCKEYREPLY_V1& v) {
  w.scalar("retVal", v.retVal);
  w.count("cNgcKey", v.pNgcKey, ndr::Range{0, 0xFFFF});
  w.unique_array("pNgcKey", v.pNgcKey);
}

using DRS_MSG_READNGCKEYREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_READNGCKEYREPLY_V1>>;

/// 4.1.31
struct IDL_DRSReadNgcKey {
  static constexpr std::uint16_t opnum = 30;
  static constexpr std::string_view name = "IDL_DRSReadNgcKey";
  using In = VersionedIn<DRS_MSG_READNGCKEYREQ>;
  using Out = VersionedOut<DRS_MSG_READNGCKEYREPLY>;
};

}  // namespace tributary::drsuapi
