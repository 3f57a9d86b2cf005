// SPDX-License-Identifier: Apache-2.0
// Filters of anybody, as RFC 4515 text, against a small directory in memory ([MS-ADTS] 3.1.1.3.1.3): compiled, planned and held against every
// object. Whatever they are, the plan must find what looking at everything finds.
#include <algorithm>

#include "must_hold.hpp"
#include "query/test_directory.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static query::testing::Directory directory;
  constexpr std::size_t kOctetsMax = 4'096;
  if (size > kOctetsMax) return 0;
  std::vector<Bytes> storage;
  const auto filter = ldap::parse_filter({reinterpret_cast<const char*>(data), size}, storage);
  if (!filter) return 0;
  const auto snapshot = directory.forest->store->read();
  const auto compiled = query::compile_filter(*snapshot, directory.forest->context.schema, *filter);
  if (!compiled) return 0;
  const query::Area area{query::Scope::kSubtree, directory.domain, {directory.domain}};
  const auto plan = query::make_plan(*snapshot, *compiled, area);
  must_hold(plan.has_value(), "a filter has no plan");
  (void)query::describe(*compiled, 1'000);
  (void)query::explain(*compiled, *plan);
  std::vector<store::Dnt> listed;
  if (!plan->is_scan()) {
    const auto candidates = query::candidates(*snapshot, *compiled, area, *plan);
    must_hold(candidates.has_value(), "a plan has no candidates");
    listed = *candidates;
  }
  query::Matcher matcher(*compiled);
  query::AreaJudge judge(*snapshot, area);
  const auto walked = snapshot->by_guid({}, [&](const store::Dnt& dnt) {
    const auto object = snapshot->find(dnt);
    must_hold(object && *object, "an object has no record");
    const auto truth = matcher.match(*snapshot, **object, nullptr);
    must_hold(truth.has_value(), "an object could not be held against the filter");
    const auto inside = judge.contains(**object);
    if (*truth == query::Truth::kTrue && inside && *inside && !plan->is_scan()) must_hold(std::ranges::binary_search(listed, dnt), "the plan loses an object");
    return true;
  });
  must_hold(walked.has_value(), "the objects could not be walked");
  return 0;
}
