// SPDX-License-Identifier: Apache-2.0
// Where a decoder stands and what went wrong first: the path of the field and the offset go into the error's detail
// ("repsFrom.cbOtherDra (octet 40): 5000 is more than the 312 octets there are"). The first fault sticks.
// Knows nothing about any blob.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace tributary::drsuapi::blobs {

class Trail {
 public:
  explicit Trail(std::string_view root) { enter(root); }

  [[nodiscard]] bool ok() const noexcept { return !error_; }
  [[nodiscard]] std::unexpected<Error> error() const { return std::unexpected(*error_); }

  void enter(std::string_view name) { steps_.push_back({name, kNoIndex}); }
  void enter(std::size_t index) { steps_.push_back({{}, index}); }
  void leave() noexcept { steps_.pop_back(); }

  /// kErrorInvalidData at a field of where we are. An empty field is the place itself.
  void fail(std::string_view field, std::string_view why);
  void fail(std::string_view field, std::size_t octet, std::string_view why);

 private:
  static constexpr std::size_t kNoIndex = ~std::size_t{0};
  struct Step {
    std::string_view name;
    std::size_t index;
  };
  [[nodiscard]] std::string path(std::string_view field) const;

  std::vector<Step> steps_;
  std::optional<Error> error_;
};

/// Enters on construction, leaves on destruction.
class Inside {
 public:
  template <class Name>
  Inside(Trail& trail, Name name) : trail_(trail) {
    trail_.enter(name);
  }
  ~Inside() { trail_.leave(); }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Trail& trail_;
};

}  // namespace tributary::drsuapi::blobs
