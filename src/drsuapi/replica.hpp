// SPDX-License-Identifier: Apache-2.0
// The calls that manage and use a replica: sync, update refs, add, del, modify, verify objects, object existence.
// [MS-DRSR] 4.1.12, 4.1.19 to 4.1.24, 4.1.26. Network names of DSAs are 8-bit strings here.
// DEVIATION: Samba's IDL has the addresses of ReplicaAdd and ReplicaModify in UTF-16; this follows [MS-DRSR].
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

struct DRS_MSG_REPSYNC_V1 {
  DSNAME pNC;
  tributary::Guid uuidDsaSrc;  ///< objectGUID of the source's nTDSDSA object
  CString pszDsaSrc;  ///< its network name, when ulOptions has DRS_SYNC_BYNAME
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  friend constexpr bool operator==(const DRS_MSG_REPSYNC_V1&, const DRS_MSG_REPSYNC_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPSYNC_V1& v) {
  w.ref("pNC", v.pNC);
  w.scalar("uuidDsaSrc", v.uuidDsaSrc);
  w.unique_string("pszDsaSrc", v.pszDsaSrc);
  w.scalar("ulOptions", v.ulOptions);
}

struct DRS_MSG_REPSYNC_V2 {
  DSNAME pNC;
  tributary::Guid uuidDsaSrc;  ///< objectGUID of the source's nTDSDSA object
  CString pszDsaSrc;  ///< its network name, when ulOptions has DRS_SYNC_BYNAME
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  tributary::Guid correlationID;
  Unique<VAR_SIZE_BUFFER_WITH_VERSION> pReservedBuffer;
  friend constexpr bool operator==(const DRS_MSG_REPSYNC_V2&, const DRS_MSG_REPSYNC_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPSYNC_V2& v) {
  w.ref("pNC", v.pNC);
  w.scalar("uuidDsaSrc", v.uuidDsaSrc);
  w.unique_string("pszDsaSrc", v.pszDsaSrc);
  w.scalar("ulOptions", v.ulOptions);
  w.scalar("correlationID", v.correlationID);
  w.unique("pReservedBuffer", v.pReservedBuffer);
}

using DRS_MSG_REPSYNC = ndr::Union<ndr::Arm<1, DRS_MSG_REPSYNC_V1>, ndr::Arm<2, DRS_MSG_REPSYNC_V2>>;

/// 4.1.23: makes the DC pull one NC from one source.
struct IDL_DRSReplicaSync {
  static constexpr std::uint16_t opnum = 2;
  static constexpr std::string_view name = "IDL_DRSReplicaSync";
  struct In {
    ndr::ContextHandle hDrs;
    DRS_MSG_REPSYNC msgSync;
    friend constexpr bool operator==(const In&, const In&) = default;
  };
  using Out = ResultOut;
};
template <class W>
constexpr void describe(W& w, IDL_DRSReplicaSync::In& v) {
  w.nested("hDrs", v.hDrs);
  w.switch_value("dwVersion", v.msgSync);
  w.union_of("pmsgSync", v.msgSync);
}

struct DRS_MSG_UPDREFS_V1 {
  DSNAME pNC;
  std::string pszDsaDest;
  tributary::Guid uuidDsaObjDest;
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  friend constexpr bool operator==(const DRS_MSG_UPDREFS_V1&, const DRS_MSG_UPDREFS_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_UPDREFS_V1& v) {
  w.ref("pNC", v.pNC);
  w.ref_string("pszDsaDest", v.pszDsaDest);
  w.scalar("uuidDsaObjDest", v.uuidDsaObjDest);
  w.scalar("ulOptions", v.ulOptions);
}

struct DRS_MSG_UPDREFS_V2 {
  DSNAME pNC;
  std::string pszDsaDest;
  tributary::Guid uuidDsaObjDest;
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  tributary::Guid correlationID;
  Unique<VAR_SIZE_BUFFER_WITH_VERSION> pReservedBuffer;
  friend constexpr bool operator==(const DRS_MSG_UPDREFS_V2&, const DRS_MSG_UPDREFS_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_UPDREFS_V2& v) {
  w.ref("pNC", v.pNC);
  w.ref_string("pszDsaDest", v.pszDsaDest);
  w.scalar("uuidDsaObjDest", v.uuidDsaObjDest);
  w.scalar("ulOptions", v.ulOptions);
  w.scalar("correlationID", v.correlationID);
  w.unique("pReservedBuffer", v.pReservedBuffer);
}

using DRS_MSG_UPDREFS = ndr::Union<ndr::Arm<1, DRS_MSG_UPDREFS_V1>, ndr::Arm<2, DRS_MSG_UPDREFS_V2>>;

/// 4.1.26: adds or removes a destination in repsTo.
struct IDL_DRSUpdateRefs {
  static constexpr std::uint16_t opnum = 4;
  static constexpr std::string_view name = "IDL_DRSUpdateRefs";
  struct In {
    ndr::ContextHandle hDrs;
    DRS_MSG_UPDREFS msgUpdRefs;
    friend constexpr bool operator==(const In&, const In&) = default;
  };
  using Out = ResultOut;
};
template <class W>
constexpr void describe(W& w, IDL_DRSUpdateRefs::In& v) {
  w.nested("hDrs", v.hDrs);
  w.switch_value("dwVersion", v.msgUpdRefs);
  w.union_of("pmsgUpdRefs", v.msgUpdRefs);
}

struct DRS_MSG_REPADD_V1 {
  DSNAME pNC;
  std::string pszDsaSrc;
  REPLTIMES rtSchedule;
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  friend constexpr bool operator==(const DRS_MSG_REPADD_V1&, const DRS_MSG_REPADD_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPADD_V1& v) {
  w.ref("pNC", v.pNC);
  w.ref_string("pszDsaSrc", v.pszDsaSrc);
  w.nested("rtSchedule", v.rtSchedule);
  w.scalar("ulOptions", v.ulOptions);
}

struct DRS_MSG_REPADD_V2 {
  DSNAME pNC;
  Unique<DSNAME> pSourceDsaDN;
  Unique<DSNAME> pTransportDN;
  std::string pszSourceDsaAddress;
  REPLTIMES rtSchedule;
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  friend constexpr bool operator==(const DRS_MSG_REPADD_V2&, const DRS_MSG_REPADD_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPADD_V2& v) {
  w.ref("pNC", v.pNC);
  w.unique("pSourceDsaDN", v.pSourceDsaDN);
  w.unique("pTransportDN", v.pTransportDN);
  w.ref_string("pszSourceDsaAddress", v.pszSourceDsaAddress);
  w.nested("rtSchedule", v.rtSchedule);
  w.scalar("ulOptions", v.ulOptions);
}

struct DRS_MSG_REPADD_V3 {
  DSNAME pNC;
  Unique<DSNAME> pSourceDsaDN;
  Unique<DSNAME> pTransportDN;
  std::string pszSourceDsaAddress;
  REPLTIMES rtSchedule;
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  tributary::Guid correlationID;
  Unique<VAR_SIZE_BUFFER_WITH_VERSION> pReservedBuffer;
  friend constexpr bool operator==(const DRS_MSG_REPADD_V3&, const DRS_MSG_REPADD_V3&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPADD_V3& v) {
  w.ref("pNC", v.pNC);
  w.unique("pSourceDsaDN", v.pSourceDsaDN);
  w.unique("pTransportDN", v.pTransportDN);
  w.ref_string("pszSourceDsaAddress", v.pszSourceDsaAddress);
  w.nested("rtSchedule", v.rtSchedule);
  w.scalar("ulOptions", v.ulOptions);
  w.scalar("correlationID", v.correlationID);
  w.unique("pReservedBuffer", v.pReservedBuffer);
}

using DRS_MSG_REPADD = ndr::Union<
    ndr::Arm<1, DRS_MSG_REPADD_V1>,
    ndr::Arm<2, DRS_MSG_REPADD_V2>,
    ndr::Arm<3, DRS_MSG_REPADD_V3>>;

/// 4.1.19: adds a source to repsFrom.
struct IDL_DRSReplicaAdd {
  static constexpr std::uint16_t opnum = 5;
  static constexpr std::string_view name = "IDL_DRSReplicaAdd";
  struct In {
    ndr::ContextHandle hDrs;
    DRS_MSG_REPADD msgAdd;
    friend constexpr bool operator==(const In&, const In&) = default;
  };
  using Out = ResultOut;
};
template <class W>
constexpr void describe(W& w, IDL_DRSReplicaAdd::In& v) {
  w.nested("hDrs", v.hDrs);
  w.switch_value("dwVersion", v.msgAdd);
  w.union_of("pmsgAdd", v.msgAdd);
}

struct DRS_MSG_REPDEL_V1 {
  DSNAME pNC;
  CString pszDsaSrc;
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  friend constexpr bool operator==(const DRS_MSG_REPDEL_V1&, const DRS_MSG_REPDEL_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPDEL_V1& v) {
  w.ref("pNC", v.pNC);
  w.unique_string("pszDsaSrc", v.pszDsaSrc);
  w.scalar("ulOptions", v.ulOptions);
}

using DRS_MSG_REPDEL = ndr::Union<ndr::Arm<1, DRS_MSG_REPDEL_V1>>;

/// 4.1.20: removes a source from repsFrom.
struct IDL_DRSReplicaDel {
  static constexpr std::uint16_t opnum = 6;
  static constexpr std::string_view name = "IDL_DRSReplicaDel";
  struct In {
    ndr::ContextHandle hDrs;
    DRS_MSG_REPDEL msgDel;
    friend constexpr bool operator==(const In&, const In&) = default;
  };
  using Out = ResultOut;
};
template <class W>
constexpr void describe(W& w, IDL_DRSReplicaDel::In& v) {
  w.nested("hDrs", v.hDrs);
  w.switch_value("dwVersion", v.msgDel);
  w.union_of("pmsgDel", v.msgDel);
}

struct DRS_MSG_REPMOD_V1 {
  DSNAME pNC;
  tributary::Guid uuidSourceDRA;
  CString pszSourceDRA;
  REPLTIMES rtSchedule;
  std::uint32_t ulReplicaFlags = 0;
  std::uint32_t ulModifyFields = 0;
  std::uint32_t ulOptions = 0;  ///< DRS_OPTIONS
  friend constexpr bool operator==(const DRS_MSG_REPMOD_V1&, const DRS_MSG_REPMOD_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPMOD_V1& v) {
  w.ref("pNC", v.pNC);
  w.scalar("uuidSourceDRA", v.uuidSourceDRA);
  w.unique_string("pszSourceDRA", v.pszSourceDRA);
  w.nested("rtSchedule", v.rtSchedule);
  w.scalar("ulReplicaFlags", v.ulReplicaFlags);
  w.scalar("ulModifyFields", v.ulModifyFields);
  w.scalar("ulOptions", v.ulOptions);
}

using DRS_MSG_REPMOD = ndr::Union<ndr::Arm<1, DRS_MSG_REPMOD_V1>>;

/// 4.1.22: changes a source in repsFrom.
struct IDL_DRSReplicaModify {
  static constexpr std::uint16_t opnum = 7;
  static constexpr std::string_view name = "IDL_DRSReplicaModify";
  struct In {
    ndr::ContextHandle hDrs;
    DRS_MSG_REPMOD msgMod;
    friend constexpr bool operator==(const In&, const In&) = default;
  };
  using Out = ResultOut;
};
template <class W>
constexpr void describe(W& w, IDL_DRSReplicaModify::In& v) {
  w.nested("hDrs", v.hDrs);
  w.switch_value("dwVersion", v.msgMod);
  w.union_of("pmsgMod", v.msgMod);
}

struct DRS_MSG_REPVERIFYOBJ_V1 {
  DSNAME pNC;
  tributary::Guid uuidDsaSrc;
  std::uint32_t ulOptions = 0;
  friend constexpr bool operator==(const DRS_MSG_REPVERIFYOBJ_V1&, const DRS_MSG_REPVERIFYOBJ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_REPVERIFYOBJ_V1& v) {
  w.ref("pNC", v.pNC);
  w.scalar("uuidDsaSrc", v.uuidDsaSrc);
  w.scalar("ulOptions", v.ulOptions);
}

using DRS_MSG_REPVERIFYOBJ = ndr::Union<ndr::Arm<1, DRS_MSG_REPVERIFYOBJ_V1>>;

/// 4.1.24: finds, and if asked removes, objects that the source no longer has.
struct IDL_DRSReplicaVerifyObjects {
  static constexpr std::uint16_t opnum = 22;
  static constexpr std::string_view name = "IDL_DRSReplicaVerifyObjects";
  struct In {
    ndr::ContextHandle hDrs;
    DRS_MSG_REPVERIFYOBJ msgVerify;
    friend constexpr bool operator==(const In&, const In&) = default;
  };
  using Out = ResultOut;
};
template <class W>
constexpr void describe(W& w, IDL_DRSReplicaVerifyObjects::In& v) {
  w.nested("hDrs", v.hDrs);
  w.switch_value("dwVersion", v.msgVerify);
  w.union_of("pmsgVerify", v.msgVerify);
}

struct DRS_MSG_EXISTREQ_V1 {
  tributary::Guid guidStart;
  std::uint32_t cGuids = 0;
  Unique<DSNAME> pNC;
  Unique<UPTODATE_VECTOR_V1_EXT> pUpToDateVecCommonV1;
  std::array<std::uint8_t, 16> Md5Digest{};
  friend constexpr bool operator==(const DRS_MSG_EXISTREQ_V1&, const DRS_MSG_EXISTREQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_EXISTREQ_V1& v) {
  w.scalar("guidStart", v.guidStart);
  w.scalar("cGuids", v.cGuids);
  w.unique("pNC", v.pNC);
  w.unique("pUpToDateVecCommonV1", v.pUpToDateVecCommonV1);
  w.fixed("Md5Digest", v.Md5Digest);
}

using DRS_MSG_EXISTREQ = ndr::Union<ndr::Arm<1, DRS_MSG_EXISTREQ_V1>>;

struct DRS_MSG_EXISTREPLY_V1 {
  std::uint32_t dwStatusFlags = 0;
  Seq<tributary::Guid> rgGuids;
  friend constexpr bool operator==(const DRS_MSG_EXISTREPLY_V1&, const DRS_MSG_EXISTREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_EXISTREPLY_V1& v) {
  w.scalar("dwStatusFlags", v.dwStatusFlags);
  w.count("cNumGuids", v.rgGuids, ndr::Range{0, kOctetsMax});
  w.unique_array("rgGuids", v.rgGuids);
}

using DRS_MSG_EXISTREPLY = ndr::Union<ndr::Arm<1, DRS_MSG_EXISTREPLY_V1>>;

/// 4.1.12: compares a run of objectGUIDs by their digest.
struct IDL_DRSGetObjectExistence {
  static constexpr std::uint16_t opnum = 23;
  static constexpr std::string_view name = "IDL_DRSGetObjectExistence";
  using In = VersionedIn<DRS_MSG_EXISTREQ>;
  using Out = VersionedOut<DRS_MSG_EXISTREPLY>;
};

}  // namespace tributary::drsuapi
