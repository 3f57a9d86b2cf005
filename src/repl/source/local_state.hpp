// SPDX-License-Identifier: Apache-2.0
// What a DSA says of itself in requests and replies alike: its schema signature ([MS-DRSR] 5.181) and its up-to-dateness vector of an NC
// (4.1.10.1.2, 4.1.10.4.1). Reads only.
#pragma once

#include "repl/objects/context.hpp"
#include "repl/state/up_to_dateness.hpp"
#include "schema/schema_info.hpp"
#include "store/directory_store.hpp"

namespace tributary::repl {

/// schemaInfo of the root of the Schema NC, else of the DSA ("schemaInfo"); a schema that never changed has none.
[[nodiscard]] Result<schema::SchemaInfo> local_schema_info(const store::Snapshot& snapshot);

/// The vector of the NC as this DSA tells it: the stored one, and a cursor for itself. Earlier invocations are in the stored one, where
/// whoever took the new invocationId put them (retire()). `own`: how far the cursor for itself goes; nothing: as far as the snapshot.
[[nodiscard]] Result<ReplUpToDateVector> local_utd(const Context& context, const store::Snapshot& snapshot, const store::NcReplica& nc,
                                                   std::optional<Usn> own = {});

}  // namespace tributary::repl
