// SPDX-License-Identifier: Apache-2.0
// Link values: each value of a forward link attribute is a record of its own, with its own stamp ([MS-DRSR] 5.118, LinkValueStamp),
// so that a group with a million members changes by one record. A value that was removed stays, absent, until the tombstone lifetime
// is over. Knows no schema.
#pragma once

#include <compare>

#include "base/bytes.hpp"
#include "store/ids.hpp"
#include "store/stamp.hpp"

namespace tributary::store {

/// The identity of a link value. `data` is the binary or string part of DN-Binary and DN-String; empty for a DN.
struct LinkKey {
  Dnt source = kNoDnt;
  Attid attid{};  ///< the forward link attribute
  Dnt target = kNoDnt;
  Bytes data{};
  friend auto operator<=>(const LinkKey&, const LinkKey&) = default;
};

struct LinkValue {
  LinkKey key{};
  bool is_present = true;
  /// Of a value of LVR. A value of the time before (version 0, no stamp of its own) replicates with its attribute: legacy is then true
  /// ([MS-ADTS] 3.1.1.1.11).
  bool legacy = false;
  LinkValueStamp stamp{};
  Usn usn_local{};        ///< the key in the index of link changes; of the transaction that wrote it
  DsTime time_deleted{};  ///< local clock, while absent: the index of graves
  /// Present, but its source or target is a deleted object that the recycle bin keeps: shown only to those who ask ([MS-ADTS] 3.1.1.3.4.1.25).
  bool is_deactivated = false;
  friend bool operator==(const LinkValue&, const LinkValue&) = default;
};

}  // namespace tributary::store
