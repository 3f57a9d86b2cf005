// SPDX-License-Identifier: Apache-2.0
// See heuristics.hpp.
#include "service/ldap/heuristics.hpp"

namespace tributary::service::ldap_face {

char ds_heuristic(const directory::Reader& reader, std::size_t position) {
  const auto configuration = reader.configuration_nc();
  if (configuration == store::kNoDnt) return '0';
  const auto service = reader.descendant(configuration, {"Services", "Windows NT", "Directory Service"});
  const auto* const attribute = reader.schema().find_attribute("dSHeuristics");
  if (service == store::kNoDnt || attribute == nullptr) return '0';
  const auto text = reader.text(reader.object(service), attribute->attid);
  return text && text->size() >= position ? (*text)[position - 1] : '0';
}

}  // namespace tributary::service::ldap_face
