// SPDX-License-Identifier: Apache-2.0
// The schema as a DSA holds it: the prefix table that it has grown (the value "prefixMap" of the DSA), and the objects of its replica of the
// Schema NC ([MS-ADTS] 3.1.1.2.1, [MS-DRSR] 5.15, 5.16.4). Reads; what changes the schema is updates/schema_update.hpp and replication.
#pragma once

#include <memory>

#include "repl/objects/names.hpp"
#include "schema/schema_rows.hpp"

namespace tributary::repl {

/// An object of the Schema NC as a row; schema::read_schema_row says what it defines.
[[nodiscard]] Result<schema::SchemaRow> schema_row_of(const Snapshot& snapshot, const ObjectView& object);

/// The default prefixes and those that this DSA has met besides.
[[nodiscard]] Result<schema::PrefixTable> stored_prefix_table(const Snapshot& snapshot);
/// In the transaction that writes the first object whose OID needs it.
[[nodiscard]] Result<void> store_prefix_table(store::WriteTransaction& tx, const schema::PrefixTable& table);

/// The root of the Schema NC, or kNoDnt.
[[nodiscard]] Result<Dnt> schema_nc(const Snapshot& snapshot, const schema::Schema& schema);

/// `base` with the objects of the Schema NC, deleted ones left out. Null when none is held: then nothing but `base` applies. A row that
/// cannot be read is an error: an object that everybody else understands is missing here.
[[nodiscard]] Result<std::shared_ptr<const schema::Schema>> load_schema(const Snapshot& snapshot, const schema::Schema& base);

}  // namespace tributary::repl
