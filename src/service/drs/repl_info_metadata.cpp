// SPDX-License-Identifier: Apache-2.0
// Stamps of an object's attributes: DS_REPL_INFO_METADATA_FOR_OBJ and DS_REPL_INFO_METADATA_2_FOR_OBJ, [MS-DRSR] 4.1.13.3.
#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/state/stamps.hpp"
#include "schema/schema.hpp"
#include "service/drs/repl_info.hpp"

namespace tributary::service::repl_info {

using namespace drsuapi;
using store::AttributeStamp;
using store::Attid;

namespace {

struct Stamped {
  Attid attid{};
  AttributeStamp stamp;
  Usn usn_local;
};

/// The newest stamp of the values of each forward link, in the order of attributes.
Result<std::vector<Stamped>> link_stamps(const Query& query) {
  std::vector<Stamped> newest;
  std::optional<store::LinkValueStamp> best;
  const auto scanned = query.snapshot.links(query.object, Attid{}, [&](const store::LinkValue& link) {
    if (link.legacy) return true;
    if (newest.empty() || newest.back().attid != link.key.attid) {
      newest.push_back({link.key.attid, {}, {}});
      best.reset();
    }
    if (best && repl::compare_link_value_stamps(link.stamp, *best) <= 0) return true;
    best = link.stamp;
    newest.back() = {link.key.attid, link.stamp.stamp, link.usn_local};
    newest.back().stamp.uuid_originating = {};
    return true;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return newest;
}

Result<std::vector<Stamped>> stamps_of(const Query& query) {
  const auto object = query.snapshot.find(query.object);
  if (!object) return std::unexpected(object.error());
  std::vector<Stamped> all;
  if (!*object) return all;
  for (std::size_t i = 0; i < (*object)->attribute_count(); ++i) {
    const auto attribute = (*object)->attribute(i);
    if (attribute.has_stamp()) all.push_back({attribute.attid(), attribute.stamp(), attribute.usn_local()});
  }
  if (!query.is_v2 || (query.flags & kDsReplInfoFlagImproveLinkedAttrs) == 0) return all;
  const auto improved = link_stamps(query);
  if (!improved) return improved;
  for (const auto& link : *improved) {
    const auto at = std::ranges::lower_bound(all, link.attid, {}, &Stamped::attid);
    if (at != all.end() && at->attid == link.attid)
      *at = link;
    else
      all.insert(at, link);
  }
  return all;
}

template <class Out>
Result<void> fill(const Query& query, std::span<const Stamped> stamps, Out& out) {
  Names names(query);
  for (std::size_t i = query.base_index; i < stamps.size(); ++i) {
    auto& entry = out.rgMetaData.emplace_back();
    const auto& [attid, stamp, usn_local] = stamps[i];
    entry.pszAttributeName = attribute_name(*query.context.schema, attid);
    entry.dwVersion = stamp.version;
    entry.ftimeLastOriginatingChange = to_wire(stamp.time_changed);
    entry.uuidLastOriginatingDsaInvocationID = stamp.uuid_originating.value;
    entry.usnOriginatingChange = stamp.usn_originating.value;
    entry.usnLocalChange = usn_local.value;
    if constexpr (requires { entry.pszLastOriginatingDsaDN; }) {
      auto dn = names.of_invocation(stamp.uuid_originating);
      if (!dn) return std::unexpected(std::move(dn.error()));
      entry.pszLastOriginatingDsaDN = std::move(*dn);
    }
  }
  return {};
}

}  // namespace

Result<void> object_metadata(const Query& query, Reply& reply) {
  const auto stamps = stamps_of(query);
  if (!stamps) return std::unexpected(stamps.error());
  if (query.type == DS_REPL_INFO_METADATA_FOR_OBJ) return fill(query, *stamps, reply.emplace<DS_REPL_INFO_METADATA_FOR_OBJ>().emplace());
  return fill(query, *stamps, reply.emplace<DS_REPL_INFO_METADATA_2_FOR_OBJ>().emplace());
}

}  // namespace tributary::service::repl_info
