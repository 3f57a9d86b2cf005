// SPDX-License-Identifier: Apache-2.0
// A forest of the tests: a ConfigurationView that is built by names, the local state of each of its DSAs, and what happens when
// a plan of the KCC is carried out. No store and no network: a plan is visible to everybody as soon as it is applied.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "topology/kcc.hpp"
#include "topology/model.hpp"

namespace tributary::topology::testing {

struct DcSpec {
  std::string name;
  std::string site;
  std::string domain;
  bool gc = false;
  bool rodc = false;
  std::uint32_t version = 7;
  std::string mail;
};

struct LinkSpec {
  std::string name;
  std::vector<std::string> sites;
  std::uint32_t cost = 100;
  std::uint32_t interval_minutes = 180;
  std::uint32_t options = 0;
  std::optional<Schedule> schedule;
  std::string transport = "IP";
};

class Forest {
 public:
  Forest();

  // Names are unique within their kind; a name that is not there is a fault of the test and throws.
  Site& site(const std::string& name);  ///< made when it is not there, with settings
  void add_domain(const std::string& name);
  void add_application_nc(const std::string& name);
  NtdsDsa& add_dc(const DcSpec& spec);
  /// The DC is told to hold an application NC; `is_there`: and does so already. The first one always does.
  void host(const std::string& nc, const std::string& dc, bool is_there = true);
  SiteLink& add_link(const LinkSpec& spec);
  void add_bridge(const std::vector<std::string>& links);
  NtdsConnection& connect(const std::string& to, const std::string& from, std::uint32_t options);
  Transport& transport(const std::string& name);  ///< "IP" or "SMTP"
  CrossRef& nc(const std::string& name);          ///< "config", "schema" or as it was added
  NtdsDsa& dc(const std::string& name);
  Server& server(const std::string& name);
  SiteLink& link(const std::string& name);
  LocalState& state(const std::string& dc);
  [[nodiscard]] std::string name_of(DsaGuid dsa) const;

  void remove_dc(const std::string& name);
  void remove_link(const std::string& name);

  [[nodiscard]] KccPlan run(DsaGuid dsa) const;
  void apply(const KccPlan& plan);
  /// Every DSA computes from the same view, then all plans are applied. How many of them changed something.
  std::size_t round();
  /// Rounds, an interval apart, until nothing changes. How many it took; rounds_max + 1 when it did not end.
  std::size_t settle(std::size_t rounds_max);

  ConfigurationView view;
  DsTime now{13'400'000'000};
  std::uint64_t seed = 1;
  std::set<DsaGuid> offline;  ///< these take no part in a round

 private:
  Guid next_guid(std::uint8_t kind);
  void instantiate(const NtdsDsa& dsa, bool from_nothing);

  std::map<DsaGuid, LocalState> states_;
  std::uint32_t counter_ = 0;
};

}  // namespace tributary::topology::testing
