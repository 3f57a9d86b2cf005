// SPDX-License-Identifier: Apache-2.0
// For tests by rule: a valid request, what one rule changes in it, and the code that the section has for that. A later fault is there as
// well where the order of the checks is what is tested.
#pragma once

#include <functional>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "service/access.hpp"
#include "service/drs/testing/wire.hpp"

namespace tributary::service::testing {

/// A forest of two DSAs; the one that is asked pulls all three NCs from the other.
struct TwoDsas {
  TestForest forest;
  TestDsa& a = forest.first();
  TestDsa& b = forest.join("dsa-b");
  Wire wire{forest, b};

  [[nodiscard]] drsuapi::DSNAME domain() { return drsuapi::dsname_from_guid(b.guid_of(kDomainDn).value); }
};

template <class Op, class Message>
struct Rule {
  std::string name;
  Win32 expected{};
  std::function<void(TwoDsas&, Message&)> change{};  ///< of the request, and of the DSA
  std::shared_ptr<const Caller> (*who)() = &administrator;
};
/// For INSTANTIATE_TEST_SUITE_P.
inline constexpr auto kRuleName = [](const auto& each) { return each.param.name; };
template <class Op, class Message>
void PrintTo(const Rule<Op, Message>& rule, std::ostream* out) {
  *out << rule.name;
}

inline drsuapi::DSNAME nowhere() { return drsuapi::dsname_from_guid("99999999-1111-2222-3333-444444444444"_guid); }
inline drsuapi::DSNAME named(std::string_view dn) { return drsuapi::dsname_from_dn(dn).value(); }

}  // namespace tributary::service::testing
