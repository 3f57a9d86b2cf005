// SPDX-License-Identifier: Apache-2.0
// See native_reply.hpp.
#include "drsuapi/compress/native_reply.hpp"

#include <utility>

#include "base/win32.hpp"
#include "drsuapi/compress/pickle.hpp"
#include "ndr/ndr.hpp"

namespace tributary::drsuapi {
namespace {

template <class To, class From>
void move_common(To& to, From& from) {
  to.uuidDsaObjSrc = from.uuidDsaObjSrc;
  to.uuidInvocIdSrc = from.uuidInvocIdSrc;
  to.pNC = std::move(from.pNC);
  to.usnvecFrom = from.usnvecFrom;
  to.usnvecTo = from.usnvecTo;
  to.PrefixTableSrc = std::move(from.PrefixTableSrc);
  to.ulExtendedRet = from.ulExtendedRet;
  to.cNumObjects = from.cNumObjects;
  to.cNumBytes = from.cNumBytes;
  to.pObjects = std::move(from.pObjects);
  to.fMoreData = from.fMoreData;
}

/// Between REPLVALINF_V1 and REPLVALINF_V3: the members that both have.
template <class To, class From>
Seq<To> move_values(ndr::Arena& arena, Seq<From>& from) {
  auto* const links = arena.make_array<To>(from.size());
  const bool borrowed = from.is_borrowed();
  for (std::size_t i = 0; i < from.size(); ++i) {
    // What is borrowed is read-only, and copies of what it points to would be deep.
    auto& link = from[i];
    links[i].pObject = borrowed && link.pObject ? Unique<DSNAME>::view(link.pObject.get()) : std::move(link.pObject);
    links[i].attrTyp = link.attrTyp;
    links[i].Aval.pVal = borrowed ? Seq<std::uint8_t>::view(link.Aval.pVal.span()) : std::move(link.Aval.pVal);
    links[i].fIsPresent = link.fIsPresent;
    links[i].MetaData.timeCreated = link.MetaData.timeCreated;
    links[i].MetaData.MetaData = link.MetaData.MetaData;
  }
  return Seq<To>::view({links, from.size()});
}

template <class To, class From>
void move_v6(ndr::Arena& arena, To& to, From& from) {
  move_common(to, from);
  to.pUpToDateVecSrc = std::move(from.pUpToDateVecSrc);
  to.cNumNcSizeObjects = from.cNumNcSizeObjects;
  to.cNumNcSizeValues = from.cNumNcSizeValues;
  to.dwDRSError = from.dwDRSError;
  if (!from.rgValues.empty()) to.rgValues = move_values<typename std::remove_reference_t<decltype(to.rgValues)>::value_type>(arena, from.rgValues);
}

DRS_MSG_GETCHGREPLY_V9 widen(ndr::Arena& arena, DRS_MSG_GETCHGREPLY_V1& from) {
  DRS_MSG_GETCHGREPLY_V9 to;
  move_common(to, from);
  if (!from.pUpToDateVecSrcV1) return to;
  const auto& cursors = from.pUpToDateVecSrcV1->rgCursors;
  auto* const widened = arena.make_array<UPTODATE_CURSOR_V2>(cursors.size());
  for (std::size_t i = 0; i < cursors.size(); ++i) widened[i] = {cursors[i].uuidDsa, cursors[i].usnHighPropUpdate, 0};
  auto* const vector = arena.make_array<UPTODATE_VECTOR_V2_EXT>(1);
  vector->rgCursors = Seq<UPTODATE_CURSOR_V2>::view({widened, cursors.size()});
  to.pUpToDateVecSrc = Unique<UPTODATE_VECTOR_V2_EXT>::view(vector);
  return to;
}
DRS_MSG_GETCHGREPLY_V9 widen(ndr::Arena& arena, DRS_MSG_GETCHGREPLY_V6& from) {
  DRS_MSG_GETCHGREPLY_V9 to;
  move_v6(arena, to, from);
  return to;
}
DRS_MSG_GETCHGREPLY_V9 widen(ndr::Arena&, DRS_MSG_GETCHGREPLY_V9& from) { return std::move(from); }

template <class Reply>
Result<DRS_MSG_GETCHGREPLY_V9> decode_inner(const Pickle& pickle, ndr::Arena& arena) {
  const ndr::ReadOptions options{pickle.syntax == PickleSyntax::kNdr64 ? ndr::Syntax::kNdr64 : ndr::Syntax::kNdr20,
                                 pickle.little_endian ? std::endian::little : std::endian::big, &arena};
  auto inner = ndr::decode<Reply>(pickle.object, options);
  if (!inner) return std::unexpected(std::move(inner.error()));
  return widen(arena, *inner);
}

Result<DRS_MSG_GETCHGREPLY_V9> open_compressed(ReplyCompression algorithm, std::uint32_t inner_version, const DRS_COMPRESSED_BLOB& blob,
                                               ndr::Arena& arena, Bytes& plain) {
  auto octets = decompress_reply(algorithm, blob.pbCompressedData.span(), blob.cbUncompressedSize);
  if (!octets) return std::unexpected(std::move(octets.error()));
  plain = std::move(*octets);
  const auto pickle = read_pickle(plain);
  if (!pickle) return std::unexpected(pickle.error());
  switch (inner_version) {
    case 1: return decode_inner<DRS_MSG_GETCHGREPLY_V1>(*pickle, arena);
    case 6: return decode_inner<DRS_MSG_GETCHGREPLY_V6>(*pickle, arena);
    case 9: return decode_inner<DRS_MSG_GETCHGREPLY_V9>(*pickle, arena);
    default: return fail(win32::kErrorInvalidData, "a compressed reply of version " + std::to_string(inner_version));
  }
}

DRS_MSG_GETCHGREPLY_V1 narrow_v1(DRS_MSG_GETCHGREPLY_V9& native) {
  DRS_MSG_GETCHGREPLY_V1 v1;
  move_common(v1, native);
  if (native.pUpToDateVecSrc) {
    auto& vector = v1.pUpToDateVecSrcV1.emplace();
    for (const auto& cursor : native.pUpToDateVecSrc->rgCursors) vector.rgCursors.push_back({cursor.uuidDsa, cursor.usnHighPropUpdate});
  }
  if (native.cNumNcSizeObjects > 0) v1.ulExtendedRet = native.cNumNcSizeObjects;
  return v1;
}

/// The blob, or nothing when it would be no smaller.
template <class Reply>
Result<std::optional<DRS_COMPRESSED_BLOB>> compressed(const Reply& reply, ReplyCompression algorithm) {
  const auto object = ndr::encode(reply);
  Bytes pickle(kPickleHeaderSize);
  pickle.insert(pickle.end(), object.begin(), object.end());
  finish_pickle(pickle);
  const auto octets = compress_reply(algorithm, pickle);
  if (!octets) return std::unexpected(octets.error());
  if (octets->size() >= pickle.size()) return std::nullopt;
  DRS_COMPRESSED_BLOB blob;
  blob.cbUncompressedSize = static_cast<std::uint32_t>(pickle.size());
  blob.pbCompressedData = Seq<std::uint8_t>(*octets);
  return blob;
}

template <class Reply>
Result<DRS_MSG_GETCHGREPLY> as_v7(Reply reply, std::uint32_t version, ReplyCompression algorithm) {
  auto blob = compressed(reply, algorithm);
  if (!blob) return std::unexpected(std::move(blob.error()));
  if (!*blob) return DRS_MSG_GETCHGREPLY(std::move(reply));
  DRS_MSG_GETCHGREPLY_V7 v7;
  v7.dwCompressedVersion = version;
  v7.CompressionAlg = static_cast<DRS_COMP_ALG_TYPE>(algorithm);
  v7.CompressedAny = std::move(**blob);
  return DRS_MSG_GETCHGREPLY(std::move(v7));
}

}  // namespace

Result<DRS_MSG_GETCHGREPLY_V9> native_reply(DRS_MSG_GETCHGREPLY&& answer, ndr::Arena& arena, Bytes& plain) {
  if (auto* const v6 = answer.get_if<6>()) return widen(arena, *v6);
  if (auto* const v9 = answer.get_if<9>()) return widen(arena, *v9);
  if (auto* const v1 = answer.get_if<1>()) return widen(arena, *v1);
  if (const auto* const v7 = answer.get_if<7>())
    return open_compressed(static_cast<ReplyCompression>(v7->CompressionAlg), v7->dwCompressedVersion, v7->CompressedAny, arena, plain);
  const auto* const v2 = answer.get_if<2>();
  return open_compressed(ReplyCompression::kMszip, 1, v2->CompressedV1, arena, plain);
}

Result<DRS_MSG_GETCHGREPLY> reply_of_version(DRS_MSG_GETCHGREPLY_V9&& native, std::uint32_t version, ndr::Arena& arena,
                                             ReplyCompression compression) {
  const bool compress = compression != ReplyCompression::kNone;
  if (version == 9) return compress ? as_v7(std::move(native), 9, compression) : DRS_MSG_GETCHGREPLY(std::move(native));
  if (version == 6) {
    DRS_MSG_GETCHGREPLY_V6 v6;
    move_v6(arena, v6, native);
    return compress ? as_v7(std::move(v6), 6, compression) : DRS_MSG_GETCHGREPLY(std::move(v6));
  }
  if (version != 1 || compression == ReplyCompression::kWin2k3)
    return fail(win32::kErrorRevisionMismatch, "a reply of version " + std::to_string(version));
  auto v1 = narrow_v1(native);
  if (!compress) return DRS_MSG_GETCHGREPLY(std::move(v1));
  auto blob = compressed(v1, compression);
  if (!blob) return std::unexpected(std::move(blob.error()));
  if (!*blob) return DRS_MSG_GETCHGREPLY(std::move(v1));
  return DRS_MSG_GETCHGREPLY(DRS_MSG_GETCHGREPLY_V2{std::move(**blob)});
}

}  // namespace tributary::drsuapi
