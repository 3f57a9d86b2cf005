// SPDX-License-Identifier: Apache-2.0
// The replication state that LDAP returns in binary form ([MS-ADTS] 2.2.2 to 2.2.8): one structure a value, its texts behind it
// and found through offsets. The attribute that has each form is in the registry. They say what IDL_DRSGetReplInfo says
// ([MS-DRSR] 4.1.13), whose types are elsewhere.
#pragma once

#include <optional>
#include <vector>

#include "drsuapi/blobs/names.hpp"
#include "drsuapi/blobs/walk/referents.hpp"

namespace tributary::drsuapi::blobs {

/// 2.2.2
struct DS_REPL_NEIGHBORW_BLOB {
  Referent oszNamingContext;
  Referent oszSourceDsaDN;
  Referent oszSourceDsaAddress;
  Referent oszAsyncIntersiteTransportDN;
  Bits<kNeighborFlags> dwReplicaFlags;
  std::uint32_t dwReserved = 0;
  ObjectGuid uuidNamingContextObjGuid;
  DsaGuid uuidSourceDsaObjGuid;
  InvocationId uuidSourceDsaInvocationID;
  ObjectGuid uuidAsyncIntersiteTransportObjGuid;
  Usn usnLastObjChangeSynced;
  Usn usnAttributeFilter;
  FileTime ftimeLastSyncSuccess;
  FileTime ftimeLastSyncAttempt;
  Win32 dwLastSyncResult{};
  std::uint32_t cNumConsecutiveSyncFailures = 0;
  std::vector<UnknownOctets> unknown;
};
template <class W>
void describe(W& w, DS_REPL_NEIGHBORW_BLOB& v) {
  w.referent("oszNamingContext", "oszNamingContext", v.oszNamingContext);
  w.referent("oszSourceDsaDN", "oszSourceDsaDN", v.oszSourceDsaDN);
  w.referent("oszSourceDsaAddress", "oszSourceDsaAddress", v.oszSourceDsaAddress);
  w.referent("oszAsyncIntersiteTransportDN", "oszAsyncIntersiteTransportDN", v.oszAsyncIntersiteTransportDN);
  w.scalar("dwReplicaFlags", v.dwReplicaFlags);
  w.scalar("dwReserved", v.dwReserved);
  w.scalar("uuidNamingContextObjGuid", v.uuidNamingContextObjGuid);
  w.scalar("uuidSourceDsaObjGuid", v.uuidSourceDsaObjGuid);
  w.scalar("uuidSourceDsaInvocationID", v.uuidSourceDsaInvocationID);
  w.scalar("uuidAsyncIntersiteTransportObjGuid", v.uuidAsyncIntersiteTransportObjGuid);
  w.scalar("usnLastObjChangeSynced", v.usnLastObjChangeSynced);
  w.scalar("usnAttributeFilter", v.usnAttributeFilter);
  w.scalar("ftimeLastSyncSuccess", v.ftimeLastSyncSuccess);
  w.scalar("ftimeLastSyncAttempt", v.ftimeLastSyncAttempt);
  w.scalar("dwLastSyncResult", v.dwLastSyncResult);
  w.scalar("cNumConsecutiveSyncFailures", v.cNumConsecutiveSyncFailures);
}

/// 2.2.3
struct DS_REPL_KCC_DSA_FAILUREW_BLOB {
  Referent oszDsaDN;
  DsaGuid uuidDsaObjGuid;
  FileTime ftimeFirstFailure;
  std::uint32_t cNumFailures = 0;
  Win32 dwLastResult{};
  std::vector<UnknownOctets> unknown;
};
template <class W>
void describe(W& w, DS_REPL_KCC_DSA_FAILUREW_BLOB& v) {
  w.referent("oszDsaDN", "oszDsaDN", v.oszDsaDN);
  w.scalar("uuidDsaObjGuid", v.uuidDsaObjGuid);
  w.scalar("ftimeFirstFailure", v.ftimeFirstFailure);
  w.scalar("cNumFailures", v.cNumFailures);
  w.scalar("dwLastResult", v.dwLastResult);
}

/// 2.2.4
struct DS_REPL_OPW_BLOB {
  FileTime ftimeEnqueued;
  std::uint32_t ulSerialNumber = 0;
  std::uint32_t ulPriority = 0;
  Choice<kReplOperations> opType;
  Bits<kDrsOptions> ulOptions;
  Referent oszNamingContext;
  Referent oszDsaDN;
  Referent oszDsaAddress;
  ObjectGuid uuidNamingContextObjGuid;
  DsaGuid uuidDsaObjGuid;
  std::vector<UnknownOctets> unknown;
};
template <class W>
void describe(W& w, DS_REPL_OPW_BLOB& v) {
  w.scalar("ftimeEnqueued", v.ftimeEnqueued);
  w.scalar("ulSerialNumber", v.ulSerialNumber);
  w.scalar("ulPriority", v.ulPriority);
  w.scalar("opType", v.opType);
  w.scalar("ulOptions", v.ulOptions);
  w.referent("oszNamingContext", "oszNamingContext", v.oszNamingContext);
  w.referent("oszDsaDN", "oszDsaDN", v.oszDsaDN);
  w.referent("oszDsaAddress", "oszDsaAddress", v.oszDsaAddress);
  w.scalar("uuidNamingContextObjGuid", v.uuidNamingContextObjGuid);
  w.scalar("uuidDsaObjGuid", v.uuidDsaObjGuid);
}

/// 2.2.5. No text, so no offset.
struct DS_REPL_QUEUE_STATISTICSW_BLOB {
  FileTime ftimeCurrentOpStarted;
  std::uint32_t cNumPendingOps = 0;
  FileTime ftimeOldestSync;
  FileTime ftimeOldestAdd;
  FileTime ftimeOldestMod;
  FileTime ftimeOldestDel;
  FileTime ftimeOldestUpdRefs;
  friend bool operator==(const DS_REPL_QUEUE_STATISTICSW_BLOB&, const DS_REPL_QUEUE_STATISTICSW_BLOB&) = default;
};
template <class W>
void describe(W& w, DS_REPL_QUEUE_STATISTICSW_BLOB& v) {
  w.scalar("ftimeCurrentOpStarted", v.ftimeCurrentOpStarted);
  w.scalar("cNumPendingOps", v.cNumPendingOps);
  w.scalar("ftimeOldestSync", v.ftimeOldestSync);
  w.scalar("ftimeOldestAdd", v.ftimeOldestAdd);
  w.scalar("ftimeOldestMod", v.ftimeOldestMod);
  w.scalar("ftimeOldestDel", v.ftimeOldestDel);
  w.scalar("ftimeOldestUpdRefs", v.ftimeOldestUpdRefs);
}

/// 2.2.6
struct DS_REPL_CURSOR_BLOB {
  InvocationId uuidSourceDsaInvocationID;
  Usn usnAttributeFilter;
  FileTime fTimeLastSyncSuccess;
  Referent oszSourceDsaDN;
  std::vector<UnknownOctets> unknown;
};
template <class W>
void describe(W& w, DS_REPL_CURSOR_BLOB& v) {
  w.scalar("uuidSourceDsaInvocationID", v.uuidSourceDsaInvocationID);
  w.scalar("usnAttributeFilter", v.usnAttributeFilter);
  w.scalar("fTimeLastSyncSuccess", v.fTimeLastSyncSuccess);
  w.referent("oszSourceDsaDN", "oszSourceDsaDN", v.oszSourceDsaDN);
}

/// 2.2.7
struct DS_REPL_ATTR_META_DATA_BLOB {
  Referent oszAttributeName;
  std::uint32_t dwVersion = 0;
  FileTime ftimeLastOriginatingChange;
  InvocationId uuidLastOriginatingDsaInvocationID;
  Usn usnOriginatingChange;
  Usn usnLocalChange;
  Referent oszLastOriginatingDsaDN;
  std::vector<UnknownOctets> unknown;
};
template <class W>
void describe(W& w, DS_REPL_ATTR_META_DATA_BLOB& v) {
  w.referent("oszAttributeName", "oszAttributeName", v.oszAttributeName);
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("ftimeLastOriginatingChange", v.ftimeLastOriginatingChange);
  w.scalar("uuidLastOriginatingDsaInvocationID", v.uuidLastOriginatingDsaInvocationID);
  w.scalar("usnOriginatingChange", v.usnOriginatingChange);
  w.scalar("usnLocalChange", v.usnLocalChange);
  w.referent("oszLastOriginatingDsaDN", "oszLastOriginatingDsaDN", v.oszLastOriginatingDsaDN);
}

/// 2.2.8. The section draws it without holes; a C compiler puts four octets before the first USN. Both are read,
/// and `padding` says which it was.
struct DS_REPL_VALUE_META_DATA_BLOB {
  Referent oszAttributeName;
  Referent oszObjectDn;
  Referent pbData{.kind = Referent::Kind::kOctets};
  FileTime ftimeDeleted;
  FileTime ftimeCreated;
  std::uint32_t dwVersion = 0;
  FileTime ftimeLastOriginatingChange;
  InvocationId uuidLastOriginatingDsaInvocationID;
  std::optional<std::uint32_t> padding;
  Usn usnOriginatingChange;
  Usn usnLocalChange;
  Referent oszLastOriginatingDsaDN;
  std::vector<UnknownOctets> unknown;
};
template <class W>
void describe(W& w, DS_REPL_VALUE_META_DATA_BLOB& v) {
  w.referent("oszAttributeName", "oszAttributeName", v.oszAttributeName);
  w.referent("oszObjectDn", "oszObjectDn", v.oszObjectDn);
  w.counted_referent("cbData", "pbData", v.pbData);
  w.scalar("ftimeDeleted", v.ftimeDeleted);
  w.scalar("ftimeCreated", v.ftimeCreated);
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("ftimeLastOriginatingChange", v.ftimeLastOriginatingChange);
  w.scalar("uuidLastOriginatingDsaInvocationID", v.uuidLastOriginatingDsaInvocationID);
  w.optional("padding", v.padding);
  w.scalar("usnOriginatingChange", v.usnOriginatingChange);
  w.scalar("usnLocalChange", v.usnLocalChange);
  w.referent("oszLastOriginatingDsaDN", "oszLastOriginatingDsaDN", v.oszLastOriginatingDsaDN);
}

/// The same with the three DWORDs that newer servers add (msDS-ReplValueMetaDataExt).
struct DS_REPL_VALUE_META_DATA_BLOB_EXT : DS_REPL_VALUE_META_DATA_BLOB {
  std::uint32_t dwUserIdentifier = 0;
  std::uint32_t dwPriorLinkState = 0;
  std::uint32_t dwCurrentLinkState = 0;
};
template <class W>
void describe(W& w, DS_REPL_VALUE_META_DATA_BLOB_EXT& v) {
  describe(w, static_cast<DS_REPL_VALUE_META_DATA_BLOB&>(v));
  w.scalar("dwUserIdentifier", v.dwUserIdentifier);
  w.scalar("dwPriorLinkState", v.dwPriorLinkState);
  w.scalar("dwCurrentLinkState", v.dwCurrentLinkState);
}

/// `root` begins the path of an error: the name of the type.
template <class T>
[[nodiscard]] Result<T> decode_repl_info(std::string_view root, ByteView octets);
template <class T>
[[nodiscard]] Result<Bytes> encode_repl_info(std::string_view root, const T& value) {
  Trail trail(root);
  return encode_placed(trail, value);
}

}  // namespace tributary::drsuapi::blobs
