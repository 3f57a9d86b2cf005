// SPDX-License-Identifier: Apache-2.0
// See nt_hash.hpp.
#include "service/logon/nt_hash.hpp"

#include "base/win32.hpp"
#include "drsuapi/compress/secrets.hpp"
#include "repl/objects/secret_values.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/directory/constants.hpp"

namespace tributary::service {

using security::ntlm::Key;

Result<std::optional<Key>> nt_hash_of(const repl::Context& context, const store::ObjectView& account) {
  const auto clear = repl::clear_value(context, account, directory::attid::kUnicodePwd);
  if (!clear) return std::unexpected(clear.error());
  if (!*clear || (*clear)->view().empty()) return std::nullopt;
  const auto value = (*clear)->view();
  const auto sid = account.head().sid;
  const auto parts = sid ? security::split_sid(*sid) : std::nullopt;
  if (!parts || value.size() != Key::kSize) return fail(win32::kErrorInvalidData, "its unicodePwd is no NT hash");
  const auto hash = remove_rid_layer(parts->rid, value);
  if (!hash) return std::unexpected(hash.error());
  return Key(hash->view().first<Key::kSize>());
}

}  // namespace tributary::service
