// SPDX-License-Identifier: Apache-2.0
// What the operations of rootDSE modifies ([MS-ADTS] 3.1.1.3.3) are given, for the files that have them alone.
#pragma once

#include "base/win32.hpp"
#include "service/access.hpp"
#include "service/directory/partitions.hpp"
#include "service/ldap/operations.hpp"
#include "service/ldap/refusals.hpp"

namespace tributary::service::ldap_face {

/// One operation on one state of the directory. May refuse (service/directory/refusal.hpp).
struct RootDseModify {
  const LdapCall& call;
  const repl::Context& context;
  const store::Snapshot& snapshot;
  const directory::Reader& reader;
  const directory::Partitions& partitions;
  ByteView value;  ///< the first one

  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(value.data()), value.size()}; }
  [[nodiscard]] bool has_right(store::Dnt object, const Guid& right) const {
    return object != store::kNoDnt && directory::must(access_check_car(context, snapshot, call.caller->token, object, right));
  }
};

/// success, when it has no message.
[[nodiscard]] lp::Outcome replicate_single_object(const RootDseModify& asked);
[[nodiscard]] lp::Outcome remove_lingering_object(const RootDseModify& asked);
[[nodiscard]] lp::Outcome enable_optional_feature(const RootDseModify& asked);

[[nodiscard]] inline lp::Outcome no_right() {
  return refusal(lp::ResultCode::kInsufficientAccessRights, win32::kErrorDsInsuffAccessRights, "the caller lacks the right that this operation asks for");
}

}  // namespace tributary::service::ldap_face
