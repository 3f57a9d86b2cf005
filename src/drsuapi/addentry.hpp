// SPDX-License-Identifier: Apache-2.0
// IDL_DRSAddEntry: objects in, directory errors out. [MS-DRSR] 4.1.1; the error structures are 4.1.1.1.8 to 4.1.1.1.26.
#pragma once

#include <cstdint>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

struct INTFORMPROB_DRS_WIRE_V1 {
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  std::uint16_t problem = 0;
  ATTRTYP type = 0;
  std::int32_t valReturned = 0;
  ATTRVAL Val;
  friend constexpr bool operator==(const INTFORMPROB_DRS_WIRE_V1&, const INTFORMPROB_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, INTFORMPROB_DRS_WIRE_V1& v) {
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.scalar("problem", v.problem);
  w.scalar("type", v.type);
  w.scalar("valReturned", v.valReturned);
  w.nested("Val", v.Val);
}

/// The list that pNextProblem makes is a Seq of these.
struct PROBLEMLIST_DRS_WIRE_V1 {
  INTFORMPROB_DRS_WIRE_V1 intprob;
  friend constexpr bool operator==(const PROBLEMLIST_DRS_WIRE_V1&, const PROBLEMLIST_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, PROBLEMLIST_DRS_WIRE_V1& v) {
  w.nested("intprob", v.intprob);
}

struct ATRERR_DRS_WIRE_V1 {
  Unique<DSNAME> pObject;
  std::uint32_t count = 0;
  Seq<PROBLEMLIST_DRS_WIRE_V1> FirstProblem;  ///< never empty; the rest of the list follows the first
  friend constexpr bool operator==(const ATRERR_DRS_WIRE_V1&, const ATRERR_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, ATRERR_DRS_WIRE_V1& v) {
  w.unique("pObject", v.pObject);
  w.scalar("count", v.count);
  w.list_head("FirstProblem", v.FirstProblem);
}

struct NAMERR_DRS_WIRE_V1 {
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  std::uint16_t problem = 0;
  Unique<DSNAME> pMatched;
  friend constexpr bool operator==(const NAMERR_DRS_WIRE_V1&, const NAMERR_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, NAMERR_DRS_WIRE_V1& v) {
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.scalar("problem", v.problem);
  w.unique("pMatched", v.pMatched);
}

struct NAMERESOP_DRS_WIRE_V1 {
  std::uint8_t nameRes = 0;
  std::uint8_t unusedPad = 0;
  std::uint16_t nextRDN = 0;
  friend constexpr bool operator==(const NAMERESOP_DRS_WIRE_V1&, const NAMERESOP_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, NAMERESOP_DRS_WIRE_V1& v) {
  w.scalar("nameRes", v.nameRes);
  w.scalar("unusedPad", v.unusedPad);
  w.scalar("nextRDN", v.nextRDN);
}

/// [MS-DTYP] 2.3.10; not terminated.
struct RPC_UNICODE_STRING {
  WString Buffer;
  friend constexpr bool operator==(const RPC_UNICODE_STRING&, const RPC_UNICODE_STRING&) = default;
};
template <class W>
constexpr void describe(W& w, RPC_UNICODE_STRING& v) {
  w.counted_string("Buffer", v.Buffer);
}

/// The list that pNextAddress makes is a Seq of these.
struct DSA_ADDRESS_LIST_DRS_WIRE_V1 {
  Unique<RPC_UNICODE_STRING> pAddress;
  friend constexpr bool operator==(const DSA_ADDRESS_LIST_DRS_WIRE_V1&, const DSA_ADDRESS_LIST_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DSA_ADDRESS_LIST_DRS_WIRE_V1& v) {
  w.unique("pAddress", v.pAddress);
}

/// A referral; the only type that contains itself.
struct CONTREF_DRS_WIRE_V1 {
  Unique<DSNAME> pTarget;
  NAMERESOP_DRS_WIRE_V1 OpState;
  std::uint16_t aliasRDN = 0;
  std::uint16_t RDNsInternal = 0;
  std::uint16_t refType = 0;
  std::uint16_t count = 0;
  Seq<DSA_ADDRESS_LIST_DRS_WIRE_V1> pDAL;
  Unique<CONTREF_DRS_WIRE_V1> pNextContRef;
  std::int32_t bNewChoice = 0;
  std::uint8_t choice = 0;
  friend constexpr bool operator==(const CONTREF_DRS_WIRE_V1&, const CONTREF_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, CONTREF_DRS_WIRE_V1& v) {
  w.unique("pTarget", v.pTarget);
  w.nested("OpState", v.OpState);
  w.scalar("aliasRDN", v.aliasRDN);
  w.scalar("RDNsInternal", v.RDNsInternal);
  w.scalar("refType", v.refType);
  w.scalar("count", v.count);
  w.linked_list("pDAL", v.pDAL);
  w.unique("pNextContRef", v.pNextContRef);
  w.scalar("bNewChoice", v.bNewChoice);
  w.scalar("choice", v.choice);
}

struct REFERR_DRS_WIRE_V1 {
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  CONTREF_DRS_WIRE_V1 Refer;
  friend constexpr bool operator==(const REFERR_DRS_WIRE_V1&, const REFERR_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, REFERR_DRS_WIRE_V1& v) {
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.nested("Refer", v.Refer);
}

struct SECERR_DRS_WIRE_V1 {
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  std::uint16_t problem = 0;
  friend constexpr bool operator==(const SECERR_DRS_WIRE_V1&, const SECERR_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, SECERR_DRS_WIRE_V1& v) {
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.scalar("problem", v.problem);
}

struct SVCERR_DRS_WIRE_V1 {
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  std::uint16_t problem = 0;
  friend constexpr bool operator==(const SVCERR_DRS_WIRE_V1&, const SVCERR_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, SVCERR_DRS_WIRE_V1& v) {
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.scalar("problem", v.problem);
}

struct UPDERR_DRS_WIRE_V1 {
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  std::uint16_t problem = 0;
  friend constexpr bool operator==(const UPDERR_DRS_WIRE_V1&, const UPDERR_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, UPDERR_DRS_WIRE_V1& v) {
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.scalar("problem", v.problem);
}

struct SYSERR_DRS_WIRE_V1 {
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  std::uint16_t problem = 0;
  friend constexpr bool operator==(const SYSERR_DRS_WIRE_V1&, const SYSERR_DRS_WIRE_V1&) = default;
};
template <class W>
constexpr void describe(W& w, SYSERR_DRS_WIRE_V1& v) {
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.scalar("problem", v.problem);
}

/// Its switch is errCode of the structure around it.
using DIRERR_DRS_WIRE_V1 = ndr::Union<
    ndr::Arm<1, ATRERR_DRS_WIRE_V1>,
    ndr::Arm<2, NAMERR_DRS_WIRE_V1>,
    ndr::Arm<3, REFERR_DRS_WIRE_V1>,
    ndr::Arm<4, SECERR_DRS_WIRE_V1>,
    ndr::Arm<5, SVCERR_DRS_WIRE_V1>,
    ndr::Arm<6, UPDERR_DRS_WIRE_V1>,
    ndr::Arm<7, SYSERR_DRS_WIRE_V1>>;

struct DRS_MSG_ADDENTRYREQ_V1 {
  DSNAME pObject;
  ATTRBLOCK AttrBlock;
  friend constexpr bool operator==(const DRS_MSG_ADDENTRYREQ_V1&, const DRS_MSG_ADDENTRYREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDENTRYREQ_V1& v) {
  w.ref("pObject", v.pObject);
  w.nested("AttrBlock", v.AttrBlock);
}

struct DRS_MSG_ADDENTRYREQ_V2 {
  Seq<ENTINFLIST> EntInfList;  ///< never empty
  friend constexpr bool operator==(const DRS_MSG_ADDENTRYREQ_V2&, const DRS_MSG_ADDENTRYREQ_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDENTRYREQ_V2& v) {
  w.list_head("EntInfList", v.EntInfList);
}

struct DRS_MSG_ADDENTRYREQ_V3 {
  Seq<ENTINFLIST> EntInfList;  ///< never empty
  Unique<DRS_SecBufferDesc> pClientCreds;
  friend constexpr bool operator==(const DRS_MSG_ADDENTRYREQ_V3&, const DRS_MSG_ADDENTRYREQ_V3&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDENTRYREQ_V3& v) {
  w.list_head("EntInfList", v.EntInfList);
  w.unique("pClientCreds", v.pClientCreds);
}

using DRS_MSG_ADDENTRYREQ = ndr::Union<
    ndr::Arm<1, DRS_MSG_ADDENTRYREQ_V1>,
    ndr::Arm<2, DRS_MSG_ADDENTRYREQ_V2>,
    ndr::Arm<3, DRS_MSG_ADDENTRYREQ_V3>>;

struct DRS_MSG_ADDENTRYREPLY_V1 {
  tributary::Guid Guid;
  NT4SID Sid;
  std::uint32_t errCode = 0;
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  std::uint16_t problem = 0;
  friend constexpr bool operator==(const DRS_MSG_ADDENTRYREPLY_V1&, const DRS_MSG_ADDENTRYREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDENTRYREPLY_V1& v) {
  w.scalar("Guid", v.Guid);
  w.nested("Sid", v.Sid);
  w.scalar("errCode", v.errCode);
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.scalar("problem", v.problem);
}

struct ADDENTRY_REPLY_INFO {
  tributary::Guid objGuid;
  NT4SID objSid;
  friend constexpr bool operator==(const ADDENTRY_REPLY_INFO&, const ADDENTRY_REPLY_INFO&) = default;
};
template <class W>
constexpr void describe(W& w, ADDENTRY_REPLY_INFO& v) {
  w.scalar("objGuid", v.objGuid);
  w.nested("objSid", v.objSid);
}

struct DRS_MSG_ADDENTRYREPLY_V2 {
  Unique<DSNAME> pErrorObject;
  std::uint32_t errCode = 0;
  std::uint32_t dsid = 0;
  std::uint32_t extendedErr = 0;
  std::uint32_t extendedData = 0;
  std::uint16_t problem = 0;
  Seq<ADDENTRY_REPLY_INFO> infoList;
  friend constexpr bool operator==(const DRS_MSG_ADDENTRYREPLY_V2&, const DRS_MSG_ADDENTRYREPLY_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDENTRYREPLY_V2& v) {
  w.unique("pErrorObject", v.pErrorObject);
  w.scalar("errCode", v.errCode);
  w.scalar("dsid", v.dsid);
  w.scalar("extendedErr", v.extendedErr);
  w.scalar("extendedData", v.extendedData);
  w.scalar("problem", v.problem);
  w.count("cObjectsAdded", v.infoList, ndr::Range{0, kItemsMax});
  w.unique_array("infoList", v.infoList);
}

struct DRS_ERROR_DATA_V1 {
  std::uint32_t dwRepError = 0;
  std::uint32_t errCode = 0;  ///< of pErrInfo; its own value counts only while pErrInfo is null
  Unique<DIRERR_DRS_WIRE_V1> pErrInfo;
  friend constexpr bool operator==(const DRS_ERROR_DATA_V1&, const DRS_ERROR_DATA_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_ERROR_DATA_V1& v) {
  w.scalar("dwRepError", v.dwRepError);
  w.unique_switch("errCode", v.errCode, v.pErrInfo);
  w.unique_union("pErrInfo", v.pErrInfo);
}

using DRS_ERROR_DATA = ndr::Union<ndr::Arm<1, DRS_ERROR_DATA_V1>>;

struct DRS_MSG_ADDENTRYREPLY_V3 {
  Unique<DSNAME> pdsErrObject;
  std::uint32_t dwErrVer = 0;  ///< of pErrData; its own value counts only while pErrData is null
  Unique<DRS_ERROR_DATA> pErrData;
  Seq<ADDENTRY_REPLY_INFO> infoList;
  friend constexpr bool operator==(const DRS_MSG_ADDENTRYREPLY_V3&, const DRS_MSG_ADDENTRYREPLY_V3&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_ADDENTRYREPLY_V3& v) {
  w.unique("pdsErrObject", v.pdsErrObject);
  w.unique_switch("dwErrVer", v.dwErrVer, v.pErrData);
  w.unique_union("pErrData", v.pErrData);
  w.count("cObjectsAdded", v.infoList, ndr::Range{0, kItemsMax});
  w.unique_array("infoList", v.infoList);
}

using DRS_MSG_ADDENTRYREPLY = ndr::Union<
    ndr::Arm<1, DRS_MSG_ADDENTRYREPLY_V1>,
    ndr::Arm<2, DRS_MSG_ADDENTRYREPLY_V2>,
    ndr::Arm<3, DRS_MSG_ADDENTRYREPLY_V3>>;

/// 4.1.1
struct IDL_DRSAddEntry {
  static constexpr std::uint16_t opnum = 17;
  static constexpr std::string_view name = "IDL_DRSAddEntry";
  using In = VersionedIn<DRS_MSG_ADDENTRYREQ>;
  using Out = VersionedOut<DRS_MSG_ADDENTRYREPLY>;
};

}  // namespace tributary::drsuapi
