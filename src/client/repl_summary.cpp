// SPDX-License-Identifier: Apache-2.0
// See repl_summary.hpp.
#include "client/repl_summary.hpp"

#include <algorithm>
#include <map>

namespace tributary::client {
namespace {

constexpr std::int64_t kTicksPerSecond = 10'000'000;

/// A row under construction: how long the failure whose code is shown has lasted.
struct Row {
  SummaryRow row;
  std::int64_t error_age_s = -1;
};
using Rows = std::map<DsaGuid, Row>;

void count(Row& into, const Neighbor& neighbor, FileTime now) {
  const bool never = neighbor.last_success.ticks == 0;
  // A clock that is behind the DC's makes no negative ages.
  const std::int64_t age_s = never ? 0 : std::max<std::int64_t>(0, (now.ticks - neighbor.last_success.ticks) / kTicksPerSecond);
  ++into.row.total;
  into.row.never_succeeded |= never;
  into.row.largest_delta_s = std::max(into.row.largest_delta_s, age_s);
  if (neighbor.last_result == Win32::kSuccess) return;
  ++into.row.failing;
  const std::int64_t error_age_s = never ? INT64_MAX : age_s;
  if (error_age_s <= into.error_age_s) return;
  into.error_age_s = error_age_s;
  into.row.error = neighbor.last_result;
}

std::vector<SummaryRow> finished(Rows rows) {
  std::vector<SummaryRow> all;
  for (auto& [guid, row] : rows) {
    row.row.dsa_guid = guid;
    all.push_back(std::move(row.row));
  }
  std::ranges::sort(all, {}, &SummaryRow::name);
  return all;
}

}  // namespace

ReplSummary summarize(const std::vector<DsaReport>& reports, FileTime now) {
  ReplSummary summary;
  Rows sources;
  Rows destinations;
  std::map<DsaGuid, std::string> names;
  for (const auto& report : reports) names[report.dsa.guid] = report.dsa.server_name;
  const auto name_of = [&](DsaGuid guid) { return names.contains(guid) ? names[guid] : to_string(guid); };
  for (const auto& report : reports) {
    if (!report.inbound) {
      summary.refusals.push_back({report.dsa.server_name, report.inbound.error()});
      continue;
    }
    Row& destination = destinations[report.dsa.guid];
    destination.row.name = report.dsa.server_name;
    for (const auto& neighbor : report.inbound->items) {
      Row& source = sources[neighbor.dsa_guid];
      source.row.name = name_of(neighbor.dsa_guid);
      count(source, neighbor, now);
      count(destination, neighbor, now);
    }
  }
  summary.sources = finished(std::move(sources));
  summary.destinations = finished(std::move(destinations));
  std::ranges::sort(summary.refusals, {}, &SummaryRefusal::name);
  return summary;
}

}  // namespace tributary::client
