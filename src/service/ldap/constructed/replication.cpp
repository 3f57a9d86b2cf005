// SPDX-License-Identifier: Apache-2.0
// Replication state of an object or NC: [MS-ADTS] 3.1.1.4.5.13, 3.1.1.4.5.14, with the rights of 3.1.1.4.4. Declared in makers.hpp. The facts are
// those of IDL_DRSGetReplInfo (service/drs/repl_info.hpp); here they get their LDAP form.
// DEVIATION: XML elements have the names that AD writes and scripts look for, without the suffixes of the sections' tables (_2, 3W, W).
// The NC's GUID is told although the caller named the NC. msDS-ReplValueMetaData has the values of all link attributes.
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "security/access/rights.hpp"
#include "service/access.hpp"
#include "service/ldap/constructed/makers.hpp"
#include "service/ldap/constructed/repl_query.hpp"

namespace tributary::service::ldap_face::constructed {

using namespace drsuapi;

namespace {

ReplQuery query_of(const Subject& s, std::uint32_t type) {
  ReplQuery query(s.view, type);
  query.query.has_object = true;
  query.query.object = s.object.dnt();
  return query;
}

Values neighbors_of(const Subject& s, std::uint32_t type, std::string_view shown) {
  if (!repl::is_nc_root(s.object)) return {};
  const auto query = query_of(s, type);
  if (!must(repl_info::may_see(query.query, shown, s.object.dnt()))) return {};
  auto neighbors = neighbors_as_values(query.query, s.binary, s.object.guid().value);
  return must(std::move(neighbors));
}

/// 3.1.1.4.4: to read replPropertyMetaData, or to manage the topology of the NC.
bool may_see_metadata(const Subject& s) {
  const auto& view = s.view;
  if (must(access_check_attribute(view.context, view.snapshot, view.caller.token, s.object.dnt(), security::kRightDsReadProperty,
                                  repl::attid::kReplPropertyMetaData)))
    return true;
  return must(access_check_car(view.context, view.snapshot, view.caller.token, s.object.nc(), right::kManageTopology));
}

/// The link attributes that the object has values of, present or not.
std::vector<const schema::AttributeSchema*> link_attributes(const Subject& s) {
  std::vector<const schema::AttributeSchema*> found;
  Attid last{};
  must(s.view.snapshot.links(s.object.dnt(), Attid{}, [&](const store::LinkValue& link) {
    if (link.key.attid != last) {
      last = link.key.attid;
      if (const auto* attribute = s.schema().find_attribute(last)) found.push_back(attribute);
    }
    return true;
  }));
  return found;
}

void add_values_of(const Subject& s, repl_info::Query& query, const schema::AttributeSchema& attribute, Values& values) {
  query.attribute_name = to_utf16_lossy(attribute.ldap_display_name);
  for (query.base_index = 0; query.base_index != repl_info::kNoMoreData;) {
    repl_info::Reply reply;
    must(repl_info::value_metadata(query, reply));
    const auto& page = *reply.get_if<DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE>();
    if (!page) return;
    if (values.size() > kReplValuesMax) directory::refuse(win32::kErrorDsAdminLimitExceeded, "too many link values: ask IDL_DRSGetReplInfo, which pages");
    for (const auto& each : page->rgMetaData)
      values.push_back(must(repl_value<blobs::DS_REPL_VALUE_META_DATA_BLOB>("DS_REPL_VALUE_META_DATA", each, s.binary)));
    query.base_index = page->dwEnumerationContext;
  }
}

}  // namespace

Values inbound_neighbors(const Subject& s) { return neighbors_of(s, DS_REPL_INFO_NEIGHBORS, "repsFrom"); }
Values outbound_neighbors(const Subject& s) { return neighbors_of(s, DS_REPL_INFO_REPSTO, "repsTo"); }

Values replication_cursors(const Subject& s) {
  if (!repl::is_nc_root(s.object)) return {};
  auto query = query_of(s, DS_REPL_INFO_CURSORS_3_FOR_NC);
  if (!must(repl_info::may_see(query.query, "replUpToDateVector", s.object.dnt()))) return {};
  Values values;
  while (query.query.base_index != repl_info::kNoMoreData) {
    repl_info::Reply reply;
    must(repl_info::cursors(query.query, reply));
    const auto& page = *reply.get_if<DS_REPL_INFO_CURSORS_3_FOR_NC>();
    for (const auto& each : page->rgCursor) values.push_back(must(repl_value<blobs::DS_REPL_CURSOR_BLOB>("DS_REPL_CURSOR", each, s.binary)));
    query.query.base_index = page->dwEnumerationContext;
  }
  return values;
}

Values attribute_metadata(const Subject& s) {
  if (!may_see_metadata(s)) return {};
  const auto query = query_of(s, DS_REPL_INFO_METADATA_2_FOR_OBJ);
  repl_info::Reply reply;
  must(repl_info::object_metadata(query.query, reply));
  Values values;
  for (const auto& each : (*reply.get_if<DS_REPL_INFO_METADATA_2_FOR_OBJ>())->rgMetaData)
    values.push_back(must(repl_value<blobs::DS_REPL_ATTR_META_DATA_BLOB>("DS_REPL_ATTR_META_DATA", each, s.binary)));
  return values;
}

Values value_metadata(const Subject& s) {
  if (!may_see_metadata(s)) return {};
  auto query = query_of(s, DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE);
  Values values;
  for (const auto* attribute : link_attributes(s)) add_values_of(s, query.query, *attribute, values);
  return values;
}

}  // namespace tributary::service::ldap_face::constructed
