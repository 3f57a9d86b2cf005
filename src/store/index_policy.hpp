// SPDX-License-Identifier: Apache-2.0
// What the store has to know of a schema: which attributes have an equality index, the form in which two equal values are the same
// octets, and how RDNs compare ([MS-ADTS] 3.1.1.2.2.4, 3.1.1.3.1.3). The schema implements it; without one (null) nothing is indexed
// and RDNs compare without regard to the case of ASCII letters.
// Threads: const functions may be called from several at once. Knows no record and no key.
#pragma once

#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "store/ids.hpp"

namespace tributary::store {

class IndexPolicy {
 public:
  virtual ~IndexPolicy() = default;
  /// The attributes with an equality index, ascending; lives as long as the policy and never changes.
  [[nodiscard]] virtual std::span<const Attid> indexed() const = 0;
  /// Sets `out` to the normal form of a stored value (object.hpp): equal values give equal octets. False: a value that no search
  /// can be equal to; it is not indexed. `out` is reused from call to call.
  [[nodiscard]] virtual bool normal_form(Attid attid, ByteView value, Bytes& out) const = 0;
  /// Sets `out` to the form in which RDN values under one parent must differ. Any UTF-8, also malformed, must give something.
  virtual void rdn_form(std::string_view rdn, Bytes& out) const = 0;
};

/// What applies without a policy: ASCII letters in lower case, all else as it is.
void default_rdn_form(std::string_view rdn, Bytes& out);

}  // namespace tributary::store
