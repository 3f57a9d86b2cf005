// SPDX-License-Identifier: Apache-2.0
// For tests of filters and plans: a domain in memory with people, groups that contain each other, and values of every syntax.
#pragma once

#include "ldap/protocol/filter.hpp"
#include "query/match.hpp"
#include "query/plan.hpp"
#include "repl/updates/test_forest.hpp"

namespace tributary::query::testing {

using repl::testing::attid_of;
using repl::testing::must;
using store::Dnt;

class Directory {
 public:
  Directory();

  Dnt add(Dnt parent, std::string_view object_class, std::string rdn, std::vector<repl::NewAttribute> attributes = {});
  void link(Dnt source, std::string_view attribute, Dnt target, ByteView data = {});

  [[nodiscard]] Result<CompiledFilter> compile(const std::string& text, CompileOptions options = {});
  /// 't', 'f' or 'u'; "error" for a filter that is refused.
  [[nodiscard]] std::string truth(const std::string& text, Dnt object);
  /// Names of the objects of the domain for which it is true, by looking at each, and by the plan; a test wants them the same.
  [[nodiscard]] std::vector<std::string> by_scan(const std::string& text);
  [[nodiscard]] std::vector<std::string> by_plan(const std::string& text, Scope scope = Scope::kSubtree, Dnt base = store::kNoDnt);
  /// The plan in words, the lines joined by '/'.
  [[nodiscard]] std::string plan(const std::string& text, Scope scope = Scope::kSubtree, Dnt base = store::kNoDnt, std::size_t candidates_max = kCandidatesMax);

  std::unique_ptr<repl::testing::Forest> forest = repl::testing::Forest::with_domain();
  Dnt domain{}, people{}, ann{}, bob{}, eve{}, staff{}, all{}, ring{}, odd{};

 private:
  [[nodiscard]] std::vector<std::string> names(const std::vector<Dnt>& dnts, const CompiledFilter& filter, const Area& area);
  [[nodiscard]] Area area(Scope scope, Dnt base) const;
};

}  // namespace tributary::query::testing
