// SPDX-License-Identifier: Apache-2.0
// The value of objectClass in its order ([MS-ADTS] 3.1.1.2.4.3, 3.1.1.2.4.6). Declared in schema.hpp.
#include <algorithm>

#include "base/win32.hpp"
#include "schema/schema.hpp"

namespace tributary::schema {
namespace {

void append_once(std::vector<Attid>& list, Attid attid) {
  if (!contains(list, attid)) list.push_back(attid);
}

}  // namespace

Result<std::vector<Attid>> Schema::complete_object_class(std::span<const Attid> object_class) const {
  for (const auto attid : object_class) {
    const auto* const each = find_class(attid);
    if (each == nullptr || each->is_defunct)
      return fail(win32::kErrorDsObjClassNotDefined, each == nullptr ? "an unknown class" : each->ldap_display_name + " is defunct");
  }
  const auto* const most_specific = structural_class(object_class);
  if (most_specific == nullptr) {
    const bool only_abstract = !object_class.empty() && std::ranges::none_of(object_class, [this](Attid each) { return find_class(each)->may_be_structural(); });
    if (only_abstract) return fail(win32::kErrorDsClassMustBeConcrete, find_class(object_class.back())->ldap_display_name + " has no instances");
    return fail(win32::kErrorDsObjClassNotSubclass, "no single most specific structural class");
  }
  const auto& chain = most_specific->effective.superclasses;
  std::vector<Attid> complete;
  if (!chain.empty()) complete.push_back(chain.back());
  for (const auto attid : object_class) {
    if (attid == most_specific->attid || contains(chain, attid)) continue;
    const auto& auxiliary = *find_class(attid);
    if (!auxiliary.may_be_auxiliary()) return fail(win32::kErrorDsObjClassNotSubclass, auxiliary.ldap_display_name + " is no auxiliary class");
    for (const auto each : auxiliary.effective.superclasses)
      if (!contains(chain, each)) append_once(complete, each);
    append_once(complete, attid);
  }
  for (const auto each : std::vector<Attid>(chain.rbegin(), chain.rend())) append_once(complete, each);
  append_once(complete, most_specific->attid);
  return complete;
}

}  // namespace tributary::schema
