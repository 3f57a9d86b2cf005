// SPDX-License-Identifier: Apache-2.0
// See nt_hash.hpp.
#include "service/logon/nt_hash.hpp"

#include "base/win32.hpp"
#include "drsuapi/compress/secrets.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/directory/constants.hpp"

namespace tributary::service {

using security::ntlm::Key;

Result<std::optional<Key>> nt_hash_of(const store::ObjectView& account) {
  const auto value = account.first(directory::attid::kUnicodePwd);
  if (!value || value->empty()) return std::nullopt;
  const auto sid = account.head().sid;
  const auto parts = sid ? security::split_sid(*sid) : std::nullopt;
  if (!parts || value->size() != Key::kSize) return fail(win32::kErrorInvalidData, "its unicodePwd is no NT hash");
  const auto hash = remove_rid_layer(parts->rid, *value);
  if (!hash) return std::unexpected(hash.error());
  return Key(hash->view().first<Key::kSize>());
}

}  // namespace tributary::service
