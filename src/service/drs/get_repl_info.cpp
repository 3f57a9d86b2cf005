// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetReplInfo as a server: versions, names and rights ([MS-DRSR] 4.1.13.3, up to the point where information is looked up).
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/names.hpp"
#include "schema/schema.hpp"
#include "security/access/rights.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/repl_info.hpp"
#include "service/drs/requested_nc.hpp"
#include "service/drs/rights.hpp"

namespace tributary::service {

using namespace drsuapi;
using repl_info::Query;
using repl_info::Reply;
using store::kNoDnt;

namespace {

/// pdwOutVersion: the arm of the type, with nothing in it. False for a type that is none: the IDL has no arm for it.
template <std::size_t... I>
bool set_arm(Reply& reply, std::uint32_t type, std::index_sequence<I...>) {
  return ((Reply::tags()[I] == type ? (reply.emplace<Reply::tags()[I]>(), true) : false) || ...);
}

/// The attribute that the type shows; null for types that are about this DSA.
std::string_view shown_attribute(std::uint32_t type, bool has_object) {
  switch (type) {
    case DS_REPL_INFO_NEIGHBORS: return "repsFrom";
    case DS_REPL_INFO_REPSTO: return "repsTo";
    case DS_REPL_INFO_CURSORS_FOR_NC:
    case DS_REPL_INFO_CURSORS_2_FOR_NC:
    case DS_REPL_INFO_CURSORS_3_FOR_NC:
    case DS_REPL_INFO_UPTODATE_VECTOR_V1: return has_object ? "replUpToDateVector" : "";
    case DS_REPL_INFO_METADATA_FOR_OBJ:
    case DS_REPL_INFO_METADATA_2_FOR_OBJ:
    case DS_REPL_INFO_METADATA_FOR_ATTR_VALUE:
    case DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE: return "replPropertyMetaData";
    default: return "";
  }
}
bool is_about_dsa(std::uint32_t type) {
  return type == DS_REPL_INFO_PENDING_OPS || type == DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES || type == DS_REPL_INFO_KCC_DSA_LINK_FAILURES ||
         type == DS_REPL_INFO_CLIENT_CONTEXTS || type == DS_REPL_INFO_SERVER_OUTGOING_CALLS;
}
bool is_metadata(std::uint32_t type) { return shown_attribute(type, true) == "replPropertyMetaData"; }

}  // namespace

namespace repl_info {

Result<bool> may_see(const Query& query, std::string_view attribute, store::Dnt object) {
  if (object == kNoDnt) return false;
  const auto& token = query.call.caller->token;
  if (const auto* const shown = attribute.empty() ? nullptr : query.context.schema->find_attribute(attribute)) {
    const auto readable = access_check_attribute(query.context, query.snapshot, token, object, security::kRightDsReadProperty, shown->attid);
    if (!readable || *readable) return readable;
  }
  for (const auto& each : {right::kManageTopology, right::kMonitorTopology}) {
    const auto granted = access_check_car(query.context, query.snapshot, token, object, each);
    if (!granted || *granted) return granted;
  }
  return false;
}

Result<bool> may_see_all(const Query& query) {
  const auto object = default_nc(query.snapshot, query.dsa.identity());
  if (!object) return std::unexpected(object.error());
  return may_see(query, shown_attribute(query.type, false), *object);
}

}  // namespace repl_info

namespace {

/// The access checks of the section, with the codes that come before and after them.
Result<void> authorise(const Query& query, bool is_name_dn) {
  const bool is_nc_list = query.type == DS_REPL_INFO_NEIGHBORS || query.type == DS_REPL_INFO_REPSTO;
  if (is_metadata(query.type)) {
    if (!query.has_object) return fail(win32::kErrorInvalidParameter, "pszObjectDN");
    if (query.object == kNoDnt) return fail(is_name_dn ? win32::kErrorDsObjNotFound : win32::kErrorDsDraBadDn, "pszObjectDN");
  }
  const auto attribute = shown_attribute(query.type, query.has_object);
  if (attribute.empty() && !is_about_dsa(query.type)) return fail(win32::kErrorInvalidParameter, "InfoType");
  const bool is_about_all = is_about_dsa(query.type) || (is_nc_list && !query.has_object);
  const auto granted = is_about_all ? repl_info::may_see_all(query) : repl_info::may_see(query, attribute, query.object);
  if (!granted) return std::unexpected(granted.error());
  return *granted ? Result<void>() : fail(win32::kErrorDsDraAccessDenied, "DS-Replication-Monitor-Topology");
}

Result<void> look_up(const Query& query, Reply& reply) {
  if (is_about_dsa(query.type)) return repl_info::state_of_dsa(query, reply);
  const auto attribute = shown_attribute(query.type, true);
  if (attribute == "repsFrom" || attribute == "repsTo") return repl_info::neighbors(query, reply);
  if (attribute == "replUpToDateVector") return repl_info::cursors(query, reply);
  const bool is_of_object = query.type == DS_REPL_INFO_METADATA_FOR_OBJ || query.type == DS_REPL_INFO_METADATA_2_FOR_OBJ;
  return is_of_object ? repl_info::object_metadata(query, reply) : repl_info::value_metadata(query, reply);
}

/// pszObjectDN: a DN, or a name with parts in angle brackets, as people write them. True: it has a DN.
Result<bool> find_object(Query& query, const std::u16string& name) {
  const auto text = to_utf8(name);
  const auto parsed = text ? parse_dsname(*text) : Result<DSNAME>(std::unexpected(text.error()));
  if (!parsed) return false;
  const auto dnt = resolve_or_none(query.context, query.snapshot, *parsed);
  if (!dnt) return std::unexpected(dnt.error());
  query.object = *dnt;
  const auto dn = dsname_dn(*parsed);
  return dn && !dn->empty() && repl::parse_dn(*query.context.schema, *dn).has_value();
}

Result<void> answer(Query& query, const ndr::WString& object, Reply& reply) {
  if (query.is_v2 && query.base_index == repl_info::kNoMoreData) return fail(win32::kErrorNoMoreItems, "dwEnumerationContext");
  bool is_name_dn = false;
  query.has_object = object && !object->empty();
  if (query.has_object) {
    const auto found = find_object(query, *object);
    if (!found) return std::unexpected(found.error());
    is_name_dn = *found;
  }
  if (auto allowed = authorise(query, is_name_dn); !allowed) return allowed;
  return look_up(query, reply);
}

}  // namespace

Result<IDL_DRSGetReplInfo::Out> get_repl_info(Dsa& dsa, const CallContext& call, const IDL_DRSGetReplInfo::In& in) {
  const auto snapshot = dsa.store().read();
  Query query{dsa, call, dsa.context(), *snapshot};
  const ndr::WString* object = nullptr;
  if (const auto* const v1 = in.msgIn.get_if<1>()) {
    query.type = v1->InfoType;
    query.source_dsa = v1->uuidSourceDsaObjGuid;
    object = &v1->pszObjectDN;
  } else {
    const auto& v2 = *in.msgIn.get_if<2>();
    query.type = v2.InfoType;
    query.source_dsa = v2.uuidSourceDsaObjGuid;
    query.is_v2 = true;
    query.flags = v2.ulFlags;
    query.base_index = v2.dwEnumerationContext;
    query.attribute_name = v2.pszAttributeName;
    query.value_dn = v2.pszValueDN;
    object = &v2.pszObjectDN;
  }
  IDL_DRSGetReplInfo::Out out;
  (void)set_arm(out.msgOut, query.type, std::make_index_sequence<Reply::tags().size()>());
  if (const auto done = answer(query, *object, out.msgOut); !done) {
    dsa.log('d', "IDL_DRSGetReplInfo: " + describe_error(done.error()));
    out = {};
    (void)set_arm(out.msgOut, query.type, std::make_index_sequence<Reply::tags().size()>());
    out.result = static_cast<std::uint32_t>(done.error().code);
  }
  return out;
}

}  // namespace tributary::service
