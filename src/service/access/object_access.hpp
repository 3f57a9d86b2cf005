// SPDX-License-Identifier: Apache-2.0
// What one token may do with one object of the store: the descriptor is read and decoded once, then any number of questions are answered
// from it ([MS-ADTS] 5.1.3.3, 3.1.1.4.3, 3.1.1.4.4). access.hpp has the same for a single question.
// Thread: of the snapshot. Must not outlive context, snapshot and token. Reads only.
#pragma once

#include <optional>

#include "security/access/access_check.hpp"
#include "service/access.hpp"

namespace tributary::schema {
struct AttributeSchema;
}  // namespace tributary::schema

namespace tributary::service {

class ObjectAccess {
 public:
  /// Of what is no object here, and of an object without a readable descriptor, every answer is no.
  [[nodiscard]] static Result<ObjectAccess> of(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                               store::Dnt object);

  /// AccessCheckCAR ([MS-DRSR] 5.3).
  [[nodiscard]] bool control_access(const Guid& right) const;
  /// AccessCheckAttr ([MS-DRSR] 5.2). An attribute that the schema does not know is nobody's.
  [[nodiscard]] bool attribute(std::uint32_t access, store::Attid attribute) const;
  /// AccessCheckObject ([MS-DRSR] 5.4).
  [[nodiscard]] bool object(std::uint32_t access, const std::optional<Guid>& object_type = {}) const;

  /// The values may be shown ([MS-ADTS] 3.1.1.4.3, 3.1.1.4.4): RIGHT_DS_READ_PROPERTY and what special attributes ask for beyond that.
  /// Not judged here: attributes that are made from others, and nTSecurityDescriptor when only some of its parts are asked for.
  [[nodiscard]] Result<bool> may_read(store::Attid attribute) const;

 private:
  ObjectAccess(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token)
      : context_(context), snapshot_(snapshot), subject_{token, {}} {}
  [[nodiscard]] bool attribute(std::uint32_t access, const schema::AttributeSchema& attribute) const;

  const repl::Context& context_;
  const store::Snapshot& snapshot_;
  security::AccessSubject subject_;
  std::optional<security::SecurityDescriptor> descriptor_;
  Guid object_class_;  ///< schemaIDGUID; null when the schema does not know the class
  store::Dnt nc_ = store::kNoDnt;
};

/// 5.1.3.3.6: the caller may learn that there is such an object. `list_object_mode`: the heuristic fDoListObject of dSHeuristics.
[[nodiscard]] Result<bool> is_visible(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                      store::Dnt object, bool list_object_mode);

}  // namespace tributary::service
