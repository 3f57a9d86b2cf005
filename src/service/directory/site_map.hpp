// SPDX-License-Identifier: Apache-2.0
// The sites of the forest and what it costs to get from one to another, read once: [MS-ADTS] 6.1.1.2.2, [MS-DRSR] 4.1.16.3. The paths are
// topology/site_costs.hpp's. Knows no operation.
#pragma once

#include <map>

#include "service/directory/reader.hpp"
#include "topology/site_costs.hpp"

namespace tributary::service::directory {

/// Sites and site links as numbers.
class SiteMap {
 public:
  explicit SiteMap(const Reader& reader);

  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::uint32_t> costs_from(std::size_t site) const;
  /// The site that costs least to get to, if any can be got to: of several the one that was created first.
  [[nodiscard]] Dnt closest_to(Dnt site) const;

 private:
  void add_link(Dnt link);
  void add_bridge(Dnt bridge);

  const Reader& reader_;
  Dnt container_;
  std::map<Dnt, std::size_t> numbers_, link_numbers_;
  std::vector<topology::WeightedLink> links_;
  std::vector<topology::BridgedLinks> bridges_;
  bool bridges_required_ = false;
};

}  // namespace tributary::service::directory
