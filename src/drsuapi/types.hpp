// SPDX-License-Identifier: Apache-2.0
// The concrete types that most messages share: names, USN and up-to-dateness vectors, the prefix table, attributes and their stamps.
// [MS-DRSR] section 5 and the IDL of section 7, spelled as there; one describe() per type is all that codecs know of them.
// Concrete only: what these values mean for replication is the business of src/repl.
#pragma once

#include <array>
#include <cstdint>

#include "base/guid.hpp"
#include "ndr/types.hpp"

namespace tributary::drsuapi {

using ndr::CString;
using ndr::Seq;
using ndr::Unique;
using ndr::WString;

using USN = std::int64_t;       ///< 5.209
using DSTIME = std::int64_t;    ///< 5.51: seconds since 1601
using ATTRTYP = std::uint32_t;  ///< 5.14: an attribute or class in the sender's prefix table

inline constexpr std::uint32_t kCursorsMax = 1'048'576;  ///< [range] of the vectors' counts, of cAttrs and of cNumProps
inline constexpr std::uint32_t kItemsMax = 10'000;       ///< [range] of most lists that a client may send or be sent
inline constexpr std::uint32_t kOctetsMax = 10'485'760;  ///< [range] of the larger octet arrays and of valCount

/// [MS-DTYP] 2.3.3, as two DWORDs: it is aligned to 4, unlike a 64-bit integer.
struct FILETIME {
  std::uint32_t dwLowDateTime = 0;
  std::uint32_t dwHighDateTime = 0;
  friend constexpr bool operator==(const FILETIME&, const FILETIME&) = default;
};
template <class W>
constexpr void describe(W& w, FILETIME& v) {
  w.scalar("dwLowDateTime", v.dwLowDateTime);
  w.scalar("dwHighDateTime", v.dwHighDateTime);
}

/// 5.137: the packet form of a SID in a field of fixed size; how much of it counts is said elsewhere (SidLen).
struct NT4SID {
  std::array<std::uint8_t, 28> Data{};
  friend constexpr bool operator==(const NT4SID&, const NT4SID&) = default;
};
template <class W>
constexpr void describe(W& w, NT4SID& v) {
  w.fixed("Data", v.Data);
}

inline constexpr std::uint32_t kStringNameUnitsMax = 10'485'761;  ///< [range] of DSNAME.StringName, terminator included

/// 5.50: the name of an object: its DN, its GUID, its SID, or several of them. Helpers are in dsname.hpp.
struct DSNAME {
  std::uint32_t SidLen = 0;  ///< 0, or the octets of Sid that count: at most 28
  tributary::Guid Guid;      ///< null when the GUID is not part of the name
  NT4SID Sid;
  Seq<char16_t> StringName;  ///< without the terminator
  friend constexpr bool operator==(const DSNAME&, const DSNAME&) = default;
};
/// structLen: the octets of the structure in memory, from structLen to the terminator.
[[nodiscard]] constexpr std::uint32_t dsname_struct_len(std::size_t name_length) noexcept {
  return static_cast<std::uint32_t>(56 + 2 * (name_length + 1));
}
template <class W>
constexpr void describe(W& w, DSNAME& v) {
  w.derived("structLen", [&] { return dsname_struct_len(v.StringName.size()); });
  w.scalar("SidLen", v.SidLen, ndr::Range{0, 28});
  w.scalar("Guid", v.Guid);
  w.nested("Sid", v.Sid);
  w.terminated_count("NameLen", v.StringName);
  w.conformant_terminated("StringName", v.StringName, ndr::Range{0, kStringNameUnitsMax});
}

/// 5.210
struct USN_VECTOR {
  USN usnHighObjUpdate = 0;
  USN usnReserved = 0;
  USN usnHighPropUpdate = 0;
  friend constexpr bool operator==(const USN_VECTOR&, const USN_VECTOR&) = default;
};
template <class W>
constexpr void describe(W& w, USN_VECTOR& v) {
  w.scalar("usnHighObjUpdate", v.usnHighObjUpdate);
  w.scalar("usnReserved", v.usnReserved);
  w.scalar("usnHighPropUpdate", v.usnHighPropUpdate);
}

struct UPTODATE_CURSOR_V1 {
  tributary::Guid uuidDsa;  ///< an invocationId
  USN usnHighPropUpdate = 0;
  friend constexpr bool operator==(const UPTODATE_CURSOR_V1&, const UPTODATE_CURSOR_V1&) = default;
};
template <class W>
constexpr void describe(W& w, UPTODATE_CURSOR_V1& v) {
  w.scalar("uuidDsa", v.uuidDsa);
  w.scalar("usnHighPropUpdate", v.usnHighPropUpdate);
}

struct UPTODATE_VECTOR_V1_EXT {
  std::uint32_t dwVersion = 1;
  std::uint32_t dwReserved1 = 0;
  std::uint32_t dwReserved2 = 0;
  Seq<UPTODATE_CURSOR_V1> rgCursors;
  friend constexpr bool operator==(const UPTODATE_VECTOR_V1_EXT&, const UPTODATE_VECTOR_V1_EXT&) = default;
};

/// 5.203. DEVIATION: Samba 4.17 has 100 ns units in timeLastSyncSuccess, on the wire as in replUpToDateVector.
struct UPTODATE_CURSOR_V2 {
  tributary::Guid uuidDsa;  ///< an invocationId
  USN usnHighPropUpdate = 0;
  DSTIME timeLastSyncSuccess = 0;
  friend constexpr bool operator==(const UPTODATE_CURSOR_V2&, const UPTODATE_CURSOR_V2&) = default;
};
template <class W>
constexpr void describe(W& w, UPTODATE_CURSOR_V2& v) {
  w.scalar("uuidDsa", v.uuidDsa);
  w.scalar("usnHighPropUpdate", v.usnHighPropUpdate);
  w.scalar("timeLastSyncSuccess", v.timeLastSyncSuccess);
}

struct UPTODATE_VECTOR_V2_EXT {
  std::uint32_t dwVersion = 2;
  std::uint32_t dwReserved1 = 0;
  std::uint32_t dwReserved2 = 0;
  Seq<UPTODATE_CURSOR_V2> rgCursors;
  friend constexpr bool operator==(const UPTODATE_VECTOR_V2_EXT&, const UPTODATE_VECTOR_V2_EXT&) = default;
};
template <class W, class Vector>
  requires std::same_as<Vector, UPTODATE_VECTOR_V1_EXT> || std::same_as<Vector, UPTODATE_VECTOR_V2_EXT>
constexpr void describe(W& w, Vector& v) {
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("dwReserved1", v.dwReserved1);
  w.count("cNumCursors", v.rgCursors, ndr::Range{0, kCursorsMax});
  w.scalar("dwReserved2", v.dwReserved2);
  w.conformant_array("rgCursors", v.rgCursors);
}

/// 5.143: an OID prefix in BER.
struct OID_t {
  Seq<std::uint8_t> elements;
  friend constexpr bool operator==(const OID_t&, const OID_t&) = default;
};
template <class W>
constexpr void describe(W& w, OID_t& v) {
  w.count("length", v.elements, ndr::Range{0, kItemsMax});
  w.unique_array("elements", v.elements);
}

struct PrefixTableEntry {
  std::uint32_t ndx = 0;
  OID_t prefix;
  friend constexpr bool operator==(const PrefixTableEntry&, const PrefixTableEntry&) = default;
};
template <class W>
constexpr void describe(W& w, PrefixTableEntry& v) {
  w.scalar("ndx", v.ndx);
  w.nested("prefix", v.prefix);
}

/// 5.180
struct SCHEMA_PREFIX_TABLE {
  Seq<PrefixTableEntry> pPrefixEntry;
  friend constexpr bool operator==(const SCHEMA_PREFIX_TABLE&, const SCHEMA_PREFIX_TABLE&) = default;
};
template <class W>
constexpr void describe(W& w, SCHEMA_PREFIX_TABLE& v) {
  w.count("PrefixCount", v.pPrefixEntry, ndr::Range{0, kCursorsMax});
  w.unique_array("pPrefixEntry", v.pPrefixEntry);
}

/// 5.146
struct PARTIAL_ATTR_VECTOR_V1_EXT {
  std::uint32_t dwVersion = 1;
  std::uint32_t dwReserved1 = 0;
  Seq<ATTRTYP> rgPartialAttr;  ///< at least one
  friend constexpr bool operator==(const PARTIAL_ATTR_VECTOR_V1_EXT&, const PARTIAL_ATTR_VECTOR_V1_EXT&) = default;
};
template <class W>
constexpr void describe(W& w, PARTIAL_ATTR_VECTOR_V1_EXT& v) {
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("dwReserved1", v.dwReserved1);
  w.count("cAttrs", v.rgPartialAttr, ndr::Range{1, kCursorsMax});
  w.conformant_array("rgPartialAttr", v.rgPartialAttr);
}

/// 5.132: the network name of a DSA; the terminator is part of mtx_name.
struct MTX_ADDR {
  Seq<char> mtx_name;
  friend constexpr bool operator==(const MTX_ADDR&, const MTX_ADDR&) = default;
};
template <class W>
constexpr void describe(W& w, MTX_ADDR& v) {
  w.count("mtx_namelen", v.mtx_name, ndr::Range{1, 256});
  w.conformant_array("mtx_name", v.mtx_name);
}

inline constexpr std::uint32_t kValLenMax = 26'214'400;  ///< [range] of ATTRVAL.valLen

/// 5.16: one value, in the concrete representation of its syntax.
struct ATTRVAL {
  Seq<std::uint8_t> pVal;
  friend constexpr bool operator==(const ATTRVAL&, const ATTRVAL&) = default;
};
template <class W>
constexpr void describe(W& w, ATTRVAL& v) {
  w.count("valLen", v.pVal, ndr::Range{0, kValLenMax});
  w.unique_array("pVal", v.pVal);
}

/// 5.17
struct ATTRVALBLOCK {
  Seq<ATTRVAL> pAVal;
  friend constexpr bool operator==(const ATTRVALBLOCK&, const ATTRVALBLOCK&) = default;
};
template <class W>
constexpr void describe(W& w, ATTRVALBLOCK& v) {
  w.count("valCount", v.pAVal, ndr::Range{0, kOctetsMax});
  w.unique_array("pAVal", v.pAVal);
}

/// 5.9
struct ATTR {
  ATTRTYP attrTyp = 0;
  ATTRVALBLOCK AttrVal;
  friend constexpr bool operator==(const ATTR&, const ATTR&) = default;
};
template <class W>
constexpr void describe(W& w, ATTR& v) {
  w.scalar("attrTyp", v.attrTyp);
  w.nested("AttrVal", v.AttrVal);
}

/// 5.10
struct ATTRBLOCK {
  Seq<ATTR> pAttr;
  friend constexpr bool operator==(const ATTRBLOCK&, const ATTRBLOCK&) = default;
};
template <class W>
constexpr void describe(W& w, ATTRBLOCK& v) {
  w.count("attrCount", v.pAttr, ndr::Range{0, kCursorsMax});
  w.unique_array("pAttr", v.pAttr);
}

/// 5.53: an object, or some attributes of it. Flags are in constants.hpp.
struct ENTINF {
  Unique<DSNAME> pName;
  std::uint32_t ulFlags = 0;
  ATTRBLOCK AttrBlock;
  friend constexpr bool operator==(const ENTINF&, const ENTINF&) = default;
};
template <class W>
constexpr void describe(W& w, ENTINF& v) {
  w.unique("pName", v.pName);
  w.scalar("ulFlags", v.ulFlags);
  w.nested("AttrBlock", v.AttrBlock);
}

/// 5.155: the stamp of an attribute.
struct PROPERTY_META_DATA_EXT {
  std::uint32_t dwVersion = 0;
  DSTIME timeChanged = 0;
  tributary::Guid uuidDsaOriginating;  ///< an invocationId
  USN usnOriginating = 0;
  friend constexpr bool operator==(const PROPERTY_META_DATA_EXT&, const PROPERTY_META_DATA_EXT&) = default;
};
template <class W>
constexpr void describe(W& w, PROPERTY_META_DATA_EXT& v) {
  w.scalar("dwVersion", v.dwVersion);
  w.scalar("timeChanged", v.timeChanged);
  w.scalar("uuidDsaOriginating", v.uuidDsaOriginating);
  w.scalar("usnOriginating", v.usnOriginating);
}

/// 5.156: parallel to the attributes of the ENTINF beside it.
struct PROPERTY_META_DATA_EXT_VECTOR {
  Seq<PROPERTY_META_DATA_EXT> rgMetaData;
  friend constexpr bool operator==(const PROPERTY_META_DATA_EXT_VECTOR&, const PROPERTY_META_DATA_EXT_VECTOR&) = default;
};
template <class W>
constexpr void describe(W& w, PROPERTY_META_DATA_EXT_VECTOR& v) {
  w.count("cNumProps", v.rgMetaData, ndr::Range{0, kCursorsMax});
  w.conformant_array("rgMetaData", v.rgMetaData);
}

/// 5.162: one object of a reply; the list that pNextEntInf makes is a Seq of these.
struct REPLENTINFLIST {
  ENTINF Entinf;
  std::int32_t fIsNCPrefix = 0;
  Unique<tributary::Guid> pParentGuid;
  Unique<PROPERTY_META_DATA_EXT_VECTOR> pMetaDataExt;
  friend constexpr bool operator==(const REPLENTINFLIST&, const REPLENTINFLIST&) = default;
};
template <class W>
constexpr void describe(W& w, REPLENTINFLIST& v) {
  w.nested("Entinf", v.Entinf);
  w.scalar("fIsNCPrefix", v.fIsNCPrefix);
  w.unique("pParentGuid", v.pParentGuid);
  w.unique("pMetaDataExt", v.pMetaDataExt);
}

/// 5.215: the stamp of a link value.
struct VALUE_META_DATA_EXT_V1 {
  DSTIME timeCreated = 0;
  PROPERTY_META_DATA_EXT MetaData;
  friend constexpr bool operator==(const VALUE_META_DATA_EXT_V1&, const VALUE_META_DATA_EXT_V1&) = default;
};
template <class W>
constexpr void describe(W& w, VALUE_META_DATA_EXT_V1& v) {
  w.scalar("timeCreated", v.timeCreated);
  w.nested("MetaData", v.MetaData);
}

/// 5.216
struct VALUE_META_DATA_EXT_V3 {
  DSTIME timeCreated = 0;
  PROPERTY_META_DATA_EXT MetaData;
  std::uint32_t unused1 = 0;
  std::uint32_t unused2 = 0;
  std::uint32_t unused3 = 0;
  DSTIME timeExpired = 0;
  friend constexpr bool operator==(const VALUE_META_DATA_EXT_V3&, const VALUE_META_DATA_EXT_V3&) = default;
};
template <class W>
constexpr void describe(W& w, VALUE_META_DATA_EXT_V3& v) {
  w.scalar("timeCreated", v.timeCreated);
  w.nested("MetaData", v.MetaData);
  w.scalar("unused1", v.unused1);
  w.scalar("unused2", v.unused2);
  w.scalar("unused3", v.unused3);
  w.scalar("timeExpired", v.timeExpired);
}

/// 5.167 and 5.168: one link value of a reply.
template <class MetaDataType>
struct ReplValInf {
  Unique<DSNAME> pObject;
  ATTRTYP attrTyp = 0;
  ATTRVAL Aval;
  std::int32_t fIsPresent = 0;
  MetaDataType MetaData;
  friend constexpr bool operator==(const ReplValInf&, const ReplValInf&) = default;
};
using REPLVALINF_V1 = ReplValInf<VALUE_META_DATA_EXT_V1>;
using REPLVALINF_V3 = ReplValInf<VALUE_META_DATA_EXT_V3>;
template <class W, class MetaDataType>
constexpr void describe(W& w, ReplValInf<MetaDataType>& v) {
  w.unique("pObject", v.pObject);
  w.scalar("attrTyp", v.attrTyp);
  w.nested("Aval", v.Aval);
  w.scalar("fIsPresent", v.fIsPresent);
  w.nested("MetaData", v.MetaData);
}

/// 5.165: a week in quarters of an hour, one bit each.
struct REPLTIMES {
  std::array<std::uint8_t, 84> rgTimes{};
  friend constexpr bool operator==(const REPLTIMES&, const REPLTIMES&) = default;
};
template <class W>
constexpr void describe(W& w, REPLTIMES& v) {
  w.fixed("rgTimes", v.rgTimes);
}

/// 5.57: one object to add; the list that pNextEntInf makes is a Seq of these.
struct ENTINFLIST {
  ENTINF Entinf;
  friend constexpr bool operator==(const ENTINFLIST&, const ENTINFLIST&) = default;
};
template <class W>
constexpr void describe(W& w, ENTINFLIST& v) {
  w.nested("Entinf", v.Entinf);
}

/// 5.219: reserved space that newer requests carry.
struct VAR_SIZE_BUFFER_WITH_VERSION {
  std::uint32_t ulVersion = 0;
  std::uint64_t ullPadding = 0;
  Seq<std::uint8_t> rgbBuffer;
  friend constexpr bool operator==(const VAR_SIZE_BUFFER_WITH_VERSION&, const VAR_SIZE_BUFFER_WITH_VERSION&) = default;
};
template <class W>
constexpr void describe(W& w, VAR_SIZE_BUFFER_WITH_VERSION& v) {
  w.scalar("ulVersion", v.ulVersion);
  w.count("cbByteBuffer", v.rgbBuffer);
  w.scalar("ullPadding", v.ullPadding);
  w.conformant_array("rgbBuffer", v.rgbBuffer);
}

/// 5.38: what a DC can do, as octets; extensions.hpp reads them.
struct DRS_EXTENSIONS {
  Seq<std::uint8_t> rgb;
  friend constexpr bool operator==(const DRS_EXTENSIONS&, const DRS_EXTENSIONS&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_EXTENSIONS& v) {
  w.count("cb", v.rgb, ndr::Range{1, kItemsMax});
  w.conformant_array("rgb", v.rgb);
}

/// 5.43 and 5.44: credentials, in the form of an SSPI buffer.
struct DRS_SecBuffer {
  std::uint32_t BufferType = 0;
  Seq<std::uint8_t> pvBuffer;
  friend constexpr bool operator==(const DRS_SecBuffer&, const DRS_SecBuffer&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_SecBuffer& v) {
  w.count("cbBuffer", v.pvBuffer, ndr::Range{0, kItemsMax});
  w.scalar("BufferType", v.BufferType);
  w.unique_array("pvBuffer", v.pvBuffer);
}
struct DRS_SecBufferDesc {
  std::uint32_t ulVersion = 0;
  Seq<DRS_SecBuffer> Buffers;
  friend constexpr bool operator==(const DRS_SecBufferDesc&, const DRS_SecBufferDesc&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_SecBufferDesc& v) {
  w.scalar("ulVersion", v.ulVersion);
  w.count("cBuffers", v.Buffers, ndr::Range{0, kItemsMax});
  w.unique_array("Buffers", v.Buffers);
}

// The three forms of a call that most operations have. Parameters that do not travel (handle_t) are left out.

/// (hDrs, dwInVersion, pmsgIn)
template <class Request>
struct VersionedIn {
  ndr::ContextHandle hDrs;
  Request msgIn;
  friend constexpr bool operator==(const VersionedIn&, const VersionedIn&) = default;
};
template <class W, class Request>
constexpr void describe(W& w, VersionedIn<Request>& v) {
  w.nested("hDrs", v.hDrs);
  w.switch_value("dwInVersion", v.msgIn);
  w.union_of("pmsgIn", v.msgIn);
}

/// (pdwOutVersion, pmsgOut), result
template <class Reply>
struct VersionedOut {
  Reply msgOut;
  std::uint32_t result = 0;  ///< the Win32 code that the operation returned
  friend constexpr bool operator==(const VersionedOut&, const VersionedOut&) = default;
};
template <class W, class Reply>
constexpr void describe(W& w, VersionedOut<Reply>& v) {
  w.switch_value("pdwOutVersion", v.msgOut);
  w.union_of("pmsgOut", v.msgOut);
  w.scalar("result", v.result);
}

/// Only the result.
struct ResultOut {
  std::uint32_t result = 0;
  friend constexpr bool operator==(const ResultOut&, const ResultOut&) = default;
};
template <class W>
constexpr void describe(W& w, ResultOut& v) {
  w.scalar("result", v.result);
}

}  // namespace tributary::drsuapi
