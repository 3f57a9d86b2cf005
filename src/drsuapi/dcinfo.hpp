// SPDX-License-Identifier: Apache-2.0
// The calls about DCs and sites: domain controller info, costs between sites, running the KCC. [MS-DRSR] 4.1.5, 4.1.6, 4.1.16.
#pragma once

#include <cstdint>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

struct DRS_MSG_DCINFOREQ_V1 {
  WString Domain;
  std::uint32_t InfoLevel = 0;  ///< 1, 2, 3 or 0xFFFFFFFF: the version of the reply
  friend constexpr bool operator==(const DRS_MSG_DCINFOREQ_V1&, const DRS_MSG_DCINFOREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_DCINFOREQ_V1& v) {
  w.unique_string("Domain", v.Domain);
  w.scalar("InfoLevel", v.InfoLevel);
}

using DRS_MSG_DCINFOREQ = ndr::Union<ndr::Arm<1, DRS_MSG_DCINFOREQ_V1>>;

struct DS_DOMAIN_CONTROLLER_INFO_1W {
  WString NetbiosName;
  WString DnsHostName;
  WString SiteName;
  WString ComputerObjectName;
  WString ServerObjectName;
  std::int32_t fIsPdc = 0;
  std::int32_t fDsEnabled = 0;
  friend constexpr bool operator==(const DS_DOMAIN_CONTROLLER_INFO_1W&, const DS_DOMAIN_CONTROLLER_INFO_1W&) = default;
};
template <class W>
constexpr void describe(W& w, DS_DOMAIN_CONTROLLER_INFO_1W& v) {
  w.unique_string("NetbiosName", v.NetbiosName);
  w.unique_string("DnsHostName", v.DnsHostName);
  w.unique_string("SiteName", v.SiteName);
  w.unique_string("ComputerObjectName", v.ComputerObjectName);
  w.unique_string("ServerObjectName", v.ServerObjectName);
  w.scalar("fIsPdc", v.fIsPdc);
  w.scalar("fDsEnabled", v.fDsEnabled);
}

struct DS_DOMAIN_CONTROLLER_INFO_2W {
  WString NetbiosName;
  WString DnsHostName;
  WString SiteName;
  WString SiteObjectName;
  WString ComputerObjectName;
  WString ServerObjectName;
  WString NtdsDsaObjectName;
  std::int32_t fIsPdc = 0;
  std::int32_t fDsEnabled = 0;
  std::int32_t fIsGc = 0;
  tributary::Guid SiteObjectGuid;
  tributary::Guid ComputerObjectGuid;
  tributary::Guid ServerObjectGuid;
  tributary::Guid NtdsDsaObjectGuid;
  friend constexpr bool operator==(const DS_DOMAIN_CONTROLLER_INFO_2W&, const DS_DOMAIN_CONTROLLER_INFO_2W&) = default;
};
template <class W>
constexpr void describe(W& w, DS_DOMAIN_CONTROLLER_INFO_2W& v) {
  w.unique_string("NetbiosName", v.NetbiosName);
  w.unique_string("DnsHostName", v.DnsHostName);
  w.unique_string("SiteName", v.SiteName);
  w.unique_string("SiteObjectName", v.SiteObjectName);
  w.unique_string("ComputerObjectName", v.ComputerObjectName);
  w.unique_string("ServerObjectName", v.ServerObjectName);
  w.unique_string("NtdsDsaObjectName", v.NtdsDsaObjectName);
  w.scalar("fIsPdc", v.fIsPdc);
  w.scalar("fDsEnabled", v.fDsEnabled);
  w.scalar("fIsGc", v.fIsGc);
  w.scalar("SiteObjectGuid", v.SiteObjectGuid);
  w.scalar("ComputerObjectGuid", v.ComputerObjectGuid);
  w.scalar("ServerObjectGuid", v.ServerObjectGuid);
  w.scalar("NtdsDsaObjectGuid", v.NtdsDsaObjectGuid);
}

struct DS_DOMAIN_CONTROLLER_INFO_3W {
  WString NetbiosName;
  WString DnsHostName;
  WString SiteName;
  WString SiteObjectName;
  WString ComputerObjectName;
  WString ServerObjectName;
  WString NtdsDsaObjectName;
  std::int32_t fIsPdc = 0;
  std::int32_t fDsEnabled = 0;
  std::int32_t fIsGc = 0;
  std::int32_t fIsRodc = 0;
  tributary::Guid SiteObjectGuid;
  tributary::Guid ComputerObjectGuid;
  tributary::Guid ServerObjectGuid;
  tributary::Guid NtdsDsaObjectGuid;
  friend constexpr bool operator==(const DS_DOMAIN_CONTROLLER_INFO_3W&, const DS_DOMAIN_CONTROLLER_INFO_3W&) = default;
};
template <class W>
constexpr void describe(W& w, DS_DOMAIN_CONTROLLER_INFO_3W& v) {
  w.unique_string("NetbiosName", v.NetbiosName);
  w.unique_string("DnsHostName", v.DnsHostName);
  w.unique_string("SiteName", v.SiteName);
  w.unique_string("SiteObjectName", v.SiteObjectName);
  w.unique_string("ComputerObjectName", v.ComputerObjectName);
  w.unique_string("ServerObjectName", v.ServerObjectName);
  w.unique_string("NtdsDsaObjectName", v.NtdsDsaObjectName);
  w.scalar("fIsPdc", v.fIsPdc);
  w.scalar("fDsEnabled", v.fDsEnabled);
  w.scalar("fIsGc", v.fIsGc);
  w.scalar("fIsRodc", v.fIsRodc);
  w.scalar("SiteObjectGuid", v.SiteObjectGuid);
  w.scalar("ComputerObjectGuid", v.ComputerObjectGuid);
  w.scalar("ServerObjectGuid", v.ServerObjectGuid);
  w.scalar("NtdsDsaObjectGuid", v.NtdsDsaObjectGuid);
}

/// Not a DC: one LDAP connection of the DC that answers.
struct DS_DOMAIN_CONTROLLER_INFO_FFFFFFFFW {
  std::uint32_t IPAddress = 0;
  std::uint32_t NotificationCount = 0;
  std::uint32_t secTimeConnected = 0;
  std::uint32_t Flags = 0;
  std::uint32_t TotalRequests = 0;
  std::uint32_t Reserved1 = 0;
  WString UserName;
  friend constexpr bool operator==(const DS_DOMAIN_CONTROLLER_INFO_FFFFFFFFW&, const DS_DOMAIN_CONTROLLER_INFO_FFFFFFFFW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_DOMAIN_CONTROLLER_INFO_FFFFFFFFW& v) {
  w.scalar("IPAddress", v.IPAddress);
  w.scalar("NotificationCount", v.NotificationCount);
  w.scalar("secTimeConnected", v.secTimeConnected);
  w.scalar("Flags", v.Flags);
  w.scalar("TotalRequests", v.TotalRequests);
  w.scalar("Reserved1", v.Reserved1);
  w.unique_string("UserName", v.UserName);
}

struct DRS_MSG_DCINFOREPLY_V1 {
  Seq<DS_DOMAIN_CONTROLLER_INFO_1W> rItems;
  friend constexpr bool operator==(const DRS_MSG_DCINFOREPLY_V1&, const DRS_MSG_DCINFOREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_DCINFOREPLY_V1& v) {
  w.count("cItems", v.rItems, ndr::Range{0, kItemsMax});
  w.unique_array("rItems", v.rItems);
}

struct DRS_MSG_DCINFOREPLY_V2 {
  Seq<DS_DOMAIN_CONTROLLER_INFO_2W> rItems;
  friend constexpr bool operator==(const DRS_MSG_DCINFOREPLY_V2&, const DRS_MSG_DCINFOREPLY_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_DCINFOREPLY_V2& v) {
  w.count("cItems", v.rItems, ndr::Range{0, kItemsMax});
  w.unique_array("rItems", v.rItems);
}

struct DRS_MSG_DCINFOREPLY_V3 {
  Seq<DS_DOMAIN_CONTROLLER_INFO_3W> rItems;
  friend constexpr bool operator==(const DRS_MSG_DCINFOREPLY_V3&, const DRS_MSG_DCINFOREPLY_V3&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_DCINFOREPLY_V3& v) {
  w.count("cItems", v.rItems, ndr::Range{0, kItemsMax});
  w.unique_array("rItems", v.rItems);
}

struct DRS_MSG_DCINFOREPLY_VFFFFFFFF {
  Seq<DS_DOMAIN_CONTROLLER_INFO_FFFFFFFFW> rItems;
  friend constexpr bool operator==(const DRS_MSG_DCINFOREPLY_VFFFFFFFF&, const DRS_MSG_DCINFOREPLY_VFFFFFFFF&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_DCINFOREPLY_VFFFFFFFF& v) {
  w.count("cItems", v.rItems, ndr::Range{0, kItemsMax});
  w.unique_array("rItems", v.rItems);
}

using DRS_MSG_DCINFOREPLY = ndr::Union<
    ndr::Arm<1, DRS_MSG_DCINFOREPLY_V1>,
    ndr::Arm<2, DRS_MSG_DCINFOREPLY_V2>,
    ndr::Arm<3, DRS_MSG_DCINFOREPLY_V3>,
    ndr::Arm<0xFFFFFFFF, DRS_MSG_DCINFOREPLY_VFFFFFFFF>>;

/// 4.1.5
struct IDL_DRSDomainControllerInfo {
  static constexpr std::uint16_t opnum = 16;
  static constexpr std::string_view name = "IDL_DRSDomainControllerInfo";
  using In = VersionedIn<DRS_MSG_DCINFOREQ>;
  using Out = VersionedOut<DRS_MSG_DCINFOREPLY>;
};

struct DRS_MSG_QUERYSITESREQ_V1 {
  WString pwszFromSite;
  Seq<WString> rgszToSites;
  std::uint32_t dwFlags = 0;
  friend constexpr bool operator==(const DRS_MSG_QUERYSITESREQ_V1&, const DRS_MSG_QUERYSITESREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_QUERYSITESREQ_V1& v) {
  w.unique_string("pwszFromSite", v.pwszFromSite);
  w.count("cToSites", v.rgszToSites, ndr::Range{1, kItemsMax});
  w.unique_string_array("rgszToSites", v.rgszToSites);
  w.scalar("dwFlags", v.dwFlags);
}

using DRS_MSG_QUERYSITESREQ = ndr::Union<ndr::Arm<1, DRS_MSG_QUERYSITESREQ_V1>>;

struct DRS_MSG_QUERYSITESREPLYELEMENT_V1 {
  std::uint32_t dwErrorCode = 0;
  std::uint32_t dwCost = 0;
  friend constexpr bool operator==(const DRS_MSG_QUERYSITESREPLYELEMENT_V1&, const DRS_MSG_QUERYSITESREPLYELEMENT_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_QUERYSITESREPLYELEMENT_V1& v) {
  w.scalar("dwErrorCode", v.dwErrorCode);
  w.scalar("dwCost", v.dwCost);
}

struct DRS_MSG_QUERYSITESREPLY_V1 {
  Seq<DRS_MSG_QUERYSITESREPLYELEMENT_V1> rgCostInfo;
  std::uint32_t dwFlags = 0;
  friend constexpr bool operator==(const DRS_MSG_QUERYSITESREPLY_V1&, const DRS_MSG_QUERYSITESREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_QUERYSITESREPLY_V1& v) {
  w.count("cToSites", v.rgCostInfo, ndr::Range{0, kItemsMax});
  w.unique_array("rgCostInfo", v.rgCostInfo);
  w.scalar("dwFlags", v.dwFlags);
}

using DRS_MSG_QUERYSITESREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_QUERYSITESREPLY_V1>>;

/// 4.1.16
struct IDL_DRSQuerySitesByCost {
  static constexpr std::uint16_t opnum = 24;
  static constexpr std::string_view name = "IDL_DRSQuerySitesByCost";
  using In = VersionedIn<DRS_MSG_QUERYSITESREQ>;
  using Out = VersionedOut<DRS_MSG_QUERYSITESREPLY>;
};

struct DRS_MSG_KCC_EXECUTE_V1 {
  std::uint32_t dwTaskID = 0;
  std::uint32_t dwFlags = 0;  ///< DS_KCC_FLAGS
  friend constexpr bool operator==(const DRS_MSG_KCC_EXECUTE_V1&, const DRS_MSG_KCC_EXECUTE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_KCC_EXECUTE_V1& v) {
  w.scalar("dwTaskID", v.dwTaskID);
  w.scalar("dwFlags", v.dwFlags);
}

using DRS_MSG_KCC_EXECUTE = ndr::Union<ndr::Arm<1, DRS_MSG_KCC_EXECUTE_V1>>;

/// 4.1.6
struct IDL_DRSExecuteKCC {
  static constexpr std::uint16_t opnum = 18;
  static constexpr std::string_view name = "IDL_DRSExecuteKCC";
  using In = VersionedIn<DRS_MSG_KCC_EXECUTE>;
  using Out = ResultOut;
};

}  // namespace tributary::drsuapi
