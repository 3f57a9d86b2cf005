// SPDX-License-Identifier: Apache-2.0
// repsFrom before and after.
#include "cli/source_state.hpp"

#include <fmt/format.h>

#include <algorithm>

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

/// What IDL_DRSGetReplInfo does not tell: how the value lies in memory, its schedule, its transport, and flags in the numbers of the wire.
constexpr const char* kOnlyInTheValue[] = {"dwVersion",  "dwReserved0", "cb",         "cbOtherDraOffset", "cbOtherDra", "ulReplicaFlags",
                                           "rtSchedule", "dwReserved1", "dwReserved", "cbPasDataOffset",  "otherDra",   "uuidTransportObj"};

REPS_FROM from_neighbor(const client::Neighbor& in) {
  REPS_FROM out;
  out.cConsecutiveFailures = in.consecutive_failures;
  out.timeLastSuccess = to_ds_time(in.last_success);
  out.timeLastAttempt = to_ds_time(in.last_attempt);
  out.ulResultLastAttempt = in.last_result;
  out.usnVec.usnHighObjUpdate = in.last_object_change_synced.value;
  out.usnVec.usnHighPropUpdate = in.attribute_filter.value;
  out.uuidDsaObj = in.dsa_guid;
  out.uuidInvocId = in.invocation_id;
  return out;
}

Result<std::optional<REPS_FROM>> among_raw_values(client::Directory& directory, const std::string& nc_dn, DsaGuid source) {
  auto values = directory.attribute(nc_dn, "repsFrom");
  if (!values) return std::unexpected(std::move(values.error()));
  std::optional<REPS_FROM> found;
  for (const auto& value : *values) {
    auto decoded = drsuapi::blobs::decode_reps_from(value);
    if (!decoded) return std::unexpected(in_phase(std::move(decoded.error()), Phase::kLdap));
    if (!found && decoded->uuidDsaObj == source) found = std::move(*decoded);
  }
  return found;
}

}  // namespace

Result<StateOrigin> origin_of_state(const client::DcView& dc) {
  auto directory = dc.directory();
  if (!directory) return std::unexpected(std::move(directory.error()));
  return (*directory)->has_ldap() ? StateOrigin::kRawValue : StateOrigin::kCall;
}

Result<std::optional<REPS_FROM>> read_source_state(const client::DcView& dc, const std::string& nc_dn, DsaGuid source) {
  auto directory = dc.directory();
  if (!directory) return std::unexpected(std::move(directory.error()));
  if ((*directory)->has_ldap()) return among_raw_values(**directory, nc_dn, source);
  auto inbound = client::read_neighbors(dc, client::Direction::kInbound, nc_dn);
  if (!inbound) return std::unexpected(std::move(inbound.error()));
  const auto found = std::ranges::find(inbound->items, source, &client::Neighbor::dsa_guid);
  return found == inbound->items.end() ? std::nullopt : std::optional(from_neighbor(*found));
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

boost::json::value to_json_or_null(const std::optional<REPS_FROM>& state, StateOrigin origin) {
  if (!state) return nullptr;
  auto shown = drsuapi::blobs::to_json(*state);
  if (origin == StateOrigin::kCall)
    for (const char* const name : kOnlyInTheValue) shown.erase(name);
  return shown;
}

}  // namespace tributary::cli
