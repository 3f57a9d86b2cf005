// SPDX-License-Identifier: Apache-2.0
// What every replication procedure is given: who we are, what the directory's rules are, the time and the source of chance.
// The engine owns none of it. `now` does not move during one turn of the engine (one originating update, one reply, one event).
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "base/ds_time.hpp"
#include "base/guid.hpp"

namespace tributary::schema {
class Schema;
class PrefixTable;
}  // namespace tributary::schema

namespace tributary::repl {

class ValueSealer;

/// Facts of the forest and of this DSA that procedures ask for and that are not in the objects at hand.
struct DirectoryRules {
  bool recycle_bin = false;                  ///< the optional feature is enabled ([MS-ADTS] 3.1.1.9.1; [MS-DRSR] 5.104)
  std::int64_t tombstone_lifetime_s = 180 * 86'400;        ///< [MS-ADTS] 6.1.1.2.4.1.1
  std::int64_t deleted_object_lifetime_s = 180 * 86'400;   ///< msDS-deletedObjectLifetime
  bool linked_value_replication = true;      ///< forest functional level of Windows Server 2003 or later
  bool strict_consistency = true;            ///< a change for an object that is not here stops the cycle ([MS-DRSR] 4.1.10.6.10)
  bool global_catalog = false;               ///< this DSA holds partial replicas of every domain
  bool read_only = false;                    ///< RODC
};

struct Context {
  DsaGuid dsa;                                     ///< objectGUID of our nTDSDSA object
  InvocationId invocation_id;
  std::shared_ptr<const schema::Schema> schema;    ///< of the moment: a change of the schema makes a new one
  DirectoryRules rules;
  FileTime now;                                    ///< wall clock
  Random* random = nullptr;                        ///< for new GUIDs; never null where one is made
  std::shared_ptr<const ValueSealer> sealer;       ///< of secret values in the store; null: they are kept as they come (secret_values.hpp)

  [[nodiscard]] DsTime ds_now() const noexcept { return to_ds_time(now); }
  [[nodiscard]] ObjectGuid new_guid() const {
    ObjectGuid guid;
    random->fill(guid.value.octets);
    guid.value.octets[7] = static_cast<std::uint8_t>((guid.value.octets[7] & 0x0F) | 0x40);  // RFC 4122 version 4
    guid.value.octets[8] = static_cast<std::uint8_t>((guid.value.octets[8] & 0x3F) | 0x80);
    return guid;
  }
};

}  // namespace tributary::repl
