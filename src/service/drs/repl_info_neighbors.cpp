// SPDX-License-Identifier: Apache-2.0
// DS_REPL_INFO_NEIGHBORS and DS_REPL_INFO_REPSTO: [MS-DRSR] 4.1.13.3. NCs in the order of their roots here, values as they are stored.
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/state/reps.hpp"
#include "service/drs/repl_info.hpp"

namespace tributary::service::repl_info {

using namespace drsuapi;
using store::Dnt;
using store::kNoDnt;

namespace {

/// What of the options is shown (5.172, 5.173).
constexpr std::uint32_t kShown = DRS_WRIT_REP | DRS_INIT_SYNC | DRS_PER_SYNC | DRS_MAIL_REP | DRS_DISABLE_AUTO_SYNC | DRS_DISABLE_PERIODIC_SYNC |
                                 DRS_USE_COMPRESSION | DRS_TWOWAY_SYNC | DRS_NONGC_RO_REP | DRS_FULL_SYNC_IN_PROGRESS | DRS_FULL_SYNC_PACKET |
                                 DRS_REF_GCSPN | DRS_NEVER_SYNCED | DRS_SPECIAL_SECRET_PROCESSING | DRS_PREEMPTED | DRS_NEVER_NOTIFY | DRS_SYNC_PAS;

/// What both lists tell of a value.
template <class Value>
Result<DS_REPL_NEIGHBORW> common(const Value& value, const ndr::WString& nc_dn, const Guid& nc_guid, Names& names) {
  DS_REPL_NEIGHBORW neighbor;
  neighbor.pszNamingContext = nc_dn;
  neighbor.uuidNamingContextObjGuid = nc_guid;
  neighbor.pszSourceDsaAddress = to_utf16_lossy(value.na_dsa);
  neighbor.uuidSourceDsaObjGuid = value.uuid_dsa.value;
  auto dn = names.of_object(value.uuid_dsa.value);
  if (!dn) return std::unexpected(std::move(dn.error()));
  neighbor.pszSourceDsaDN = std::move(*dn);
  neighbor.dwReplicaFlags = value.options & kShown;
  neighbor.ftimeLastSyncSuccess = to_wire(value.time_last_success);
  neighbor.ftimeLastSyncAttempt = to_wire(value.time_last_attempt);
  neighbor.dwLastSyncResult = static_cast<std::uint32_t>(value.result_last_attempt);
  neighbor.cNumConsecutiveSyncFailures = value.consecutive_failures;
  return neighbor;
}

Result<DS_REPL_NEIGHBORW> source_of(const repl::RepsFrom& source, const ndr::WString& nc_dn, const Guid& nc_guid, Names& names) {
  auto neighbor = common(source, nc_dn, nc_guid, names);
  if (!neighbor) return neighbor;
  neighbor->uuidSourceDsaInvocationID = source.uuid_invoc_id.value;
  neighbor->uuidAsyncIntersiteTransportObjGuid = source.uuid_transport;
  auto transport = names.of_object(source.uuid_transport);
  if (!transport) return std::unexpected(std::move(transport.error()));
  neighbor->pszAsyncIntersiteTransportDN = std::move(*transport);
  neighbor->usnLastObjChangeSynced = source.usn_vec.usnHighObjUpdate;
  neighbor->usnAttributeFilter = source.usn_vec.usnHighPropUpdate;
  return neighbor;
}

Result<std::vector<Dnt>> roots_of(const Query& query) {
  if (query.has_object) return std::vector<Dnt>{query.object};
  return query.snapshot.nc_roots();
}

}  // namespace

Result<void> neighbors(const Query& query, Reply& reply) {
  const bool is_from = query.type == DS_REPL_INFO_NEIGHBORS;
  auto& out = is_from ? reply.emplace<DS_REPL_INFO_NEIGHBORS>().emplace() : reply.emplace<DS_REPL_INFO_REPSTO>().emplace();
  Names names(query);
  const auto roots = roots_of(query);
  if (!roots) return std::unexpected(roots.error());
  std::uint32_t index = 0;
  for (const Dnt root : *roots) {
    const auto replica = query.snapshot.nc_replica(root);
    const auto object = query.snapshot.find(root);
    if (!replica || !object) return std::unexpected(replica ? object.error() : replica.error());
    if (!*replica || !*object) continue;
    const auto nc_dn = names.of(root);
    if (!nc_dn) return std::unexpected(nc_dn.error());
    // A caller who names the NC is not told its GUID.
    const Guid nc_guid = query.has_object ? Guid{} : (*object)->guid().value;
    for (const auto& octets : is_from ? (*replica)->reps_from : (*replica)->reps_to) {
      auto neighbor = [&]() -> Result<std::optional<DS_REPL_NEIGHBORW>> {
        if (!is_from) {
          const auto partner = repl::decode_reps_to(octets);
          return partner ? common(*partner, *nc_dn, nc_guid, names) : Result<DS_REPL_NEIGHBORW>(std::unexpected(partner.error()));
        }
        const auto source = repl::decode_reps_from(octets);
        if (!source) return std::unexpected(source.error());
        if (!query.source_dsa.is_null() && source->uuid_dsa.value != query.source_dsa) return std::nullopt;
        return source_of(*source, *nc_dn, nc_guid, names);
      }();
      if (!neighbor) return std::unexpected(std::move(neighbor.error()));
      if (*neighbor && index++ >= query.base_index) out.rgNeighbor.push_back(std::move(**neighbor));
    }
  }
  return {};
}

}  // namespace tributary::service::repl_info
