// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetNCChanges, the call that carries everything: requests V4 to V11, replies V1 to V9. [MS-DRSR] 4.1.10.
// Requests V4 and V7 are for SMTP, the others for RPC. V2 and V7 replies hold another reply, compressed.
// The list of objects and the values decode into an Arena when one is given. Flags and extended operations are in constants.hpp.
#pragma once

#include <cstdint>
#include <string_view>

#include "drsuapi/types.hpp"

namespace tributary::drsuapi {

/// Not sent on its own: the core of V4 and V7.
struct DRS_MSG_GETCHGREQ_V3 {
  tributary::Guid uuidDsaObjDest;
  tributary::Guid uuidInvocIdSrc;
  DSNAME pNC;
  USN_VECTOR usnvecFrom;
  Unique<UPTODATE_VECTOR_V1_EXT> pUpToDateVecDestV1;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrVecDestV1;
  SCHEMA_PREFIX_TABLE PrefixTableDest;
  std::uint32_t ulFlags = 0;
  std::uint32_t cMaxObjects = 0;
  std::uint32_t cMaxBytes = 0;
  std::uint32_t ulExtendedOp = 0;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREQ_V3&, const DRS_MSG_GETCHGREQ_V3&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREQ_V3& v) {
  w.scalar("uuidDsaObjDest", v.uuidDsaObjDest);
  w.scalar("uuidInvocIdSrc", v.uuidInvocIdSrc);
  w.ref("pNC", v.pNC);
  w.nested("usnvecFrom", v.usnvecFrom);
  w.unique("pUpToDateVecDestV1", v.pUpToDateVecDestV1);
  w.unique("pPartialAttrVecDestV1", v.pPartialAttrVecDestV1);
  w.nested("PrefixTableDest", v.PrefixTableDest);
  w.scalar("ulFlags", v.ulFlags);
  w.scalar("cMaxObjects", v.cMaxObjects);
  w.scalar("cMaxBytes", v.cMaxBytes);
  w.scalar("ulExtendedOp", v.ulExtendedOp);
}

/// A request that travels by SMTP.
struct DRS_MSG_GETCHGREQ_V4 {
  tributary::Guid uuidTransportObj;
  MTX_ADDR pmtxReturnAddress;
  DRS_MSG_GETCHGREQ_V3 V3;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREQ_V4&, const DRS_MSG_GETCHGREQ_V4&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREQ_V4& v) {
  w.scalar("uuidTransportObj", v.uuidTransportObj);
  w.ref("pmtxReturnAddress", v.pmtxReturnAddress);
  w.nested("V3", v.V3);
}

struct DRS_MSG_GETCHGREQ_V5 {
  tributary::Guid uuidDsaObjDest;
  tributary::Guid uuidInvocIdSrc;
  DSNAME pNC;
  USN_VECTOR usnvecFrom;
  Unique<UPTODATE_VECTOR_V1_EXT> pUpToDateVecDestV1;
  std::uint32_t ulFlags = 0;  ///< DRS_OPTIONS
  std::uint32_t cMaxObjects = 0;
  std::uint32_t cMaxBytes = 0;
  std::uint32_t ulExtendedOp = 0;  ///< EXOP_REQ
  std::uint64_t liFsmoInfo = 0;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREQ_V5&, const DRS_MSG_GETCHGREQ_V5&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREQ_V5& v) {
  w.scalar("uuidDsaObjDest", v.uuidDsaObjDest);
  w.scalar("uuidInvocIdSrc", v.uuidInvocIdSrc);
  w.ref("pNC", v.pNC);
  w.nested("usnvecFrom", v.usnvecFrom);
  w.unique("pUpToDateVecDestV1", v.pUpToDateVecDestV1);
  w.scalar("ulFlags", v.ulFlags);
  w.scalar("cMaxObjects", v.cMaxObjects);
  w.scalar("cMaxBytes", v.cMaxBytes);
  w.scalar("ulExtendedOp", v.ulExtendedOp);
  w.scalar("liFsmoInfo", v.liFsmoInfo);
}

/// V4 with the partial attribute sets of a GC.
struct DRS_MSG_GETCHGREQ_V7 {
  tributary::Guid uuidTransportObj;
  MTX_ADDR pmtxReturnAddress;
  DRS_MSG_GETCHGREQ_V3 V3;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrSet;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrSetEx;
  SCHEMA_PREFIX_TABLE PrefixTableDest;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREQ_V7&, const DRS_MSG_GETCHGREQ_V7&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREQ_V7& v) {
  w.scalar("uuidTransportObj", v.uuidTransportObj);
  w.ref("pmtxReturnAddress", v.pmtxReturnAddress);
  w.nested("V3", v.V3);
  w.unique("pPartialAttrSet", v.pPartialAttrSet);
  w.unique("pPartialAttrSetEx", v.pPartialAttrSetEx);
  w.nested("PrefixTableDest", v.PrefixTableDest);
}

struct DRS_MSG_GETCHGREQ_V8 {
  tributary::Guid uuidDsaObjDest;
  tributary::Guid uuidInvocIdSrc;
  DSNAME pNC;
  USN_VECTOR usnvecFrom;
  Unique<UPTODATE_VECTOR_V1_EXT> pUpToDateVecDest;
  std::uint32_t ulFlags = 0;  ///< DRS_OPTIONS
  std::uint32_t cMaxObjects = 0;
  std::uint32_t cMaxBytes = 0;
  std::uint32_t ulExtendedOp = 0;  ///< EXOP_REQ
  std::uint64_t liFsmoInfo = 0;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrSet;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrSetEx;
  SCHEMA_PREFIX_TABLE PrefixTableDest;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREQ_V8&, const DRS_MSG_GETCHGREQ_V8&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREQ_V8& v) {
  w.scalar("uuidDsaObjDest", v.uuidDsaObjDest);
  w.scalar("uuidInvocIdSrc", v.uuidInvocIdSrc);
  w.ref("pNC", v.pNC);
  w.nested("usnvecFrom", v.usnvecFrom);
  w.unique("pUpToDateVecDest", v.pUpToDateVecDest);
  w.scalar("ulFlags", v.ulFlags);
  w.scalar("cMaxObjects", v.cMaxObjects);
  w.scalar("cMaxBytes", v.cMaxBytes);
  w.scalar("ulExtendedOp", v.ulExtendedOp);
  w.scalar("liFsmoInfo", v.liFsmoInfo);
  w.unique("pPartialAttrSet", v.pPartialAttrSet);
  w.unique("pPartialAttrSetEx", v.pPartialAttrSetEx);
  w.nested("PrefixTableDest", v.PrefixTableDest);
}

struct DRS_MSG_GETCHGREQ_V10 {
  tributary::Guid uuidDsaObjDest;
  tributary::Guid uuidInvocIdSrc;
  DSNAME pNC;
  USN_VECTOR usnvecFrom;
  Unique<UPTODATE_VECTOR_V1_EXT> pUpToDateVecDest;
  std::uint32_t ulFlags = 0;  ///< DRS_OPTIONS
  std::uint32_t cMaxObjects = 0;
  std::uint32_t cMaxBytes = 0;
  std::uint32_t ulExtendedOp = 0;  ///< EXOP_REQ
  std::uint64_t liFsmoInfo = 0;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrSet;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrSetEx;
  SCHEMA_PREFIX_TABLE PrefixTableDest;
  std::uint32_t ulMoreFlags = 0;  ///< DRS_MORE_GETCHGREQ_OPTIONS
  friend constexpr bool operator==(const DRS_MSG_GETCHGREQ_V10&, const DRS_MSG_GETCHGREQ_V10&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREQ_V10& v) {
  w.scalar("uuidDsaObjDest", v.uuidDsaObjDest);
  w.scalar("uuidInvocIdSrc", v.uuidInvocIdSrc);
  w.ref("pNC", v.pNC);
  w.nested("usnvecFrom", v.usnvecFrom);
  w.unique("pUpToDateVecDest", v.pUpToDateVecDest);
  w.scalar("ulFlags", v.ulFlags);
  w.scalar("cMaxObjects", v.cMaxObjects);
  w.scalar("cMaxBytes", v.cMaxBytes);
  w.scalar("ulExtendedOp", v.ulExtendedOp);
  w.scalar("liFsmoInfo", v.liFsmoInfo);
  w.unique("pPartialAttrSet", v.pPartialAttrSet);
  w.unique("pPartialAttrSetEx", v.pPartialAttrSetEx);
  w.nested("PrefixTableDest", v.PrefixTableDest);
  w.scalar("ulMoreFlags", v.ulMoreFlags);
}

struct DRS_MSG_GETCHGREQ_V11 {
  tributary::Guid uuidDsaObjDest;
  tributary::Guid uuidInvocIdSrc;
  DSNAME pNC;
  USN_VECTOR usnvecFrom;
  Unique<UPTODATE_VECTOR_V1_EXT> pUpToDateVecDest;
  std::uint32_t ulFlags = 0;  ///< DRS_OPTIONS
  std::uint32_t cMaxObjects = 0;
  std::uint32_t cMaxBytes = 0;
  std::uint32_t ulExtendedOp = 0;  ///< EXOP_REQ
  std::uint64_t liFsmoInfo = 0;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrSet;
  Unique<PARTIAL_ATTR_VECTOR_V1_EXT> pPartialAttrSetEx;
  SCHEMA_PREFIX_TABLE PrefixTableDest;
  std::uint32_t ulMoreFlags = 0;  ///< DRS_MORE_GETCHGREQ_OPTIONS
  tributary::Guid correlationID;
  Unique<VAR_SIZE_BUFFER_WITH_VERSION> pReservedBuffer;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREQ_V11&, const DRS_MSG_GETCHGREQ_V11&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREQ_V11& v) {
  w.scalar("uuidDsaObjDest", v.uuidDsaObjDest);
  w.scalar("uuidInvocIdSrc", v.uuidInvocIdSrc);
  w.ref("pNC", v.pNC);
  w.nested("usnvecFrom", v.usnvecFrom);
  w.unique("pUpToDateVecDest", v.pUpToDateVecDest);
  w.scalar("ulFlags", v.ulFlags);
  w.scalar("cMaxObjects", v.cMaxObjects);
  w.scalar("cMaxBytes", v.cMaxBytes);
  w.scalar("ulExtendedOp", v.ulExtendedOp);
  w.scalar("liFsmoInfo", v.liFsmoInfo);
  w.unique("pPartialAttrSet", v.pPartialAttrSet);
  w.unique("pPartialAttrSetEx", v.pPartialAttrSetEx);
  w.nested("PrefixTableDest", v.PrefixTableDest);
  w.scalar("ulMoreFlags", v.ulMoreFlags);
  w.scalar("correlationID", v.correlationID);
  w.unique("pReservedBuffer", v.pReservedBuffer);
}

using DRS_MSG_GETCHGREQ = ndr::Union<
    ndr::Arm<4, DRS_MSG_GETCHGREQ_V4>,
    ndr::Arm<5, DRS_MSG_GETCHGREQ_V5>,
    ndr::Arm<7, DRS_MSG_GETCHGREQ_V7>,
    ndr::Arm<8, DRS_MSG_GETCHGREQ_V8>,
    ndr::Arm<10, DRS_MSG_GETCHGREQ_V10>,
    ndr::Arm<11, DRS_MSG_GETCHGREQ_V11>>;

struct DRS_MSG_GETCHGREPLY_V1 {
  tributary::Guid uuidDsaObjSrc;
  tributary::Guid uuidInvocIdSrc;
  Unique<DSNAME> pNC;
  USN_VECTOR usnvecFrom;
  USN_VECTOR usnvecTo;
  Unique<UPTODATE_VECTOR_V1_EXT> pUpToDateVecSrcV1;
  SCHEMA_PREFIX_TABLE PrefixTableSrc;
  std::uint32_t ulExtendedRet = 0;  ///< EXOP_ERR
  std::uint32_t cNumObjects = 0;  ///< as the sender counted; the list itself is pObjects
  std::uint32_t cNumBytes = 0;
  Seq<REPLENTINFLIST> pObjects;
  std::int32_t fMoreData = 0;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREPLY_V1&, const DRS_MSG_GETCHGREPLY_V1&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREPLY_V1& v) {
  w.scalar("uuidDsaObjSrc", v.uuidDsaObjSrc);
  w.scalar("uuidInvocIdSrc", v.uuidInvocIdSrc);
  w.unique("pNC", v.pNC);
  w.nested("usnvecFrom", v.usnvecFrom);
  w.nested("usnvecTo", v.usnvecTo);
  w.unique("pUpToDateVecSrcV1", v.pUpToDateVecSrcV1);
  w.nested("PrefixTableSrc", v.PrefixTableSrc);
  w.scalar("ulExtendedRet", v.ulExtendedRet);
  w.scalar("cNumObjects", v.cNumObjects);
  w.scalar("cNumBytes", v.cNumBytes);
  w.linked_list("pObjects", v.pObjects);
  w.scalar("fMoreData", v.fMoreData);
}

struct DRS_MSG_GETCHGREPLY_V6 {
  tributary::Guid uuidDsaObjSrc;
  tributary::Guid uuidInvocIdSrc;
  Unique<DSNAME> pNC;
  USN_VECTOR usnvecFrom;
  USN_VECTOR usnvecTo;
  Unique<UPTODATE_VECTOR_V2_EXT> pUpToDateVecSrc;
  SCHEMA_PREFIX_TABLE PrefixTableSrc;
  std::uint32_t ulExtendedRet = 0;  ///< EXOP_ERR
  std::uint32_t cNumObjects = 0;  ///< as the sender counted; the list itself is pObjects
  std::uint32_t cNumBytes = 0;
  Seq<REPLENTINFLIST> pObjects;
  std::int32_t fMoreData = 0;
  std::uint32_t cNumNcSizeObjects = 0;
  std::uint32_t cNumNcSizeValues = 0;
  Seq<REPLVALINF_V1> rgValues;
  std::uint32_t dwDRSError = 0;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREPLY_V6&, const DRS_MSG_GETCHGREPLY_V6&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREPLY_V6& v) {
  w.scalar("uuidDsaObjSrc", v.uuidDsaObjSrc);
  w.scalar("uuidInvocIdSrc", v.uuidInvocIdSrc);
  w.unique("pNC", v.pNC);
  w.nested("usnvecFrom", v.usnvecFrom);
  w.nested("usnvecTo", v.usnvecTo);
  w.unique("pUpToDateVecSrc", v.pUpToDateVecSrc);
  w.nested("PrefixTableSrc", v.PrefixTableSrc);
  w.scalar("ulExtendedRet", v.ulExtendedRet);
  w.scalar("cNumObjects", v.cNumObjects);
  w.scalar("cNumBytes", v.cNumBytes);
  w.linked_list("pObjects", v.pObjects);
  w.scalar("fMoreData", v.fMoreData);
  w.scalar("cNumNcSizeObjects", v.cNumNcSizeObjects);
  w.scalar("cNumNcSizeValues", v.cNumNcSizeValues);
  w.count("cNumValues", v.rgValues, ndr::Range{0, kCursorsMax});
  w.unique_array("rgValues", v.rgValues);
  w.scalar("dwDRSError", v.dwDRSError);
}

struct DRS_MSG_GETCHGREPLY_V9 {
  tributary::Guid uuidDsaObjSrc;
  tributary::Guid uuidInvocIdSrc;
  Unique<DSNAME> pNC;
  USN_VECTOR usnvecFrom;
  USN_VECTOR usnvecTo;
  Unique<UPTODATE_VECTOR_V2_EXT> pUpToDateVecSrc;
  SCHEMA_PREFIX_TABLE PrefixTableSrc;
  std::uint32_t ulExtendedRet = 0;  ///< EXOP_ERR
  std::uint32_t cNumObjects = 0;  ///< as the sender counted; the list itself is pObjects
  std::uint32_t cNumBytes = 0;
  Seq<REPLENTINFLIST> pObjects;
  std::int32_t fMoreData = 0;
  std::uint32_t cNumNcSizeObjects = 0;
  std::uint32_t cNumNcSizeValues = 0;
  Seq<REPLVALINF_V3> rgValues;
  std::uint32_t dwDRSError = 0;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREPLY_V9&, const DRS_MSG_GETCHGREPLY_V9&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREPLY_V9& v) {
  w.scalar("uuidDsaObjSrc", v.uuidDsaObjSrc);
  w.scalar("uuidInvocIdSrc", v.uuidInvocIdSrc);
  w.unique("pNC", v.pNC);
  w.nested("usnvecFrom", v.usnvecFrom);
  w.nested("usnvecTo", v.usnvecTo);
  w.unique("pUpToDateVecSrc", v.pUpToDateVecSrc);
  w.nested("PrefixTableSrc", v.PrefixTableSrc);
  w.scalar("ulExtendedRet", v.ulExtendedRet);
  w.scalar("cNumObjects", v.cNumObjects);
  w.scalar("cNumBytes", v.cNumBytes);
  w.linked_list("pObjects", v.pObjects);
  w.scalar("fMoreData", v.fMoreData);
  w.scalar("cNumNcSizeObjects", v.cNumNcSizeObjects);
  w.scalar("cNumNcSizeValues", v.cNumNcSizeValues);
  w.count("cNumValues", v.rgValues, ndr::Range{0, kCursorsMax});
  w.unique_array("rgValues", v.rgValues);
  w.scalar("dwDRSError", v.dwDRSError);
}

/// A pickled and compressed reply; src/drsuapi/compress opens it.
struct DRS_COMPRESSED_BLOB {
  std::uint32_t cbUncompressedSize = 0;
  Seq<std::uint8_t> pbCompressedData;
  friend constexpr bool operator==(const DRS_COMPRESSED_BLOB&, const DRS_COMPRESSED_BLOB&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_COMPRESSED_BLOB& v) {
  w.scalar("cbUncompressedSize", v.cbUncompressedSize);
  w.count("cbCompressedSize", v.pbCompressedData);
  w.unique_array("pbCompressedData", v.pbCompressedData);
}

struct DRS_MSG_GETCHGREPLY_V2 {
  DRS_COMPRESSED_BLOB CompressedV1;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREPLY_V2&, const DRS_MSG_GETCHGREPLY_V2&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREPLY_V2& v) {
  w.nested("CompressedV1", v.CompressedV1);
}

/// 4.1.10.2.18
enum class DRS_COMP_ALG_TYPE : std::uint32_t {
  DRS_COMP_ALG_NONE = 0,
  DRS_COMP_ALG_UNUSED = 1,
  DRS_COMP_ALG_MSZIP = 2,
  DRS_COMP_ALG_WIN2K3 = 3,
};

struct DRS_MSG_GETCHGREPLY_V7 {
  std::uint32_t dwCompressedVersion = 0;  ///< 1, 6 or 9: the reply that is inside
  DRS_COMP_ALG_TYPE CompressionAlg = DRS_COMP_ALG_TYPE::DRS_COMP_ALG_NONE;
  DRS_COMPRESSED_BLOB CompressedAny;
  friend constexpr bool operator==(const DRS_MSG_GETCHGREPLY_V7&, const DRS_MSG_GETCHGREPLY_V7&) = default;
};
template <class W>
constexpr void describe(W& w, DRS_MSG_GETCHGREPLY_V7& v) {
  w.scalar("dwCompressedVersion", v.dwCompressedVersion);
  w.enumeration("CompressionAlg", v.CompressionAlg);
  w.nested("CompressedAny", v.CompressedAny);
}

using DRS_MSG_GETCHGREPLY = ndr::Union<
    ndr::Arm<1, DRS_MSG_GETCHGREPLY_V1>,
    ndr::Arm<2, DRS_MSG_GETCHGREPLY_V2>,
    ndr::Arm<6, DRS_MSG_GETCHGREPLY_V6>,
    ndr::Arm<7, DRS_MSG_GETCHGREPLY_V7>,
    ndr::Arm<9, DRS_MSG_GETCHGREPLY_V9>>;

/// 4.1.10
struct IDL_DRSGetNCChanges {
  static constexpr std::uint16_t opnum = 3;
  static constexpr std::string_view name = "IDL_DRSGetNCChanges";
  using In = VersionedIn<DRS_MSG_GETCHGREQ>;
  using Out = VersionedOut<DRS_MSG_GETCHGREPLY>;
};

}  // namespace tributary::drsuapi
