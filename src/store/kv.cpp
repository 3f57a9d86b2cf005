// SPDX-License-Identifier: Apache-2.0
// See kv.hpp. The names are those of docs/formats/store.md.
#include "store/kv.hpp"

#include <array>

namespace tributary::store::kv {

std::string_view table_name(Table table) noexcept {
  static constexpr std::array<std::string_view, kTableCount> kNames = {
      "meta", "objects", "guids", "children", "changes", "links", "backlinks", "link_changes", "equality",
      "object_graves", "link_graves", "references", "nc_replicas", "nc_sizes", "dsa_values"};
  return kNames[static_cast<std::size_t>(table)];
}

}  // namespace tributary::store::kv
