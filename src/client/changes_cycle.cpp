// SPDX-License-Identifier: Apache-2.0
// See changes_cycle.hpp.
#include "client/changes_cycle.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <map>
#include <utility>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/compress/native_reply.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "schema/schema_info.hpp"

namespace tributary::client {
namespace {

using namespace drsuapi;

/// Flags that may differ between the requests of one cycle ([MS-DRSR] 4.1.10.4.1).
constexpr std::uint32_t kVolatileFlags = DRS_ADD_REF | DRS_GET_ANC | DRS_USE_COMPRESSION | DRS_GET_NC_SIZE;

std::vector<ATTRTYP> sorted_set(std::vector<ATTRTYP> attids) {
  std::ranges::sort(attids);
  attids.erase(std::ranges::unique(attids).begin(), attids.end());
  return attids;
}

std::string flag_words(std::uint32_t flags) {
  std::string words;
  for (const auto& name : drs_option_names(flags, IDL_DRSGetNCChanges::opnum)) words += (words.empty() ? "" : "|") + name;
  return words.empty() ? "0" : words;
}

/// The fields that V8 and V10 share.
template <class Request>
void fill(Request& request, const ChangesCookie& position, const ChangesOptions& options) {
  // A DN that is no UTF-16 was refused by starting_point.
  if (auto nc = dsname_from_dn(position.nc_dn)) request.pNC = std::move(*nc);
  request.uuidDsaObjDest = options.destination.value;
  request.uuidInvocIdSrc = position.invocation_id.value;
  request.usnvecFrom = position.usn_vector;
  if (!position.up_to_dateness.rgCursors.empty()) request.pUpToDateVecDest = position.up_to_dateness;
  request.ulFlags = position.flags | (options.flags & kVolatileFlags) | (options.compress ? std::uint32_t{DRS_USE_COMPRESSION} : 0);
  request.cMaxObjects = options.objects_per_page_max;
  request.cMaxBytes = options.octets_per_page_max;
  request.ulExtendedOp = options.extended_op;
  if (position.partial_attribute_set.empty()) return;
  PARTIAL_ATTR_VECTOR_V1_EXT attributes;
  attributes.rgPartialAttr = Seq<ATTRTYP>(position.partial_attribute_set);
  request.pPartialAttrSet = std::move(attributes);
  request.PrefixTableDest = options.prefix_table;
  if (request.PrefixTableDest.pPrefixEntry.empty()) request.PrefixTableDest = schema::PrefixTable::with_defaults().to_concrete();
  // The signature of a schema that never changed: Samba insists on one ([MS-DRSR] 4.1.10.4.1), no server compares it.
  schema::append_schema_signature(request.PrefixTableDest, {});
}

/// FNV-1a, 64 bits.
class Fnv {
 public:
  void add(ByteView octets) noexcept {
    for (const auto octet : octets) hash_ = (hash_ ^ octet) * 0x100000001B3u;
  }
  template <std::integral T>
  void add(T value) noexcept {
    std::array<std::uint8_t, sizeof(T)> octets{};
    store_le<std::make_unsigned_t<T>>(octets.data(), static_cast<std::make_unsigned_t<T>>(value));
    add(ByteView(octets));
  }
  void add(const PROPERTY_META_DATA_EXT& stamp) noexcept {
    add(stamp.dwVersion);
    add(stamp.timeChanged);
    add(ByteView(stamp.uuidDsaOriginating.octets));
    add(stamp.usnOriginating);
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325u;
};

/// Whether the change says which object it is of; one that does not is never taken for another.
bool is_identified(const REPLENTINFLIST& object) { return object.Entinf.pName && !object.Entinf.pName->Guid.is_null() && object.pMetaDataExt; }
bool is_identified(const REPLVALINF_V3& link) { return link.pObject && !link.pObject->Guid.is_null(); }

/// Keeps of a list what `delivered` does not have.
template <class T>
void drop_from(Seq<T>& list, const Delivered& delivered) {
  Seq<T> kept;
  for (auto& item : list)
    if (!is_identified(item) || !delivered.contains(fingerprint(item))) kept.push_back(std::move(item));
  list = std::move(kept);
}

template <class T>
void remember(std::vector<std::uint64_t>& all, const Seq<T>& list, const Delivered& before) {
  for (const auto& item : list) {
    if (all.size() >= ChangesCookie::kDeliveredMax) return;
    if (!is_identified(item)) continue;
    if (const auto print = fingerprint(item); !before.contains(print)) all.push_back(print);
  }
}

}  // namespace

Result<ChangesCookie> starting_point(const ChangesOptions& options) {
  if (options.extended_op != 0 && options.cookie) return fail(win32::kErrorInvalidParameter, "an extended operation has no cookie");
  ChangesCookie position = options.cookie.value_or(ChangesCookie{});
  if (!options.cookie) {
    position.nc_dn = options.nc_dn;
    position.flags = (options.flags == 0 ? kReaderFlags : options.flags) & ~kVolatileFlags;
    position.partial_attribute_set = sorted_set(options.partial_attribute_set);
  } else {
    if (!options.nc_dn.empty() && !equals_ignoring_case(options.nc_dn, position.nc_dn))
      return fail(win32::kErrorInvalidParameter, "the cookie is one of " + position.nc_dn + ", not of " + options.nc_dn);
    if (options.flags != 0 && (options.flags & ~kVolatileFlags) != position.flags)
      return fail(win32::kErrorInvalidParameter, "the cookie was made with the flags " + flag_words(position.flags));
    if (sorted_set(options.partial_attribute_set) != position.partial_attribute_set)
      return fail(win32::kErrorInvalidParameter, "the cookie was made for another set of attributes");
  }
  if (position.nc_dn.empty()) return fail(win32::kErrorInvalidParameter, "no naming context was named");
  if (const auto name = dsname_from_dn(position.nc_dn); !name) return std::unexpected(name.error());
  return position;
}

DRS_MSG_GETCHGREQ request_from(const ChangesCookie& position, const ChangesOptions& options, const DRS_EXTENSIONS_INT& server) {
  if (!server.has(DRS_EXT_GETCHGREQ_V10)) {
    DRS_MSG_GETCHGREQ_V8 request;
    fill(request, position, options);
    return request;
  }
  DRS_MSG_GETCHGREQ_V10 request;
  fill(request, position, options);
  request.ulMoreFlags = options.more_flags;
  return request;
}

std::uint64_t fingerprint(const REPLENTINFLIST& object) noexcept {
  Fnv fnv;
  if (object.Entinf.pName) fnv.add(ByteView(object.Entinf.pName->Guid.octets));
  if (object.pMetaDataExt)
    for (const auto& stamp : object.pMetaDataExt->rgMetaData) fnv.add(stamp);
  for (const auto& attribute : object.Entinf.AttrBlock.pAttr) fnv.add(attribute.attrTyp);
  return fnv.value();
}

std::uint64_t fingerprint(const REPLVALINF_V3& link) noexcept {
  Fnv fnv;
  if (link.pObject) fnv.add(ByteView(link.pObject->Guid.octets));
  fnv.add(link.attrTyp);
  fnv.add(link.Aval.pVal.span());
  fnv.add(link.fIsPresent);
  fnv.add(link.MetaData.MetaData);
  return fnv.value();
}

void drop_delivered(ChangesPage& page, const Delivered& delivered) {
  if (delivered.empty()) return;
  auto& reply = const_cast<DRS_MSG_GETCHGREPLY_V9&>(*page.reply);  // made in the page's arena, as all of the page
  drop_from(reply.pObjects, delivered);
  drop_from(reply.rgValues, delivered);
}

Result<ChangesPage> decode_page(Bytes stub, std::endian byte_order) {
  ChangesPage page;
  page.wire_octets = stub.size();
  page.message = std::move(stub);
  page.arena = std::make_unique<ndr::Arena>();
  auto answer = decode_out<IDL_DRSGetNCChanges>(page.message, ndr::ReadOptions{ndr::Syntax::kNdr20, byte_order, page.arena.get()});
  if (!answer) return std::unexpected(in_phase(std::move(answer.error()), Phase::kCall));
  if (answer->result != 0) return fail(Win32{answer->result}, std::string(IDL_DRSGetNCChanges::name), Phase::kCall);
  page.version = answer->msgOut.tag();
  auto* const reply = page.arena->make_array<DRS_MSG_GETCHGREPLY_V9>(1);
  Bytes plain;
  auto opened = native_reply(std::move(answer->msgOut), *page.arena, plain);
  if (!opened) return std::unexpected(in_phase(std::move(opened.error()), Phase::kCall));
  *reply = std::move(*opened);
  if (!plain.empty()) page.message = std::move(plain);
  if (reply->dwDRSError != 0) return fail(Win32{reply->dwDRSError}, "while the DC made a page of changes", Phase::kCall);
  page.reply = reply;
  return page;
}

Result<ChangesCookie> cookie_after(const ChangesCookie& before, const DRS_MSG_GETCHGREPLY_V9& page, const Delivered& delivered) {
  ChangesCookie after = before;
  after.invocation_id = InvocationId{page.uuidInvocIdSrc};
  after.usn_vector = page.usnvecTo;
  after.cycle_complete = page.fMoreData == 0;
  if (!after.cycle_complete) {
    if (page.pObjects.empty() && page.rgValues.empty() && after.usn_vector == before.usn_vector && after.invocation_id == before.invocation_id)
      return fail(win32::kErrorDsDraInternalError, "the DC announced more changes, sent none and stands still", Phase::kCall);
    remember(after.delivered, page.pObjects, delivered);
    remember(after.delivered, page.rgValues, delivered);
    return after;
  }
  after.delivered.clear();
  if (!page.pUpToDateVecSrc) return after;
  // MergeUTD: of each DSA the greater USN.
  std::map<Guid, USN> merged;
  for (const auto& cursor : before.up_to_dateness.rgCursors) merged[cursor.uuidDsa] = std::max(merged[cursor.uuidDsa], cursor.usnHighPropUpdate);
  for (const auto& cursor : page.pUpToDateVecSrc->rgCursors) merged[cursor.uuidDsa] = std::max(merged[cursor.uuidDsa], cursor.usnHighPropUpdate);
  after.up_to_dateness.rgCursors.clear();
  for (const auto& [dsa, usn] : merged) after.up_to_dateness.rgCursors.push_back({dsa, usn});
  return after;
}

Result<> check_extended_op(std::uint32_t extended_ret) {
  if (extended_ret == EXOP_ERR_SUCCESS) return {};
  const Win32 code = extended_ret == EXOP_ERR_ACCESS_DENIED ? win32::kErrorDsDraAccessDenied
                     : extended_ret == EXOP_ERR_PARAM_ERR   ? win32::kErrorInvalidParameter
                                                            : win32::kErrorDsDraGeneric;
  return fail(code, "the DC refused the extended operation: " + value_name(kExopErrorNames, extended_ret), Phase::kCall);
}

}  // namespace tributary::client
