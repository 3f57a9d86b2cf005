// SPDX-License-Identifier: Apache-2.0
// Secret values ([MS-DRSR] 4.1.10.3.11) of a database that was made before its secrets were sealed, or whose key was changed: brought into the
// form that the context's ValueSealer gives today, some objects at a time, and looked at. No update in the sense of [MS-ADTS] 3.1.1.5: the
// values stay what they are, so no stamp, no USN and no time changes, and nothing replicates. Must never know what a key is.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

/// What one transaction takes on, so that nobody waits long for his turn.
struct ResealLimits {
  std::size_t objects_read_max = 20'000;
  std::size_t objects_written_max = 500;
  std::size_t octets_written_max = 8u << 20;
};
struct ResealStep {
  ObjectGuid next;    ///< where the next step begins
  bool more = false;
  std::uint64_t objects_read = 0;
  std::uint64_t values_written = 0;
  std::uint64_t values_unreadable = 0;  ///< left as they are
  ObjectGuid first_unreadable;
};
/// The objects from `from` on in the order of their GUIDs. The context has a sealer. When it fails the transaction is lost.
[[nodiscard]] Result<ResealStep> reseal_secrets(WriteTransaction& tx, const Context& context, const ObjectGuid& from, const ResealLimits& limits = {});

struct SecretsReport {
  std::uint64_t values = 0;      ///< that open
  std::uint64_t unreadable = 0;
  std::string first_unreadable;  ///< object and attribute, and why
};
/// Opens every secret value there is.
[[nodiscard]] Result<SecretsReport> verify_secrets(const Snapshot& snapshot, const Context& context);

}  // namespace tributary::repl
