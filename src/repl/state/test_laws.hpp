// SPDX-License-Identifier: Apache-2.0
// For tests of this room only: the laws of orders and of merges, each checked on every pair or triple of a domain. A failure says
// which elements break the law, by their place in the domain.
#pragma once

#include <gtest/gtest.h>

#include <vector>

namespace tributary::repl::laws {

template <class T, class Compare>
void expect_antisymmetric(const std::vector<T>& domain, Compare compare) {
  for (std::size_t i = 0; i < domain.size(); ++i)
    for (std::size_t j = 0; j < domain.size(); ++j) {
      const auto there = compare(domain[i], domain[j]);
      const auto back = compare(domain[j], domain[i]);
      ASSERT_EQ(there < 0, back > 0) << i << ' ' << j;
      ASSERT_EQ(there == 0, back == 0) << i << ' ' << j;
      if (i == j) {
        ASSERT_TRUE(there == 0) << i;
      }
    }
}

template <class T, class Compare>
void expect_transitive(const std::vector<T>& domain, Compare compare) {
  for (std::size_t i = 0; i < domain.size(); ++i)
    for (std::size_t j = 0; j < domain.size(); ++j) {
      if (!(compare(domain[i], domain[j]) <= 0)) continue;
      const bool strict = compare(domain[i], domain[j]) < 0;
      for (std::size_t k = 0; k < domain.size(); ++k) {
        if (!(compare(domain[j], domain[k]) <= 0)) continue;
        const auto order = compare(domain[i], domain[k]);
        ASSERT_TRUE(order <= 0) << i << ' ' << j << ' ' << k;
        if (strict) {
          ASSERT_TRUE(order < 0) << i << ' ' << j << ' ' << k;
        }
      }
    }
}

template <class T, class Compare>
void expect_total_order(const std::vector<T>& domain, Compare compare) {
  expect_antisymmetric(domain, compare);
  if (!testing::Test::HasFatalFailure()) expect_transitive(domain, compare);
}

template <class T, class Merge>
void expect_commutative(const std::vector<T>& domain, Merge merge) {
  for (std::size_t i = 0; i < domain.size(); ++i)
    for (std::size_t j = 0; j < domain.size(); ++j)
      ASSERT_TRUE(merge(domain[i], domain[j]) == merge(domain[j], domain[i])) << i << ' ' << j;
}

template <class T, class Merge>
void expect_associative(const std::vector<T>& domain, Merge merge) {
  for (std::size_t i = 0; i < domain.size(); ++i)
    for (std::size_t j = 0; j < domain.size(); ++j) {
      const auto ij = merge(domain[i], domain[j]);
      for (std::size_t k = 0; k < domain.size(); ++k)
        ASSERT_TRUE(merge(ij, domain[k]) == merge(domain[i], merge(domain[j], domain[k]))) << i << ' ' << j << ' ' << k;
    }
}

template <class T, class Merge>
void expect_idempotent(const std::vector<T>& domain, Merge merge) {
  for (std::size_t i = 0; i < domain.size(); ++i) ASSERT_TRUE(merge(domain[i], domain[i]) == domain[i]) << i;
}

template <class T, class Merge>
void expect_semilattice(const std::vector<T>& domain, Merge merge) {
  expect_idempotent(domain, merge);
  expect_commutative(domain, merge);
  if (!testing::Test::HasFatalFailure()) expect_associative(domain, merge);
}

/// An invocationId or GUID whose octets are all `octet`.
template <class StrongGuid = Guid>
StrongGuid filled(int octet) {
  Guid guid;
  guid.octets.fill(static_cast<std::uint8_t>(octet));
  if constexpr (std::same_as<StrongGuid, Guid>)
    return guid;
  else
    return StrongGuid{guid};
}

}  // namespace tributary::repl::laws
