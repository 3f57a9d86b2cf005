// SPDX-License-Identifier: Apache-2.0
// See native_request.hpp. V11 is V10 with a correlation that nothing here reads.
#include "repl/source/native_request.hpp"

#include "base/win32.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;

std::unexpected<Error> revision_mismatch(std::string why) { return fail(win32::kErrorRevisionMismatch, std::move(why)); }

template <class V>
void take_utd(NativeRequest& to, const ndr::Unique<V>& vector) {
  if (vector) to.utd = utd_from_wire(*vector);
}

void take_pas(bool& has, std::vector<ATTRTYP>& to, const ndr::Unique<PARTIAL_ATTR_VECTOR_V1_EXT>& from) {
  has = static_cast<bool>(from);
  if (from) to.assign(from->rgPartialAttr.begin(), from->rgPartialAttr.end());
}

/// The members that every version has.
template <class Request>
NativeRequest take_common(const Request& request) {
  NativeRequest to;
  to.destination = DsaGuid{request.uuidDsaObjDest};
  to.source_invocation = InvocationId{request.uuidInvocIdSrc};
  to.nc = &request.pNC;
  to.usnvec_from = request.usnvecFrom;
  to.flags = request.ulFlags;
  to.objects_max = request.cMaxObjects;
  to.octets_max = request.cMaxBytes;
  to.extended_op = request.ulExtendedOp;
  return to;
}

/// V8, V10 and V11.
template <class Request>
NativeRequest take_modern(const Request& request) {
  NativeRequest to = take_common(request);
  to.fsmo_info = request.liFsmoInfo;
  take_utd(to, request.pUpToDateVecDest);
  take_pas(to.has_pas, to.pas, request.pPartialAttrSet);
  take_pas(to.has_pas_ex, to.pas_ex, request.pPartialAttrSetEx);
  to.prefix_table = &request.PrefixTableDest;
  return to;
}

/// V4 and V5 cannot say which attributes: a request that is not for a writable replica means the partial attribute set.
void imply_pas(NativeRequest& to, const schema::Schema& schema) {
  if (to.has(DRS_WRIT_REP)) return;
  to.has_pas = true;
  to.local_pas = gc_partial_attribute_set(schema);
}

NativeRequest take(const DRS_MSG_GETCHGREQ_V4& request, const schema::Schema& schema) {
  NativeRequest to = take_common(request.V3);
  take_utd(to, request.V3.pUpToDateVecDestV1);
  to.prefix_table = &request.V3.PrefixTableDest;
  imply_pas(to, schema);
  return to;
}
NativeRequest take(const DRS_MSG_GETCHGREQ_V5& request, const schema::Schema& schema) {
  NativeRequest to = take_common(request);
  to.fsmo_info = request.liFsmoInfo;
  take_utd(to, request.pUpToDateVecDestV1);
  imply_pas(to, schema);
  return to;
}
NativeRequest take(const DRS_MSG_GETCHGREQ_V7& request) {
  NativeRequest to = take_common(request.V3);
  take_utd(to, request.V3.pUpToDateVecDestV1);
  take_pas(to.has_pas, to.pas, request.pPartialAttrSet);
  take_pas(to.has_pas_ex, to.pas_ex, request.pPartialAttrSetEx);
  to.prefix_table = &request.PrefixTableDest;
  return to;
}

std::string address_of(const MTX_ADDR& address) {
  std::string text(address.mtx_name.begin(), address.mtx_name.end());
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

Result<NativeRequest> take_version(const DRS_MSG_GETCHGREQ& request, const DRS_EXTENSIONS_INT& client, const schema::Schema& schema) {
  const bool knows_v6 = client.has(DRS_EXT_GETCHGREPLY_V6);
  NativeRequest to;
  if (const auto* v10 = request.get_if<10>()) {
    to = take_modern(*v10);
    to.more_flags = v10->ulMoreFlags;
  } else if (const auto* v11 = request.get_if<11>()) {
    to = take_modern(*v11);
    to.more_flags = v11->ulMoreFlags;
  } else if (const auto* v8 = request.get_if<8>()) {
    to = take_modern(*v8);
  } else if (const auto* v7 = request.get_if<7>()) {
    to = take(*v7);
    to.response_smtp_address = address_of(v7->pmtxReturnAddress);
  } else if (const auto* v5 = request.get_if<5>()) {
    return take(*v5, schema);
  } else if (const auto* v4 = request.get_if<4>()) {
    to = take(*v4, schema);
    to.response_smtp_address = address_of(v4->pmtxReturnAddress);
    return to;
  }
  const bool may_have_v9 = request.tag() >= 10;
  if (may_have_v9 && client.has(DRS_EXT_GETCHGREPLY_V9))
    to.reply_version = 9;
  else if (knows_v6)
    to.reply_version = 6;
  else
    return revision_mismatch("the client knows no reply to a request of version " + std::to_string(request.tag()));
  return to;
}

}  // namespace

std::vector<Attid> gc_partial_attribute_set(const schema::Schema& schema) {
  std::vector<Attid> set;
  for (const auto& attribute : schema.attributes())
    if (attribute.is_in_gc_pas()) set.push_back(attribute.attid);
  return set;
}

Result<NativeRequest> transform_input(const SourceTerms& terms, const schema::Schema& schema, const DRS_MSG_GETCHGREQ& request) {
  if (request.tag() < terms.request_version_min) return revision_mismatch("a request of version " + std::to_string(request.tag()));
  auto native = take_version(request, terms.client, schema);
  if (!native) return native;
  if (native->has(DRS_WRIT_REP)) native->flags |= DRS_GET_ALL_GROUP_MEMBERSHIP;
  if (native->response_smtp_address.empty() == native->has(DRS_MAIL_REP))
    return fail(win32::kErrorInvalidParameter, "the request and its DRS_MAIL_REP disagree about the transport");
  // 4.1.10.5.22: the recycle bin is the one optional feature with a bit.
  if (terms.server.has(DRS_EXT_RECYCLE_BIN) && (terms.client.ext_caps() & DRS_EXT_RECYCLE_BIN) == 0)
    return revision_mismatch("the recycle bin is enabled and the client does not know it");
  return native;
}

Result<ReplyCompression> choose_compression(const SourceTerms& terms, const NativeRequest& request) {
  if (!request.has(DRS_USE_COMPRESSION) || request.has(DRS_MAIL_REP)) return ReplyCompression::kNone;
  if (request.reply_version == 1)
    return terms.client.has(DRS_EXT_GETCHG_DEFLATE) ? ReplyCompression::kMszip : ReplyCompression::kNone;
  // 4.1.10.5.20 speaks of DRS_EXT_GETCHGREPLY_V7; 5.39 has no such bit: who knows V6 knows V7.
  return terms.client.has(DRS_EXT_W2K3_DEFLATE) ? ReplyCompression::kWin2k3 : ReplyCompression::kMszip;
}

DRS_MSG_GETCHGREQ request_after(DRS_MSG_GETCHGREQ request, const Guid& invocation, const USN_VECTOR& to) {
  const auto move_on = [&](auto* version) {
    if (version == nullptr) return;
    version->uuidInvocIdSrc = invocation;
    version->usnvecFrom = to;
  };
  move_on(request.get_if<5>());
  move_on(request.get_if<8>());
  move_on(request.get_if<10>());
  move_on(request.get_if<11>());
  return request;
}

}  // namespace tributary::repl
