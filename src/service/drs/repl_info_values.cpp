// SPDX-License-Identifier: Apache-2.0
// Stamps of link values: DS_REPL_INFO_METADATA_FOR_ATTR_VALUE and DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE, [MS-DRSR] 4.1.13.3.
// DEVIATION: pszObjectDn is the DN of the value, as the examples of 4.1.13.4.6 have it, not that of the object; with pszValueDN the answer has
// that value alone, as in the example of 4.1.13.4.7; a page that leaves exactly one value behind says so.
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/wire_values.hpp"
#include "schema/schema.hpp"
#include "service/drs/repl_info.hpp"
#include "service/drs/requested_nc.hpp"

namespace tributary::service::repl_info {

using namespace drsuapi;
using schema::AttributeSchema;
using store::Attid;
using store::Dnt;
using store::kNoDnt;
using store::LinkValue;

namespace {

/// The link attribute that is asked for, else the first of the object that has a value; null when it has none.
Result<const AttributeSchema*> attribute_of(const Query& query) {
  const auto& schema = *query.context.schema;
  if (query.attribute_name && !query.attribute_name->empty()) {
    const auto* const attribute = schema.find_attribute(to_utf8_lossy(*query.attribute_name));
    if (attribute == nullptr || !attribute->is_forward_link()) return fail(win32::kErrorDsWrongLinkedAttSyntax, "pszAttributeName");
    return attribute;
  }
  const AttributeSchema* found = nullptr;
  const auto scanned = query.snapshot.links(query.object, Attid{}, [&](const LinkValue& link) {
    found = schema.find_attribute(link.key.attid);
    return found == nullptr;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return found;
}

struct Page {
  std::vector<LinkValue> values;
  std::uint32_t next = kNoMoreData;
};

Result<Page> values_of(const Query& query, const AttributeSchema& attribute) {
  Page page;
  Dnt wanted = kNoDnt;
  const bool is_single = query.value_dn && !query.value_dn->empty() && attribute.syntax == schema::Syntax::kDn;
  if (is_single) {
    const auto name = parse_dsname(to_utf8_lossy(*query.value_dn));
    const auto dnt = name ? resolve_or_none(query.context, query.snapshot, *name) : Result<Dnt>(kNoDnt);
    if (!dnt) return std::unexpected(dnt.error());
    if (*dnt == kNoDnt) return fail(win32::kErrorDsObjNotFound, "pszValueDN");
    wanted = *dnt;
  }
  std::uint32_t index = 0;
  const auto scanned = query.snapshot.links(query.object, attribute.attid, [&](const LinkValue& link) {
    const auto i = index++;
    if (is_single) {
      if (!page.values.empty()) page.next = i;
      if (link.key.target == wanted && page.values.empty()) page.values.push_back(link);
      return page.next == kNoMoreData;
    }
    if (i < query.base_index) return true;
    if (page.values.size() == kEntriesMax) {
      page.next = i;
      return false;
    }
    page.values.push_back(link);
    return true;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return page;
}

template <class Out>
Result<void> fill(const Query& query, const AttributeSchema& attribute, const Page& page, Out& out) {
  Names names(query);
  out.dwEnumerationContext = page.next;
  for (const auto& link : page.values) {
    auto& entry = out.rgMetaData.emplace_back();
    entry.pszAttributeName = to_utf16_lossy(attribute.ldap_display_name);
    auto dn = names.of(link.key.target);
    if (!dn) return std::unexpected(std::move(dn.error()));
    entry.pszObjectDn = std::move(*dn);
    if (repl::has_rest(attribute.syntax))
      for (const auto octet : link.key.data) entry.pbData.push_back(octet);
    entry.usnLocalChange = link.usn_local.value;
    if (!link.is_present) entry.ftimeDeleted = to_wire(link.time_deleted);
    if (link.legacy) continue;  // LinkStamp is null
    const auto& stamp = link.stamp.stamp;
    entry.ftimeCreated = to_wire(link.stamp.time_created);
    entry.dwVersion = stamp.version;
    entry.ftimeLastOriginatingChange = to_wire(stamp.time_changed);
    entry.uuidLastOriginatingDsaInvocationID = stamp.uuid_originating.value;
    entry.usnOriginatingChange = stamp.usn_originating.value;
    if constexpr (requires { entry.pszLastOriginatingDsaDN; }) {
      auto dsa = names.of_invocation(stamp.uuid_originating);
      if (!dsa) return std::unexpected(std::move(dsa.error()));
      entry.pszLastOriginatingDsaDN = std::move(*dsa);
    }
  }
  return {};
}

}  // namespace

Result<void> value_metadata(const Query& query, Reply& reply) {
  const auto attribute = attribute_of(query);
  if (!attribute) return std::unexpected(attribute.error());
  if (*attribute == nullptr) return {};  // nothing to tell: the pointer stays null
  const auto page = values_of(query, **attribute);
  if (!page) return std::unexpected(page.error());
  if (query.type == DS_REPL_INFO_METADATA_FOR_ATTR_VALUE)
    return fill(query, **attribute, *page, reply.emplace<DS_REPL_INFO_METADATA_FOR_ATTR_VALUE>().emplace());
  return fill(query, **attribute, *page, reply.emplace<DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE>().emplace());
}

}  // namespace tributary::service::repl_info
