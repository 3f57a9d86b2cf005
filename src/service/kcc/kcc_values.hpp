// SPDX-License-Identifier: Apache-2.0
// What the KCC remembers from run to run: kCCFailedLinks and kCCFailedConnections ([MS-DRSR] 5.111, 5.112) and the connections that it deleted of
// late ([MS-ADTS] 6.2.2.2, oscillation), as values of the DSA in the store. docs/formats/kcc.md has every octet.
#pragma once

#include "store/directory_store.hpp"
#include "topology/configuration.hpp"
#include "topology/plan.hpp"

namespace tributary::service {

struct KccValues {
  std::vector<topology::FailedTuple> failed_links, failed_connections;
  std::vector<topology::DeletedConnection> deleted_connections;
};
/// What a run may leave behind; of more the last ones count.
inline constexpr std::size_t kKccTuplesMax = 10'000;
/// [MS-ADTS] 6.1.1.2.2.1.2.1.2: deletions count for a week.
inline constexpr std::int64_t kDeletedConnectionSeconds = 7 * 86'400;

[[nodiscard]] Bytes encode_failed_tuples(std::span<const topology::FailedTuple> tuples);
[[nodiscard]] Result<std::vector<topology::FailedTuple>> decode_failed_tuples(ByteView octets);
[[nodiscard]] Bytes encode_deleted_connections(std::span<const topology::DeletedConnection> connections);
[[nodiscard]] Result<std::vector<topology::DeletedConnection>> decode_deleted_connections(ByteView octets);

/// Empty lists where there is no value. kErrorInvalidData.
[[nodiscard]] Result<KccValues> read_kcc_values(const store::Snapshot& snapshot);
/// The plan's variables, and its deletions beside those before that are not yet a week old.
[[nodiscard]] Result<void> write_kcc_values(store::WriteTransaction& tx, const topology::KccPlan& plan, DsTime now);

}  // namespace tributary::service
