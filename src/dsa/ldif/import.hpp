// SPDX-License-Identifier: Apache-2.0
// LDIF into the directory as originating updates ([MS-ADTS] 3.1.1.5.2), and the directory as LDIF. Records come in batches of one
// transaction; a value that names an object which comes later is added in the end. Accounts get SIDs from this DSA's RID pool (3.1.1.1.12),
// everything gets the descriptor that the schema and its parent give it (6.1.3).
// Who may import is not judged here: it is whoever may read the data folder.
#pragma once

#include <functional>
#include <string>

#include "dsa/ldif/ldif.hpp"
#include "service/dsa.hpp"

namespace tributary::dsa {

struct ImportOptions {
  std::size_t records_per_batch = 500;
  bool continue_on_error = false;  ///< count what cannot be added and go on
  bool skip_existing = false;      ///< an object of that name that is there already is no error
};
struct Imported {
  std::uint64_t objects = 0, values_later = 0, skipped = 0, failed = 0;
  std::string first_failure;
};

/// Commits one originating update; of a running DSA, Dsa::update.
using Updater = std::function<Result<repl::Updates>(const service::Dsa::Update&)>;
/// Sees to it that this DSA has RIDs again: of a running DSA, RunningDsa::ask_for_rids. Without one the import ends there.
using RidSource = std::function<Result<void>()>;
/// Errors name the line of the record. What was committed before stays. `progress` after each batch; false ends it (kErrorCancelled).
[[nodiscard]] Result<Imported> import_ldif(LdifReader& reader, const Updater& update, const RidSource& more_rids, const ImportOptions& options,
                                           const std::function<bool(const Imported&)>& progress);

struct ExportOptions {
  std::string base;              ///< a DN; empty: every NC that is held
  bool with_operational = false; ///< also what import does not take: GUIDs, SIDs, times, descriptors
  bool with_secrets = false;     ///< also passwords and the like, in clear ([MS-DRSR] 4.1.10.3.11)
};
/// Parents before children. How many objects.
[[nodiscard]] Result<std::uint64_t> export_ldif(const store::Snapshot& snapshot, const repl::Context& context, const ExportOptions& options,
                                                const std::function<bool(std::string_view)>& write);

}  // namespace tributary::dsa
