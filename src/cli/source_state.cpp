// SPDX-License-Identifier: Apache-2.0
// repsFrom before and after.
#include "cli/source_state.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

namespace tributary::cli {
namespace {
using drsuapi::blobs::REPS_FROM;

struct Field {
  const char* name;
  std::string (*show)(const REPS_FROM&);
};

constexpr Field kFields[] = {
    {"timeLastAttempt", [](const REPS_FROM& r) { return to_string(r.timeLastAttempt); }},
    {"timeLastSuccess", [](const REPS_FROM& r) { return to_string(r.timeLastSuccess); }},
    {"ulResultLastAttempt", [](const REPS_FROM& r) { return code_text(r.ulResultLastAttempt); }},
    {"cConsecutiveFailures", [](const REPS_FROM& r) { return fmt::format("{}", r.cConsecutiveFailures); }},
    {"usnHighObjUpdate", [](const REPS_FROM& r) { return fmt::format("{}", r.usnVec.usnHighObjUpdate); }},
    {"usnHighPropUpdate", [](const REPS_FROM& r) { return fmt::format("{}", r.usnVec.usnHighPropUpdate); }},
    {"uuidInvocId", [](const REPS_FROM& r) { return to_string(r.uuidInvocId); }},
};

}  // namespace

Result<std::vector<REPS_FROM>> read_reps_from(client::Directory& directory, const std::string& nc_dn) {
  auto values = directory.attribute(nc_dn, "repsFrom");
  if (!values) return std::unexpected(std::move(values.error()));
  std::vector<REPS_FROM> all;
  for (const auto& value : *values) {
    auto decoded = drsuapi::blobs::decode_reps_from(value);
    if (!decoded) return std::unexpected(in_phase(std::move(decoded.error()), Phase::kLdap));
    all.push_back(std::move(*decoded));
  }
  return all;
}

Result<std::optional<REPS_FROM>> read_source_state(client::Directory& directory, const std::string& nc_dn, DsaGuid source) {
  auto all = read_reps_from(directory, nc_dn);
  if (!all) return std::unexpected(std::move(all.error()));
  for (auto& value : *all)
    if (value.uuidDsaObj == source) return std::optional(std::move(value));
  return std::optional<REPS_FROM>{};
}

void say_change(const Context& context, const std::optional<REPS_FROM>& before, const std::optional<REPS_FROM>& after) {
  Table table({{"repsFrom"}, {"before"}, {"after"}, {""}});
  for (const auto& field : kFields) {
    const std::string old_text = before ? field.show(*before) : "-";
    const std::string new_text = after ? field.show(*after) : "-";
    table.add({field.name, old_text, new_text, old_text == new_text ? "" : "*"});
  }
  context.say_lines(table.text());
}

boost::json::value to_json_or_null(const std::optional<REPS_FROM>& state) {
  if (!state) return nullptr;
  return drsuapi::blobs::to_json(*state);
}

}  // namespace tributary::cli
