// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetReplInfo: neighbours, cursors, metadata, failures, pending operations, and the undocumented-in-name four beyond them.
// [MS-DRSR] 4.1.13.1. `pbData` is a full pointer ([ptr]) in the IDL; it is read as a unique one, since nothing else of the same
// structure could share its referent.
#pragma once

#include <cstdint>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

struct DS_REPL_NEIGHBORW {
  WString pszNamingContext;
  WString pszSourceDsaDN;
  WString pszSourceDsaAddress;
  WString pszAsyncIntersiteTransportDN;
  std::uint32_t dwReplicaFlags = 0;
  std::uint32_t dwReserved = 0;
  tributary::Guid uuidNamingContextObjGuid;
  tributary::Guid uuidSourceDsaObjGuid;
  tributary::Guid uuidSourceDsaInvocationID;
  tributary::Guid uuidAsyncIntersiteTransportObjGuid;
  USN usnLastObjChangeSynced = 0;
  USN usnAttributeFilter = 0;
  FILETIME ftimeLastSyncSuccess;
  FILETIME ftimeLastSyncAttempt;
  std::uint32_t dwLastSyncResult = 0;
  std::uint32_t cNumConsecutiveSyncFailures = 0;
  friend constexpr bool operator==(const DS_REPL_NEIGHBORW&, const DS_REPL_NEIGHBORW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_NEIGHBORW& v) {
  w.unique_string("pszNamingContext", v.pszNamingContext);
  w.unique_string("pszSourceDsaDN", v.pszSourceDsaDN);
  w.unique_string("pszSourceDsaAddress", v.pszSourceDsaAddress);
  w.unique_string("pszAsyncIntersiteTransportDN", v.pszAsyncIntersiteTransportDN);
  w.scalar("dwReplicaFlags", v.dwReplicaFlags);
  w.scalar("dwReserved", v.dwReserved);
  w.scalar("uuidNamingContextObjGuid", v.uuidNamingContextObjGuid);
  w.scalar("uuidSourceDsaObjGuid", v.uuidSourceDsaObjGuid);
  w.scalar("uuidSourceDsaInvocationID", v.uuidSourceDsaInvocationID);
  w.scalar("uuidAsyncIntersiteTransportObjGuid", v.uuidAsyncIntersiteTransportObjGuid);
  w.scalar("usnLastObjChangeSynced", v.usnLastObjChangeSynced);
  w.scalar("usnAttributeFilter", v.usnAttributeFilter);
  w.nested("ftimeLastSyncSuccess", v.ftimeLastSyncSuccess);
  w.nested("ftimeLastSyncAttempt", v.ftimeLastSyncAttempt);
  w.scalar("dwLastSyncResult", v.dwLastSyncResult);
  w.scalar("cNumConsecutiveSyncFailures", v.cNumConsecutiveSyncFailures);
}

struct DS_REPL_NEIGHBORSW {
  std::uint32_t dwReserved = 0;
  Seq<DS_REPL_NEIGHBORW> rgNeighbor;
  friend constexpr bool operator==(const DS_REPL_NEIGHBORSW&, const DS_REPL_NEIGHBORSW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_NEIGHBORSW& v) {
  w.count("cNumNeighbors", v.rgNeighbor);
  w.scalar("dwReserved", v.dwReserved);
  w.conformant_array("rgNeighbor", v.rgNeighbor);
}

struct DS_REPL_CURSOR {
  tributary::Guid uuidSourceDsaInvocationID;
  USN usnAttributeFilter = 0;
  friend constexpr bool operator==(const DS_REPL_CURSOR&, const DS_REPL_CURSOR&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_CURSOR& v) {
  w.scalar("uuidSourceDsaInvocationID", v.uuidSourceDsaInvocationID);
  w.scalar("usnAttributeFilter", v.usnAttributeFilter);
}

struct DS_REPL_CURSORS {
  std::uint32_t dwReserved = 0;
  Seq<DS_REPL_CURSOR> rgCursor;
  friend constexpr bool operator==(const DS_REPL_CURSORS&, const DS_REPL_CURSORS&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_CURSORS& v) {
  w.count("cNumCursors", v.rgCursor);
  w.scalar("dwReserved", v.dwReserved);
  w.conformant_array("rgCursor", v.rgCursor);
}

struct DS_REPL_ATTR_META_DATA {
  WString pszAttributeName;
  std::uint32_t dwVersion = 0;
  FILETIME ftimeLastOriginatingChange;
  tributary::Guid uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange = 0;
  USN usnLocalChange = 0;
  friend constexpr bool operator==(const DS_REPL_ATTR_META_DATA&, const DS_REPL_ATTR_META_DATA&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_ATTR_META_DATA& v) {
  w.unique_string("pszAttributeName", v.pszAttributeName);
  w.scalar("dwVersion", v.dwVersion);
  w.nested("ftimeLastOriginatingChange", v.ftimeLastOriginatingChange);
  w.scalar("uuidLastOriginatingDsaInvocationID", v.uuidLastOriginatingDsaInvocationID);
  w.scalar("usnOriginatingChange", v.usnOriginatingChange);
  w.scalar("usnLocalChange", v.usnLocalChange);
}

struct DS_REPL_KCC_DSA_FAILUREW {
  WString pszDsaDN;
  tributary::Guid uuidDsaObjGuid;
  FILETIME ftimeFirstFailure;
  std::uint32_t cNumFailures = 0;
  std::uint32_t dwLastResult = 0;
  friend constexpr bool operator==(const DS_REPL_KCC_DSA_FAILUREW&, const DS_REPL_KCC_DSA_FAILUREW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_KCC_DSA_FAILUREW& v) {
  w.unique_string("pszDsaDN", v.pszDsaDN);
  w.scalar("uuidDsaObjGuid", v.uuidDsaObjGuid);
  w.nested("ftimeFirstFailure", v.ftimeFirstFailure);
  w.scalar("cNumFailures", v.cNumFailures);
  w.scalar("dwLastResult", v.dwLastResult);
}

struct DS_REPL_KCC_DSA_FAILURESW {
  std::uint32_t dwReserved = 0;
  Seq<DS_REPL_KCC_DSA_FAILUREW> rgDsaFailure;
  friend constexpr bool operator==(const DS_REPL_KCC_DSA_FAILURESW&, const DS_REPL_KCC_DSA_FAILURESW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_KCC_DSA_FAILURESW& v) {
  w.count("cNumEntries", v.rgDsaFailure);
  w.scalar("dwReserved", v.dwReserved);
  w.conformant_array("rgDsaFailure", v.rgDsaFailure);
}

struct DS_REPL_OBJ_META_DATA {
  std::uint32_t dwReserved = 0;
  Seq<DS_REPL_ATTR_META_DATA> rgMetaData;
  friend constexpr bool operator==(const DS_REPL_OBJ_META_DATA&, const DS_REPL_OBJ_META_DATA&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_OBJ_META_DATA& v) {
  w.count("cNumEntries", v.rgMetaData);
  w.scalar("dwReserved", v.dwReserved);
  w.conformant_array("rgMetaData", v.rgMetaData);
}

/// 5.46
enum class DS_REPL_OP_TYPE : std::uint32_t {
  DS_REPL_OP_TYPE_SYNC = 0,
  DS_REPL_OP_TYPE_ADD = 1,
  DS_REPL_OP_TYPE_DELETE = 2,
  DS_REPL_OP_TYPE_MODIFY = 3,
  DS_REPL_OP_TYPE_UPDATE_REFS = 4,
};

struct DS_REPL_OPW {
  FILETIME ftimeEnqueued;
  std::uint32_t ulSerialNumber = 0;
  std::uint32_t ulPriority = 0;
  DS_REPL_OP_TYPE OpType = DS_REPL_OP_TYPE::DS_REPL_OP_TYPE_SYNC;
  std::uint32_t ulOptions = 0;
  WString pszNamingContext;
  WString pszDsaDN;
  WString pszDsaAddress;
  tributary::Guid uuidNamingContextObjGuid;
  tributary::Guid uuidDsaObjGuid;
  friend constexpr bool operator==(const DS_REPL_OPW&, const DS_REPL_OPW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_OPW& v) {
  w.nested("ftimeEnqueued", v.ftimeEnqueued);
  w.scalar("ulSerialNumber", v.ulSerialNumber);
  w.scalar("ulPriority", v.ulPriority);
  w.enumeration("OpType", v.OpType);
  w.scalar("ulOptions", v.ulOptions);
  w.unique_string("pszNamingContext", v.pszNamingContext);
  w.unique_string("pszDsaDN", v.pszDsaDN);
  w.unique_string("pszDsaAddress", v.pszDsaAddress);
  w.scalar("uuidNamingContextObjGuid", v.uuidNamingContextObjGuid);
  w.scalar("uuidDsaObjGuid", v.uuidDsaObjGuid);
}

struct DS_REPL_PENDING_OPSW {
  FILETIME ftimeCurrentOpStarted;
  Seq<DS_REPL_OPW> rgPendingOp;
  friend constexpr bool operator==(const DS_REPL_PENDING_OPSW&, const DS_REPL_PENDING_OPSW&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_PENDING_OPSW& v) {
  w.nested("ftimeCurrentOpStarted", v.ftimeCurrentOpStarted);
  w.count("cNumPendingOps", v.rgPendingOp);
  w.conformant_array("rgPendingOp", v.rgPendingOp);
}

struct DS_REPL_VALUE_META_DATA {
  WString pszAttributeName;
  WString pszObjectDn;
  Seq<std::uint8_t> pbData;
  FILETIME ftimeDeleted;
  FILETIME ftimeCreated;
  std::uint32_t dwVersion = 0;
  FILETIME ftimeLastOriginatingChange;
  tributary::Guid uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange = 0;
  USN usnLocalChange = 0;
  friend constexpr bool operator==(const DS_REPL_VALUE_META_DATA&, const DS_REPL_VALUE_META_DATA&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_VALUE_META_DATA& v) {
  w.unique_string("pszAttributeName", v.pszAttributeName);
  w.unique_string("pszObjectDn", v.pszObjectDn);
  w.count("cbData", v.pbData);
  w.unique_array("pbData", v.pbData);
  w.nested("ftimeDeleted", v.ftimeDeleted);
  w.nested("ftimeCreated", v.ftimeCreated);
  w.scalar("dwVersion", v.dwVersion);
  w.nested("ftimeLastOriginatingChange", v.ftimeLastOriginatingChange);
  w.scalar("uuidLastOriginatingDsaInvocationID", v.uuidLastOriginatingDsaInvocationID);
  w.scalar("usnOriginatingChange", v.usnOriginatingChange);
  w.scalar("usnLocalChange", v.usnLocalChange);
}

struct DS_REPL_ATTR_VALUE_META_DATA {
  std::uint32_t dwEnumerationContext = 0;
  Seq<DS_REPL_VALUE_META_DATA> rgMetaData;
  friend constexpr bool operator==(const DS_REPL_ATTR_VALUE_META_DATA&, const DS_REPL_ATTR_VALUE_META_DATA&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_ATTR_VALUE_META_DATA& v) {
  w.count("cNumEntries", v.rgMetaData);
  w.scalar("dwEnumerationContext", v.dwEnumerationContext);
  w.conformant_array("rgMetaData", v.rgMetaData);
}

struct DS_REPL_CURSOR_2 {
  tributary::Guid uuidSourceDsaInvocationID;
  USN usnAttributeFilter = 0;
  FILETIME ftimeLastSyncSuccess;
  friend constexpr bool operator==(const DS_REPL_CURSOR_2&, const DS_REPL_CURSOR_2&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_CURSOR_2& v) {
  w.scalar("uuidSourceDsaInvocationID", v.uuidSourceDsaInvocationID);
  w.scalar("usnAttributeFilter", v.usnAttributeFilter);
  w.nested("ftimeLastSyncSuccess", v.ftimeLastSyncSuccess);
}

struct DS_REPL_CURSORS_2 {
  std::uint32_t dwEnumerationContext = 0;
  Seq<DS_REPL_CURSOR_2> rgCursor;
  friend constexpr bool operator==(const DS_REPL_CURSORS_2&, const DS_REPL_CURSORS_2&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_CURSORS_2& v) {
  w.count("cNumCursors", v.rgCursor);
  w.scalar("dwEnumerationContext", v.dwEnumerationContext);
  w.conformant_array("rgCursor", v.rgCursor);
}

struct DS_REPL_CURSOR_3W {
  tributary::Guid uuidSourceDsaInvocationID;
  USN usnAttributeFilter = 0;
  FILETIME ftimeLastSyncSuccess;
  WString pszSourceDsaDN;
  friend constexpr bool operator==(const DS_REPL_CURSOR_3W&, const DS_REPL_CURSOR_3W&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_CURSOR_3W& v) {
  w.scalar("uuidSourceDsaInvocationID", v.uuidSourceDsaInvocationID);
  w.scalar("usnAttributeFilter", v.usnAttributeFilter);
  w.nested("ftimeLastSyncSuccess", v.ftimeLastSyncSuccess);
  w.unique_string("pszSourceDsaDN", v.pszSourceDsaDN);
}

struct DS_REPL_CURSORS_3W {
  std::uint32_t dwEnumerationContext = 0;
  Seq<DS_REPL_CURSOR_3W> rgCursor;
  friend constexpr bool operator==(const DS_REPL_CURSORS_3W&, const DS_REPL_CURSORS_3W&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_CURSORS_3W& v) {
  w.count("cNumCursors", v.rgCursor);
  w.scalar("dwEnumerationContext", v.dwEnumerationContext);
  w.conformant_array("rgCursor", v.rgCursor);
}

struct DS_REPL_ATTR_META_DATA_2 {
  WString pszAttributeName;
  std::uint32_t dwVersion = 0;
  FILETIME ftimeLastOriginatingChange;
  tributary::Guid uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange = 0;
  USN usnLocalChange = 0;
  WString pszLastOriginatingDsaDN;
  friend constexpr bool operator==(const DS_REPL_ATTR_META_DATA_2&, const DS_REPL_ATTR_META_DATA_2&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_ATTR_META_DATA_2& v) {
  w.unique_string("pszAttributeName", v.pszAttributeName);
  w.scalar("dwVersion", v.dwVersion);
  w.nested("ftimeLastOriginatingChange", v.ftimeLastOriginatingChange);
  w.scalar("uuidLastOriginatingDsaInvocationID", v.uuidLastOriginatingDsaInvocationID);
  w.scalar("usnOriginatingChange", v.usnOriginatingChange);
  w.scalar("usnLocalChange", v.usnLocalChange);
  w.unique_string("pszLastOriginatingDsaDN", v.pszLastOriginatingDsaDN);
}

struct DS_REPL_OBJ_META_DATA_2 {
  std::uint32_t dwReserved = 0;
  Seq<DS_REPL_ATTR_META_DATA_2> rgMetaData;
  friend constexpr bool operator==(const DS_REPL_OBJ_META_DATA_2&, const DS_REPL_OBJ_META_DATA_2&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_OBJ_META_DATA_2& v) {
  w.count("cNumEntries", v.rgMetaData);
  w.scalar("dwReserved", v.dwReserved);
  w.conformant_array("rgMetaData", v.rgMetaData);
}

struct DS_REPL_VALUE_META_DATA_2 {
  WString pszAttributeName;
  WString pszObjectDn;
  Seq<std::uint8_t> pbData;
  FILETIME ftimeDeleted;
  FILETIME ftimeCreated;
  std::uint32_t dwVersion = 0;
  FILETIME ftimeLastOriginatingChange;
  tributary::Guid uuidLastOriginatingDsaInvocationID;
  USN usnOriginatingChange = 0;
  USN usnLocalChange = 0;
  WString pszLastOriginatingDsaDN;
  friend constexpr bool operator==(const DS_REPL_VALUE_META_DATA_2&, const DS_REPL_VALUE_META_DATA_2&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_VALUE_META_DATA_2& v) {
  w.unique_string("pszAttributeName", v.pszAttributeName);
  w.unique_string("pszObjectDn", v.pszObjectDn);
  w.count("cbData", v.pbData);
  w.unique_array("pbData", v.pbData);
  w.nested("ftimeDeleted", v.ftimeDeleted);
  w.nested("ftimeCreated", v.ftimeCreated);
  w.scalar("dwVersion", v.dwVersion);
  w.nested("ftimeLastOriginatingChange", v.ftimeLastOriginatingChange);
  w.scalar("uuidLastOriginatingDsaInvocationID", v.uuidLastOriginatingDsaInvocationID);
  w.scalar("usnOriginatingChange", v.usnOriginatingChange);
  w.scalar("usnLocalChange", v.usnLocalChange);
  w.unique_string("pszLastOriginatingDsaDN", v.pszLastOriginatingDsaDN);
}

struct DS_REPL_ATTR_VALUE_META_DATA_2 {
  std::uint32_t dwEnumerationContext = 0;
  Seq<DS_REPL_VALUE_META_DATA_2> rgMetaData;
  friend constexpr bool operator==(const DS_REPL_ATTR_VALUE_META_DATA_2&, const DS_REPL_ATTR_VALUE_META_DATA_2&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_ATTR_VALUE_META_DATA_2& v) {
  w.count("cNumEntries", v.rgMetaData);
  w.scalar("dwEnumerationContext", v.dwEnumerationContext);
  w.conformant_array("rgMetaData", v.rgMetaData);
}

struct DS_REPL_CLIENT_CONTEXT {
  std::uint64_t hCtx = 0;
  std::int32_t lReferenceCount = 0;
  std::int32_t fIsBound = 0;
  tributary::Guid uuidClient;
  DSTIME timeLastUsed = 0;
  std::uint32_t IPAddr = 0;
  std::int32_t pid = 0;
  friend constexpr bool operator==(const DS_REPL_CLIENT_CONTEXT&, const DS_REPL_CLIENT_CONTEXT&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_CLIENT_CONTEXT& v) {
  w.scalar("hCtx", v.hCtx);
  w.scalar("lReferenceCount", v.lReferenceCount);
  w.scalar("fIsBound", v.fIsBound);
  w.scalar("uuidClient", v.uuidClient);
  w.scalar("timeLastUsed", v.timeLastUsed);
  w.scalar("IPAddr", v.IPAddr);
  w.scalar("pid", v.pid);
}

struct DS_REPL_CLIENT_CONTEXTS {
  std::uint32_t dwReserved = 0;
  Seq<DS_REPL_CLIENT_CONTEXT> rgContext;
  friend constexpr bool operator==(const DS_REPL_CLIENT_CONTEXTS&, const DS_REPL_CLIENT_CONTEXTS&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_CLIENT_CONTEXTS& v) {
  w.count("cNumContexts", v.rgContext, ndr::Range{0, kItemsMax});
  w.scalar("dwReserved", v.dwReserved);
  w.conformant_array("rgContext", v.rgContext);
}

struct DS_REPL_SERVER_OUTGOING_CALL {
  WString pszServerName;
  std::int32_t fIsHandleBound = 0;
  std::int32_t fIsHandleFromCache = 0;
  std::int32_t fIsHandleInCache = 0;
  std::uint32_t dwThreadId = 0;
  std::uint32_t dwBindingTimeoutMins = 0;
  DSTIME dstimeCreated = 0;
  std::uint32_t dwCallType = 0;
  friend constexpr bool operator==(const DS_REPL_SERVER_OUTGOING_CALL&, const DS_REPL_SERVER_OUTGOING_CALL&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_SERVER_OUTGOING_CALL& v) {
  w.unique_string("pszServerName", v.pszServerName);
  w.scalar("fIsHandleBound", v.fIsHandleBound);
  w.scalar("fIsHandleFromCache", v.fIsHandleFromCache);
  w.scalar("fIsHandleInCache", v.fIsHandleInCache);
  w.scalar("dwThreadId", v.dwThreadId);
  w.scalar("dwBindingTimeoutMins", v.dwBindingTimeoutMins);
  w.scalar("dstimeCreated", v.dstimeCreated);
  w.scalar("dwCallType", v.dwCallType);
}

struct DS_REPL_SERVER_OUTGOING_CALLS {
  std::uint32_t dwReserved = 0;
  Seq<DS_REPL_SERVER_OUTGOING_CALL> rgCall;
  friend constexpr bool operator==(const DS_REPL_SERVER_OUTGOING_CALLS&, const DS_REPL_SERVER_OUTGOING_CALLS&) = default;
};
template <class W>
constexpr void describe(W& w, DS_REPL_SERVER_OUTGOING_CALLS& v) {
  w.count("cNumCalls", v.rgCall, ndr::Range{0, 256});
  w.scalar("dwReserved", v.dwReserved);
  w.conformant_array("rgCall", v.rgCall);
}

struct DRS_MSG_GETREPLINFO_REQ_V1 {
  std::uint32_t InfoType = 0;
  WString pszObjectDN;
  tributary::Guid uuidSourceDsaObjGuid;
  friend constexpr bool operator==(const DRS_MSG_GETREPLINFO_REQ_V1&, const DRS_MSG_GETREPLINFO_REQ_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETREPLINFO_REQ_V1& v) {
  w.scalar("InfoType", v.InfoType);
  w.unique_string("pszObjectDN", v.pszObjectDN);
  w.scalar("uuidSourceDsaObjGuid", v.uuidSourceDsaObjGuid);
}

struct DRS_MSG_GETREPLINFO_REQ_V2 {
  std::uint32_t InfoType = 0;
  WString pszObjectDN;
  tributary::Guid uuidSourceDsaObjGuid;
  std::uint32_t ulFlags = 0;
  WString pszAttributeName;
  WString pszValueDN;
  std::uint32_t dwEnumerationContext = 0;
  friend constexpr bool operator==(const DRS_MSG_GETREPLINFO_REQ_V2&, const DRS_MSG_GETREPLINFO_REQ_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETREPLINFO_REQ_V2& v) {
  w.scalar("InfoType", v.InfoType);
  w.unique_string("pszObjectDN", v.pszObjectDN);
  w.scalar("uuidSourceDsaObjGuid", v.uuidSourceDsaObjGuid);
  w.scalar("ulFlags", v.ulFlags);
  w.unique_string("pszAttributeName", v.pszAttributeName);
  w.unique_string("pszValueDN", v.pszValueDN);
  w.scalar("dwEnumerationContext", v.dwEnumerationContext);
}

using DRS_MSG_GETREPLINFO_REQ = ndr::Union<ndr::Arm<1, DRS_MSG_GETREPLINFO_REQ_V1>, ndr::Arm<2, DRS_MSG_GETREPLINFO_REQ_V2>>;

/// Its switch is the type of information (DS_REPL_INFO of constants.hpp), not a version.
using DRS_MSG_GETREPLINFO_REPLY = ndr::Union<
    ndr::Arm<0, Unique<DS_REPL_NEIGHBORSW>>,
    ndr::Arm<1, Unique<DS_REPL_CURSORS>>,
    ndr::Arm<2, Unique<DS_REPL_OBJ_META_DATA>>,
    ndr::Arm<3, Unique<DS_REPL_KCC_DSA_FAILURESW>>,
    ndr::Arm<4, Unique<DS_REPL_KCC_DSA_FAILURESW>>,
    ndr::Arm<5, Unique<DS_REPL_PENDING_OPSW>>,
    ndr::Arm<6, Unique<DS_REPL_ATTR_VALUE_META_DATA>>,
    ndr::Arm<7, Unique<DS_REPL_CURSORS_2>>,
    ndr::Arm<8, Unique<DS_REPL_CURSORS_3W>>,
    ndr::Arm<9, Unique<DS_REPL_OBJ_META_DATA_2>>,
    ndr::Arm<10, Unique<DS_REPL_ATTR_VALUE_META_DATA_2>>,
    ndr::Arm<0xFFFFFFFA, Unique<DS_REPL_SERVER_OUTGOING_CALLS>>,
    ndr::Arm<0xFFFFFFFB, Unique<UPTODATE_VECTOR_V1_EXT>>,
    ndr::Arm<0xFFFFFFFC, Unique<DS_REPL_CLIENT_CONTEXTS>>,
    ndr::Arm<0xFFFFFFFE, Unique<DS_REPL_NEIGHBORSW>>>;

/// 4.1.13
struct IDL_DRSGetReplInfo {
  static constexpr std::uint16_t opnum = 19;
  static constexpr std::string_view name = "IDL_DRSGetReplInfo";
  using In = VersionedIn<DRS_MSG_GETREPLINFO_REQ>;
  using Out = VersionedOut<DRS_MSG_GETREPLINFO_REPLY>;
};

}  // namespace tributary::drsuapi
