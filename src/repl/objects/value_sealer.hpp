// SPDX-License-Identifier: Apache-2.0
// How values of secret attributes ([MS-DRSR] 4.1.10.3.11) are kept in the store: an interface that the edge realises. A sealed value opens
// only for the object and the attribute that it was sealed for; objectGUIDs and local numbers of attributes never change, so it stays
// readable through moves, renames, deletion and undeletion. Must never know what a key is or where keys are.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "drsuapi/attid.hpp"
#include "drsuapi/compress/secrets.hpp"

namespace tributary::repl {

/// Any thread. No error ever holds a value.
class ValueSealer {
 public:
  ValueSealer() = default;
  ValueSealer(const ValueSealer&) = delete;
  ValueSealer& operator=(const ValueSealer&) = delete;
  virtual ~ValueSealer() = default;

  /// The stored form: another one each time, so stored forms say nothing about whether values are equal.
  [[nodiscard]] virtual Result<Bytes> seal(const ObjectGuid& object, drsuapi::Attid attid, ByteView clear) const = 0;
  [[nodiscard]] virtual Result<SecretBytes> unseal(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) const = 0;
  /// Whether the stored form is what seal() would make today, and not one of before: in clear, or under an older key.
  [[nodiscard]] virtual bool is_current(const ObjectGuid& object, drsuapi::Attid attid, ByteView stored) const = 0;
};

}  // namespace tributary::repl
