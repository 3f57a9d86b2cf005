// SPDX-License-Identifier: Apache-2.0
// The calls that add and remove whole DCs and domains: remove server, remove domain, demotion in three steps, clone a DC.
// [MS-DRSR] 4.1.7, 4.1.14, 4.1.17, 4.1.18, 4.1.21, 4.1.29. pwsNewDCAccountPassword is a secret: whoever prints a reply leaves it out.
#pragma once

#include <cstdint>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

struct DRS_MSG_RMSVRREQ_V1 {
  WString ServerDN;
  WString DomainDN;
  std::int32_t fCommit = 0;
  friend constexpr bool operator==(const DRS_MSG_RMSVRREQ_V1&, const DRS_MSG_RMSVRREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_RMSVRREQ_V1& v) {
  w.unique_string("ServerDN", v.ServerDN);
  w.unique_string("DomainDN", v.DomainDN);
  w.scalar("fCommit", v.fCommit);
}

using DRS_MSG_RMSVRREQ = ndr::Union<ndr::Arm<1, DRS_MSG_RMSVRREQ_V1>>;

struct DRS_MSG_RMSVRREPLY_V1 {
  std::int32_t fLastDcInDomain = 0;
  friend constexpr bool operator==(const DRS_MSG_RMSVRREPLY_V1&, const DRS_MSG_RMSVRREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_RMSVRREPLY_V1& v) {
  w.scalar("fLastDcInDomain", v.fLastDcInDomain);
}

using DRS_MSG_RMSVRREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_RMSVRREPLY_V1>>;

/// 4.1.18
struct IDL_DRSRemoveDsServer {
  static constexpr std::uint16_t opnum = 14;
  static constexpr std::string_view name = "IDL_DRSRemoveDsServer";
  using In = VersionedIn<DRS_MSG_RMSVRREQ>;
  using Out = VersionedOut<DRS_MSG_RMSVRREPLY>;
};

struct DRS_MSG_RMDMNREQ_V1 {
  WString DomainDN;
  friend constexpr bool operator==(const DRS_MSG_RMDMNREQ_V1&, const DRS_MSG_RMDMNREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_RMDMNREQ_V1& v) {
  w.unique_string("DomainDN", v.DomainDN);
}

using DRS_MSG_RMDMNREQ = ndr::Union<ndr::Arm<1, DRS_MSG_RMDMNREQ_V1>>;

struct DRS_MSG_RMDMNREPLY_V1 {
  std::uint32_t Reserved = 0;
  friend constexpr bool operator==(const DRS_MSG_RMDMNREPLY_V1&, const DRS_MSG_RMDMNREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_RMDMNREPLY_V1& v) {
  w.scalar("Reserved", v.Reserved);
}

using DRS_MSG_RMDMNREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_RMDMNREPLY_V1>>;

/// 4.1.17
struct IDL_DRSRemoveDsDomain {
  static constexpr std::uint16_t opnum = 15;
  static constexpr std::string_view name = "IDL_DRSRemoveDsDomain";
  using In = VersionedIn<DRS_MSG_RMDMNREQ>;
  using Out = VersionedOut<DRS_MSG_RMDMNREPLY>;
};

struct DRS_MSG_INIT_DEMOTIONREQ_V1 {
  std::uint32_t dwReserved = 0;
  friend constexpr bool operator==(const DRS_MSG_INIT_DEMOTIONREQ_V1&, const DRS_MSG_INIT_DEMOTIONREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_INIT_DEMOTIONREQ_V1& v) {
  w.scalar("dwReserved", v.dwReserved);
}

using DRS_MSG_INIT_DEMOTIONREQ = ndr::Union<ndr::Arm<1, DRS_MSG_INIT_DEMOTIONREQ_V1>>;

struct DRS_MSG_INIT_DEMOTIONREPLY_V1 {
  std::uint32_t dwOpError = 0;
  friend constexpr bool operator==(const DRS_MSG_INIT_DEMOTIONREPLY_V1&, const DRS_MSG_INIT_DEMOTIONREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_INIT_DEMOTIONREPLY_V1& v) {
  w.scalar("dwOpError", v.dwOpError);
}

using DRS_MSG_INIT_DEMOTIONREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_INIT_DEMOTIONREPLY_V1>>;

/// 4.1.14
struct IDL_DRSInitDemotion {
  static constexpr std::uint16_t opnum = 25;
  static constexpr std::string_view name = "IDL_DRSInitDemotion";
  using In = VersionedIn<DRS_MSG_INIT_DEMOTIONREQ>;
  using Out = VersionedOut<DRS_MSG_INIT_DEMOTIONREPLY>;
};

struct DRS_MSG_REPLICA_DEMOTIONREQ_V1 {
  std::uint32_t dwFlags = 0;
  tributary::Guid uuidHelperDest;
  DSNAME pNC;
  friend constexpr bool operator==(const DRS_MSG_REPLICA_DEMOTIONREQ_V1&, const DRS_MSG_REPLICA_DEMOTIONREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPLICA_DEMOTIONREQ_V1& v) {
  w.scalar("dwFlags", v.dwFlags);
  w.scalar("uuidHelperDest", v.uuidHelperDest);
  w.ref("pNC", v.pNC);
}

using DRS_MSG_REPLICA_DEMOTIONREQ = ndr::Union<ndr::Arm<1, DRS_MSG_REPLICA_DEMOTIONREQ_V1>>;

struct DRS_MSG_REPLICA_DEMOTIONREPLY_V1 {
  std::uint32_t dwOpError = 0;
  friend constexpr bool operator==(const DRS_MSG_REPLICA_DEMOTIONREPLY_V1&, const DRS_MSG_REPLICA_DEMOTIONREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPLICA_DEMOTIONREPLY_V1& v) {
  w.scalar("dwOpError", v.dwOpError);
}

using DRS_MSG_REPLICA_DEMOTIONREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_REPLICA_DEMOTIONREPLY_V1>>;

/// 4.1.21
struct IDL_DRSReplicaDemotion {
  static constexpr std::uint16_t opnum = 26;
  static constexpr std::string_view name = "IDL_DRSReplicaDemotion";
  using In = VersionedIn<DRS_MSG_REPLICA_DEMOTIONREQ>;
  using Out = VersionedOut<DRS_MSG_REPLICA_DEMOTIONREPLY>;
};

struct DRS_MSG_FINISH_DEMOTIONREQ_V1 {
  std::uint32_t dwOperations = 0;  ///< DS_DEMOTE_OPERATIONS
  tributary::Guid uuidHelperDest;
  WString szScriptBase;
  friend constexpr bool operator==(const DRS_MSG_FINISH_DEMOTIONREQ_V1&, const DRS_MSG_FINISH_DEMOTIONREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_FINISH_DEMOTIONREQ_V1& v) {
  w.scalar("dwOperations", v.dwOperations);
  w.scalar("uuidHelperDest", v.uuidHelperDest);
  w.unique_string("szScriptBase", v.szScriptBase);
}

using DRS_MSG_FINISH_DEMOTIONREQ = ndr::Union<ndr::Arm<1, DRS_MSG_FINISH_DEMOTIONREQ_V1>>;

struct DRS_MSG_FINISH_DEMOTIONREPLY_V1 {
  std::uint32_t dwOperationsDone = 0;
  std::uint32_t dwOpFailed = 0;
  std::uint32_t dwOpError = 0;
  friend constexpr bool operator==(const DRS_MSG_FINISH_DEMOTIONREPLY_V1&, const DRS_MSG_FINISH_DEMOTIONREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_FINISH_DEMOTIONREPLY_V1& v) {
  w.scalar("dwOperationsDone", v.dwOperationsDone);
  w.scalar("dwOpFailed", v.dwOpFailed);
  w.scalar("dwOpError", v.dwOpError);
}

using DRS_MSG_FINISH_DEMOTIONREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_FINISH_DEMOTIONREPLY_V1>>;

/// 4.1.7
struct IDL_DRSFinishDemotion {
  static constexpr std::uint16_t opnum = 27;
  static constexpr std::string_view name = "IDL_DRSFinishDemotion";
  using In = VersionedIn<DRS_MSG_FINISH_DEMOTIONREQ>;
  using Out = VersionedOut<DRS_MSG_FINISH_DEMOTIONREPLY>;
};

struct DRS_MSG_ADDCLONEDCREQ_V1 {
  WString pwszCloneDCName;
  WString pwszSite;
  friend constexpr bool operator==(const DRS_MSG_ADDCLONEDCREQ_V1&, const DRS_MSG_ADDCLONEDCREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDCLONEDCREQ_V1& v) {
  w.unique_string("pwszCloneDCName", v.pwszCloneDCName);
  w.unique_string("pwszSite", v.pwszSite);
}

using DRS_MSG_ADDCLONEDCREQ = ndr::Union<ndr::Arm<1, DRS_MSG_ADDCLONEDCREQ_V1>>;

struct DRS_MSG_ADDCLONEDCREPLY_V1 {
  WString pwszCloneDCName;
  WString pwszSite;
  Seq<char16_t> pwsNewDCAccountPassword;
  friend constexpr bool operator==(const DRS_MSG_ADDCLONEDCREPLY_V1&, const DRS_MSG_ADDCLONEDCREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDCLONEDCREPLY_V1& v) {
  w.unique_string("pwszCloneDCName", v.pwszCloneDCName);
  w.unique_string("pwszSite", v.pwszSite);
  w.count("cPasswordLength", v.pwsNewDCAccountPassword, ndr::Range{0, 1024});
  w.unique_array("pwsNewDCAccountPassword", v.pwsNewDCAccountPassword);
}

using DRS_MSG_ADDCLONEDCREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_ADDCLONEDCREPLY_V1>>;

/// 4.1.29
struct IDL_DRSAddCloneDC {
  static constexpr std::uint16_t opnum = 28;
  static constexpr std::string_view name = "IDL_DRSAddCloneDC";
  using In = VersionedIn<DRS_MSG_ADDCLONEDCREQ>;
  using Out = VersionedOut<DRS_MSG_ADDCLONEDCREPLY>;
};

}  // namespace tributary::drsuapi
