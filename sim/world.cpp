// SPDX-License-Identifier: Apache-2.0
// See world.hpp.
#include "sim/world.hpp"

#include <algorithm>

#include "sim/dsa.hpp"

namespace tributary::sim {

World::World(const Options& of, std::uint64_t seed)
    : options(of), chance(seed), trace(of.has_trace),
      network(loop, chance.split("network"), [this](int from, int to, const Bytes& message) { dsas[static_cast<std::size_t>(to)]->receive(from, message); }) {}
World::~World() = default;

void World::blame(std::string what) {
  log("FAILED: {}", what);
  failures.push_back(std::move(what));
}

FileTime World::wall() const noexcept {
  constexpr std::int64_t kBegin = 13'600'000'000;  // seconds since 1601: in the year 2031
  return FileTime{kBegin * 10'000'000 + loop.now().count() / 100};
}

WantedNc* World::find_nc(const ObjectGuid& guid) noexcept {
  const auto at = std::ranges::find(ncs, guid, &WantedNc::guid);
  return at == ncs.end() ? nullptr : &*at;
}

int World::find_dsa(const DsaGuid& guid) const noexcept {
  for (std::size_t i = 0; i < dsas.size(); ++i)
    if (dsas[i]->guid() == guid) return static_cast<int>(i);
  return -1;
}

}  // namespace tributary::sim
