// SPDX-License-Identifier: Apache-2.0
// See links.hpp.
#include "query/links.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/win32.hpp"

namespace tributary::query {

Result<bool> is_shown(const store::Snapshot& snapshot, const store::LinkKey& key, bool shows_deactivated) {
  const auto link = snapshot.find_link(key);
  if (!link) return std::unexpected(link.error());
  return *link && is_shown(**link, shows_deactivated);
}

Result<void> for_each_target(const store::Snapshot& snapshot, Dnt source, drsuapi::Attid link, bool shows_deactivated,
                             const store::Visitor<Dnt>& visit) {
  return snapshot.links(source, link, [&](const store::LinkValue& value) { return !is_shown(value, shows_deactivated) || visit(value.key.target); });
}

Result<void> for_each_source(const store::Snapshot& snapshot, Dnt target, drsuapi::Attid link, bool shows_deactivated,
                             const store::Visitor<Dnt>& visit) {
  std::optional<Error> failure;
  auto walked = snapshot.backlinks(target, link, [&](const store::LinkKey& key) {
    const auto shown = is_shown(snapshot, key, shows_deactivated);
    if (!shown) {
      failure = shown.error();
      return false;
    }
    return !*shown || visit(key.source);
  });
  if (failure) return std::unexpected(std::move(*failure));
  return walked;
}

Result<std::vector<Dnt>> chain_to(const store::Snapshot& snapshot, Dnt to, drsuapi::Attid link, bool forward, bool shows_deactivated,
                                  std::size_t& links_left) {
  std::unordered_set<Dnt> found;
  std::vector<Dnt> waiting{to};
  bool is_too_long = false;
  while (!waiting.empty() && !is_too_long) {
    const Dnt at = waiting.back();
    waiting.pop_back();
    const auto step = [&](const Dnt& next) {
      if (links_left == 0) {
        is_too_long = true;
        return false;
      }
      --links_left;
      if (found.insert(next).second && next != to) waiting.push_back(next);
      return true;
    };
    const auto walked = forward ? for_each_source(snapshot, at, link, shows_deactivated, step) : for_each_target(snapshot, at, link, shows_deactivated, step);
    if (!walked) return std::unexpected(walked.error());
  }
  if (is_too_long) return fail(win32::kErrorDsAdminLimitExceeded, "the chain of links is too long");
  std::vector<Dnt> all(found.begin(), found.end());
  std::ranges::sort(all);
  return all;
}

}  // namespace tributary::query
