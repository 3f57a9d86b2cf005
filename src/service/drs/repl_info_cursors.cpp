// SPDX-License-Identifier: Apache-2.0
// The four forms of an NC replica's up-to-dateness vector: [MS-DRSR] 4.1.13.3, 4.1.13.2.4 (GetUpToDatenessVector).
// DEVIATION: a page of cursors that leaves exactly one behind says so; by the section's count the last one would never be asked for.
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/source/local_state.hpp"
#include "service/drs/repl_info.hpp"

namespace tributary::service::repl_info {

using namespace drsuapi;
using repl::UpToDateCursor;

namespace {

/// The vector with our own cursor, in ascending order.
Result<repl::ReplUpToDateVector> vector_of(const Query& query) {
  const auto replica = query.object == store::kNoDnt ? Result<std::optional<store::NcReplica>>(std::nullopt) : query.snapshot.nc_replica(query.object);
  if (!replica) return std::unexpected(replica.error());
  // DEVIATION: also for DS_REPL_INFO_UPTODATE_VECTOR_V1, where the section checks nothing: a vector of an NC that is not here would claim
  // that everything of ours is in it.
  if (!*replica || (*replica)->going) return fail(win32::kErrorDsDraBadNc, "no replica of this NC is here");
  return repl::local_utd(query.context, query.snapshot, **replica);
}

template <class Out, class Fill>
Result<void> fill_page(const Query& query, std::span<const UpToDateCursor> all, Out& out, Fill&& fill) {
  const std::size_t begin = std::min<std::size_t>(query.base_index, all.size());
  const std::size_t end = std::min(all.size(), begin + kEntriesMax);
  for (std::size_t i = begin; i < end; ++i)
    if (auto done = fill(all[i], out.rgCursor.emplace_back()); !done) return done;
  out.dwEnumerationContext = end < all.size() ? static_cast<std::uint32_t>(end) : kNoMoreData;
  return {};
}

template <class Entry>
void set_cursor(const UpToDateCursor& cursor, Entry& entry) {
  entry.uuidSourceDsaInvocationID = cursor.uuid_dsa.value;
  entry.usnAttributeFilter = cursor.usn_high_prop_update.value;
  if constexpr (requires { entry.ftimeLastSyncSuccess; }) entry.ftimeLastSyncSuccess = to_wire(cursor.time_last_sync_success);
}

}  // namespace

Result<void> cursors(const Query& query, Reply& reply) {
  const auto vector = vector_of(query);
  if (!vector) return std::unexpected(vector.error());
  const auto all = vector->cursors();
  if (query.type == DS_REPL_INFO_UPTODATE_VECTOR_V1) {
    reply.emplace<DS_REPL_INFO_UPTODATE_VECTOR_V1>() = repl::utd_to_wire_v1(*vector);
    return {};
  }
  if (query.type == DS_REPL_INFO_CURSORS_FOR_NC) {
    auto& out = reply.emplace<DS_REPL_INFO_CURSORS_FOR_NC>().emplace();
    for (std::size_t i = query.base_index; i < all.size(); ++i) set_cursor(all[i], out.rgCursor.emplace_back());
    return {};
  }
  if (query.type == DS_REPL_INFO_CURSORS_2_FOR_NC) {
    return fill_page(query, all, reply.emplace<DS_REPL_INFO_CURSORS_2_FOR_NC>().emplace(), [](const UpToDateCursor& cursor, auto& entry) {
      set_cursor(cursor, entry);
      return Result<void>();
    });
  }
  Names names(query);
  return fill_page(query, all, reply.emplace<DS_REPL_INFO_CURSORS_3_FOR_NC>().emplace(), [&](const UpToDateCursor& cursor, auto& entry) -> Result<void> {
    set_cursor(cursor, entry);
    auto dn = names.of_invocation(cursor.uuid_dsa);
    if (!dn) return std::unexpected(std::move(dn.error()));
    entry.pszSourceDsaDN = std::move(*dn);
    return {};
  });
}

}  // namespace tributary::service::repl_info
