// SPDX-License-Identifier: Apache-2.0
// The calls about names and principals: crack names, verify names, memberships, SPNs, SID history.
// [MS-DRSR] 4.1.2, 4.1.4, 4.1.8, 4.1.9, 4.1.27, 4.1.28.
// DEVIATION: Samba's IDL has arrays of pointers in GetMemberships2; this follows [MS-DRSR], which has arrays of structures.
// SrcCredsPassword is a secret: whoever prints a request leaves it out.
#pragma once

#include <cstdint>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

struct DS_NAME_RESULT_ITEMW {
  std::uint32_t status = 0;  ///< DS_NAME_ERROR
  WString pDomain;
  WString pName;
  friend constexpr bool operator==(const DS_NAME_RESULT_ITEMW&, const DS_NAME_RESULT_ITEMW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_NAME_RESULT_ITEMW& v) {
  w.scalar("status", v.status);
  w.unique_string("pDomain", v.pDomain);
  w.unique_string("pName", v.pName);
}

struct DS_NAME_RESULTW {
  Seq<DS_NAME_RESULT_ITEMW> rItems;
  friend constexpr bool operator==(const DS_NAME_RESULTW&, const DS_NAME_RESULTW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_NAME_RESULTW& v) {
  w.count("cItems", v.rItems);
  w.unique_array("rItems", v.rItems);
}

struct DRS_MSG_CRACKREQ_V1 {
  std::uint32_t CodePage = 0;
  std::uint32_t LocaleId = 0;
  std::uint32_t dwFlags = 0;  ///< DS_NAME_FLAGS
  std::uint32_t formatOffered = 0;  ///< DS_NAME_FORMAT
  std::uint32_t formatDesired = 0;  ///< DS_NAME_FORMAT
  Seq<WString> rpNames;
  friend constexpr bool operator==(const DRS_MSG_CRACKREQ_V1&, const DRS_MSG_CRACKREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_CRACKREQ_V1& v) {
  w.scalar("CodePage", v.CodePage);
  w.scalar("LocaleId", v.LocaleId);
  w.scalar("dwFlags", v.dwFlags);
  w.scalar("formatOffered", v.formatOffered);
  w.scalar("formatDesired", v.formatDesired);
  w.count("cNames", v.rpNames, ndr::Range{1, kItemsMax});
  w.unique_string_array("rpNames", v.rpNames);
}

using DRS_MSG_CRACKREQ = ndr::Union<ndr::Arm<1, DRS_MSG_CRACKREQ_V1>>;

struct DRS_MSG_CRACKREPLY_V1 {
  Unique<DS_NAME_RESULTW> pResult;
  friend constexpr bool operator==(const DRS_MSG_CRACKREPLY_V1&, const DRS_MSG_CRACKREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_CRACKREPLY_V1& v) {
  w.unique("pResult", v.pResult);
}

using DRS_MSG_CRACKREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_CRACKREPLY_V1>>;

/// 4.1.4: translates names between formats, and lists sites, servers, roles.
struct IDL_DRSCrackNames {
  static constexpr std::uint16_t opnum = 12;
  static constexpr std::string_view name = "IDL_DRSCrackNames";
  using In = VersionedIn<DRS_MSG_CRACKREQ>;
  using Out = VersionedOut<DRS_MSG_CRACKREPLY>;
};

struct DRS_MSG_VERIFYREQ_V1 {
  std::uint32_t dwFlags = 0;
  Seq<Unique<DSNAME>> rpNames;
  ATTRBLOCK RequiredAttrs;
  SCHEMA_PREFIX_TABLE PrefixTable;
  friend constexpr bool operator==(const DRS_MSG_VERIFYREQ_V1&, const DRS_MSG_VERIFYREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_VERIFYREQ_V1& v) {
  w.scalar("dwFlags", v.dwFlags);
  w.count("cNames", v.rpNames, ndr::Range{1, kItemsMax});
  w.unique_array("rpNames", v.rpNames);
  w.nested("RequiredAttrs", v.RequiredAttrs);
  w.nested("PrefixTable", v.PrefixTable);
}

using DRS_MSG_VERIFYREQ = ndr::Union<ndr::Arm<1, DRS_MSG_VERIFYREQ_V1>>;

struct DRS_MSG_VERIFYREPLY_V1 {
  std::uint32_t error = 0;
  Seq<ENTINF> rpEntInf;
  SCHEMA_PREFIX_TABLE PrefixTable;
  friend constexpr bool operator==(const DRS_MSG_VERIFYREPLY_V1&, const DRS_MSG_VERIFYREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_VERIFYREPLY_V1& v) {
  w.scalar("error", v.error);
  w.count("cNames", v.rpEntInf, ndr::Range{0, kItemsMax});
  w.unique_array("rpEntInf", v.rpEntInf);
  w.nested("PrefixTable", v.PrefixTable);
}

using DRS_MSG_VERIFYREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_VERIFYREPLY_V1>>;

/// 4.1.27: resolves names on a GC.
struct IDL_DRSVerifyNames {
  static constexpr std::uint16_t opnum = 8;
  static constexpr std::string_view name = "IDL_DRSVerifyNames";
  using In = VersionedIn<DRS_MSG_VERIFYREQ>;
  using Out = VersionedOut<DRS_MSG_VERIFYREPLY>;
};

/// 4.1.8.1.3
enum class REVERSE_MEMBERSHIP_OPERATION_TYPE : std::uint32_t {
  RevMembGetGroupsForUser = 1,
  RevMembGetAliasMembership = 2,
  RevMembGetAccountGroups = 3,
  RevMembGetResourceGroups = 4,
  RevMembGetUniversalGroups = 5,
  GroupMembersTransitive = 6,
  RevMembGlobalGroupsNonTransitive = 7,
};

struct DRS_MSG_REVMEMB_REQ_V1 {
  Seq<Unique<DSNAME>> ppDsNames;
  std::uint32_t dwFlags = 0;
  REVERSE_MEMBERSHIP_OPERATION_TYPE OperationType = REVERSE_MEMBERSHIP_OPERATION_TYPE::RevMembGetGroupsForUser;
  Unique<DSNAME> pLimitingDomain;
  friend constexpr bool operator==(const DRS_MSG_REVMEMB_REQ_V1&, const DRS_MSG_REVMEMB_REQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REVMEMB_REQ_V1& v) {
  w.count("cDsNames", v.ppDsNames, ndr::Range{1, kItemsMax});
  w.unique_array("ppDsNames", v.ppDsNames);
  w.scalar("dwFlags", v.dwFlags);
  w.enumeration("OperationType", v.OperationType, ndr::Range{1, 7});
  w.unique("pLimitingDomain", v.pLimitingDomain);
}

using DRS_MSG_REVMEMB_REQ = ndr::Union<ndr::Arm<1, DRS_MSG_REVMEMB_REQ_V1>>;

struct DRS_MSG_REVMEMB_REPLY_V1 {
  std::uint32_t errCode = 0;
  Seq<Unique<DSNAME>> ppDsNames;
  Seq<std::uint32_t> pAttributes;  ///< as many as ppDsNames, or none
  Seq<Unique<NT4SID>> ppSidHistory;
  friend constexpr bool operator==(const DRS_MSG_REVMEMB_REPLY_V1&, const DRS_MSG_REVMEMB_REPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REVMEMB_REPLY_V1& v) {
  w.scalar("errCode", v.errCode);
  w.count("cDsNames", v.ppDsNames, ndr::Range{0, kItemsMax});
  w.count("cSidHistory", v.ppSidHistory, ndr::Range{0, kItemsMax});
  w.unique_array("ppDsNames", v.ppDsNames);
  w.parallel_array("pAttributes", v.pAttributes, v.ppDsNames);
  w.unique_array("ppSidHistory", v.ppSidHistory);
}

using DRS_MSG_REVMEMB_REPLY = ndr::Union<ndr::Arm<1, DRS_MSG_REVMEMB_REPLY_V1>>;

/// 4.1.8
struct IDL_DRSGetMemberships {
  static constexpr std::uint16_t opnum = 9;
  static constexpr std::string_view name = "IDL_DRSGetMemberships";
  using In = VersionedIn<DRS_MSG_REVMEMB_REQ>;
  using Out = VersionedOut<DRS_MSG_REVMEMB_REPLY>;
};

struct DRS_MSG_GETMEMBERSHIPS2_REQ_V1 {
  Seq<DRS_MSG_REVMEMB_REQ_V1> Requests;
  friend constexpr bool operator==(const DRS_MSG_GETMEMBERSHIPS2_REQ_V1&, const DRS_MSG_GETMEMBERSHIPS2_REQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETMEMBERSHIPS2_REQ_V1& v) {
  w.count("Count", v.Requests, ndr::Range{1, kItemsMax});
  w.unique_array("Requests", v.Requests);
}

using DRS_MSG_GETMEMBERSHIPS2_REQ = ndr::Union<ndr::Arm<1, DRS_MSG_GETMEMBERSHIPS2_REQ_V1>>;

struct DRS_MSG_GETMEMBERSHIPS2_REPLY_V1 {
  Seq<DRS_MSG_REVMEMB_REPLY_V1> Replies;
  friend constexpr bool operator==(const DRS_MSG_GETMEMBERSHIPS2_REPLY_V1&, const DRS_MSG_GETMEMBERSHIPS2_REPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETMEMBERSHIPS2_REPLY_V1& v) {
  w.count("Count", v.Replies, ndr::Range{0, kItemsMax});
  w.unique_array("Replies", v.Replies);
}

using DRS_MSG_GETMEMBERSHIPS2_REPLY = ndr::Union<ndr::Arm<1, DRS_MSG_GETMEMBERSHIPS2_REPLY_V1>>;

/// 4.1.9
struct IDL_DRSGetMemberships2 {
  static constexpr std::uint16_t opnum = 21;
  static constexpr std::string_view name = "IDL_DRSGetMemberships2";
  using In = VersionedIn<DRS_MSG_GETMEMBERSHIPS2_REQ>;
  using Out = VersionedOut<DRS_MSG_GETMEMBERSHIPS2_REPLY>;
};

struct DRS_MSG_SPNREQ_V1 {
  std::uint32_t operation = 0;  ///< DS_SPN_OPERATION
  std::uint32_t flags = 0;
  WString pwszAccount;
  Seq<WString> rpwszSPN;
  friend constexpr bool operator==(const DRS_MSG_SPNREQ_V1&, const DRS_MSG_SPNREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_SPNREQ_V1& v) {
  w.scalar("operation", v.operation);
  w.scalar("flags", v.flags);
  w.unique_string("pwszAccount", v.pwszAccount);
  w.count("cSPN", v.rpwszSPN, ndr::Range{0, kItemsMax});
  w.unique_string_array("rpwszSPN", v.rpwszSPN);
}

using DRS_MSG_SPNREQ = ndr::Union<ndr::Arm<1, DRS_MSG_SPNREQ_V1>>;

struct DRS_MSG_SPNREPLY_V1 {
  std::uint32_t retVal = 0;
  friend constexpr bool operator==(const DRS_MSG_SPNREPLY_V1&, const DRS_MSG_SPNREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_SPNREPLY_V1& v) {
  w.scalar("retVal", v.retVal);
}

using DRS_MSG_SPNREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_SPNREPLY_V1>>;

/// 4.1.28
struct IDL_DRSWriteSPN {
  static constexpr std::uint16_t opnum = 13;
  static constexpr std::string_view name = "IDL_DRSWriteSPN";
  using In = VersionedIn<DRS_MSG_SPNREQ>;
  using Out = VersionedOut<DRS_MSG_SPNREPLY>;
};

struct DRS_MSG_ADDSIDREQ_V1 {
  std::uint32_t Flags = 0;  ///< DS_ADDSID_FLAGS
  WString SrcDomain;
  WString SrcPrincipal;
  WString SrcDomainController;
  Seq<char16_t> SrcCredsUser;
  Seq<char16_t> SrcCredsDomain;
  Seq<char16_t> SrcCredsPassword;
  WString DstDomain;
  WString DstPrincipal;
  friend constexpr bool operator==(const DRS_MSG_ADDSIDREQ_V1&, const DRS_MSG_ADDSIDREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDSIDREQ_V1& v) {
  w.scalar("Flags", v.Flags);
  w.unique_string("SrcDomain", v.SrcDomain);
  w.unique_string("SrcPrincipal", v.SrcPrincipal);
  w.unique_string("SrcDomainController", v.SrcDomainController);
  w.count("SrcCredsUserLength", v.SrcCredsUser, ndr::Range{0, 256});
  w.unique_array("SrcCredsUser", v.SrcCredsUser);
  w.count("SrcCredsDomainLength", v.SrcCredsDomain, ndr::Range{0, 256});
  w.unique_array("SrcCredsDomain", v.SrcCredsDomain);
  w.count("SrcCredsPasswordLength", v.SrcCredsPassword, ndr::Range{0, 256});
  w.unique_array("SrcCredsPassword", v.SrcCredsPassword);
  w.unique_string("DstDomain", v.DstDomain);
  w.unique_string("DstPrincipal", v.DstPrincipal);
}

using DRS_MSG_ADDSIDREQ = ndr::Union<ndr::Arm<1, DRS_MSG_ADDSIDREQ_V1>>;

struct DRS_MSG_ADDSIDREPLY_V1 {
  std::uint32_t dwWin32Error = 0;
  friend constexpr bool operator==(const DRS_MSG_ADDSIDREPLY_V1&, const DRS_MSG_ADDSIDREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDSIDREPLY_V1& v) {
  w.scalar("dwWin32Error", v.dwWin32Error);
}

using DRS_MSG_ADDSIDREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_ADDSIDREPLY_V1>>;

/// 4.1.2
struct IDL_DRSAddSidHistory {
  static constexpr std::uint16_t opnum = 20;
  static constexpr std::string_view name = "IDL_DRSAddSidHistory";
  using In = VersionedIn<DRS_MSG_ADDSIDREQ>;
  using Out = VersionedOut<DRS_MSG_ADDSIDREPLY>;
};

}  // namespace tributary::drsuapi
