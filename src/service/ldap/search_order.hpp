// SPDX-License-Identifier: Apache-2.0
// Sorted results and windows into them ([MS-ADTS] 3.1.1.3.4.1.13, 3.1.1.3.4.1.17; RFC 2891): by one attribute, by the forms in which its
// values compare. DEVIATION: the ordering rules of languages are accepted, and all of them order by folded code points, as filters compare.
// Pure but for memory.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ldap/protocol/controls.hpp"
#include "query/filter.hpp"

namespace tributary::service::ldap_face {

/// What a sort control asks for; a code other than success: it cannot be done.
struct SortOrder {
  const schema::AttributeSchema* attribute = nullptr;
  bool is_reverse = false;
  ldap::ResultCode code = ldap::ResultCode::kSuccess;
};
[[nodiscard]] SortOrder read_order(const schema::Schema& schema, std::span<const ldap::SortKey> keys);

struct SortedObject {
  std::optional<Bytes> key;  ///< nothing: it has no value that the caller may see; such objects are the last (RFC 2891 2.2)
  store::Dnt dnt = store::kNoDnt;
};
/// The key of an object: the least of its values, cut.
[[nodiscard]] std::optional<Bytes> sort_key(const schema::AttributeSchema& attribute, const store::ObjectView& object);
void sort_objects(std::vector<SortedObject>& objects, bool is_reverse);

/// A part of a sorted list. `target` counts from one; 0 in an empty list.
struct VlvWindow {
  std::size_t begin = 0, end = 0;
  std::uint32_t target = 0, count = 0;
  ldap::ResultCode code = ldap::ResultCode::kSuccess;
};
/// Only of objects that have a key. `asserted`: the form of the assertion value, for a request that has one; nothing: it is none.
[[nodiscard]] VlvWindow vlv_window(const ldap::VlvRequest& request, std::span<const SortedObject> objects, bool is_reverse,
                                   const std::optional<Bytes>& asserted);

}  // namespace tributary::service::ldap_face
