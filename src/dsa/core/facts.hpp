// SPDX-License-Identifier: Apache-2.0
// What the directory says about this DSA and its forest, read from a snapshot: identity, rules, options, replicas with their partners, host
// names of DSAs. [MS-ADTS] 6.1.1.2 (Configuration NC), 3.1.1.5.1.6 (delays), 3.1.1.9 (recycle bin); [MS-DRSR] 5.172, 5.173.
// Reads only. A part that is missing (the Configuration NC replicates in pieces) leaves its default.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "repl/objects/context.hpp"
#include "repl/queue/events.hpp"
#include "service/dsa.hpp"
#include "store/directory_store.hpp"

namespace tributary::dsa {

/// How another DSA can be found: by its GUID, from the server object above its nTDSDSA object.
struct KnownDsa {
  std::string dn;
  std::string host_name;
  ObjectGuid site;
};

struct Facts {
  service::DsaIdentity identity;
  repl::DirectoryRules rules;
  std::uint32_t dsa_options = 0;
  std::vector<repl::NcReplica> replicas;
  std::map<store::Dnt, ObjectGuid> nc_guids;  ///< of the replicas that are held
  std::map<DsaGuid, KnownDsa> dsas;
  /// Optional features that the forest has enabled and that our nTDSDSA object does not name yet.
  std::vector<Guid> features_to_adopt;
};

/// Notification delays that the configuration sets instead of the directory's.
struct DelayOverrides {
  std::optional<std::int64_t> first_s, subsequent_s;
};

[[nodiscard]] Result<Facts> read_facts(const store::Snapshot& snapshot, const schema::Schema& schema, const DelayOverrides& delays);

/// The first value of an attribute by its LDAP name, as text; empty when it is absent or no text.
[[nodiscard]] std::string text_of(const schema::Schema& schema, const store::ObjectView& object, std::string_view attribute);

}  // namespace tributary::dsa
