// SPDX-License-Identifier: Apache-2.0
// See heuristics.hpp.
#include "service/ldap/heuristics.hpp"

namespace tributary::service::ldap_face {

std::string ds_heuristics(const directory::Reader& reader) {
  const auto configuration = reader.configuration_nc();
  if (configuration == store::kNoDnt) return {};
  const auto service = reader.descendant(configuration, {"Services", "Windows NT", "Directory Service"});
  const auto* const attribute = reader.schema().find_attribute("dSHeuristics");
  if (service == store::kNoDnt || attribute == nullptr) return {};
  return reader.text(reader.object(service), attribute->attid).value_or("");
}

char ds_heuristic(const directory::Reader& reader, std::size_t position) {
  const auto text = ds_heuristics(reader);
  return text.size() >= position ? text[position - 1] : '0';
}

}  // namespace tributary::service::ldap_face
