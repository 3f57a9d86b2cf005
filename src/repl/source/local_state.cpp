// SPDX-License-Identifier: Apache-2.0
// See local_state.hpp.
#include "repl/source/local_state.hpp"

#include "repl/objects/attids.hpp"

namespace tributary::repl {

using store::Dnt;
using store::Snapshot;

Result<schema::SchemaInfo> local_schema_info(const Snapshot& snapshot) {
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const Dnt root : *roots) {
    const auto object = snapshot.find(root);
    if (!object) return std::unexpected(object.error());
    if (!*object) continue;
    if (const auto value = (*object)->first(attid::kSchemaInfo)) return schema::decode_schema_info(*value);
  }
  const auto value = snapshot.dsa_value("schemaInfo");
  if (!value) return std::unexpected(value.error());
  return *value ? schema::decode_schema_info(**value) : Result<schema::SchemaInfo>(schema::SchemaInfo{});
}

Result<ReplUpToDateVector> local_utd(const Context& context, const Snapshot& snapshot, const store::NcReplica& nc, std::optional<Usn> own) {
  ReplUpToDateVector utd;
  if (!nc.up_to_dateness_vector.empty()) {
    auto stored = decode_utd(nc.up_to_dateness_vector);
    if (!stored) return stored;
    utd = std::move(*stored);
  }
  return with_local(std::move(utd), context.invocation_id, own.value_or(snapshot.highest_committed_usn()), context.ds_now());
}

}  // namespace tributary::repl
