// SPDX-License-Identifier: Apache-2.0
// Values that come in, and what is told about an update. Declared in updates.hpp.
#include "repl/updates/updates.hpp"

#include <algorithm>

#include "base/utf.hpp"

namespace tributary::repl {

NewValue reference_value(Dnt target, ByteView rest) { return {target, to_bytes(rest)}; }
NewValue octets_value(ByteView octets) { return {kNoDnt, to_bytes(octets)}; }

NewValue u32_value(std::uint32_t value) {
  NewValue made{kNoDnt, Bytes(sizeof value)};
  store_le(made.octets.data(), value);
  return made;
}

NewValue bool_value(bool value) { return u32_value(value ? 1 : 0); }

NewValue i64_value(std::int64_t value) {
  NewValue made{kNoDnt, Bytes(sizeof value)};
  store_le(made.octets.data(), static_cast<std::uint64_t>(value));
  return made;
}

NewValue text_value(std::string_view utf8) {
  const auto units = to_utf16_lossy(utf8);
  NewValue made{kNoDnt, Bytes(2 * units.size())};
  for (std::size_t i = 0; i < units.size(); ++i) store_le(made.octets.data() + 2 * i, static_cast<std::uint16_t>(units[i]));
  return made;
}

void Updates::append(const Updates& other) {
  objects.insert(objects.end(), other.objects.begin(), other.objects.end());
  urgent = urgent || other.urgent;
  schema_changed = schema_changed || other.schema_changed;
}

std::vector<Dnt> Updates::ncs() const {
  std::vector<Dnt> all;
  for (const auto& object : objects) all.push_back(object.nc);
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

}  // namespace tributary::repl
