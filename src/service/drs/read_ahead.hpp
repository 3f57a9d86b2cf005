// SPDX-License-Identifier: Apache-2.0
// The page of IDL_DRSGetNCChanges that a client will ask for next, built while the last one is sealed, sent and applied. What it will ask
// is known from the reply ([MS-DRSR] 4.1.10.6.15: the same request, from where the reply ended); whether the guess was right is decided by
// octets. A page built ahead is what the client would have got had it asked a moment earlier: complete up to its usnvecTo.
//
// One for each DRS handle, which holds one page at most; all handles of the process hold kPagesMax together. A page that nobody fetched
// within kAgeMax is built again. Thread-safe. Must never know how a page is made.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>

#include "base/bytes.hpp"
#include "base/guid.hpp"
#include "drsuapi/getncchanges.hpp"

namespace tributary::service {

class ReadAhead {
 public:
  static constexpr std::size_t kPagesMax = 8;
  static constexpr std::chrono::seconds kAgeMax{5};

  /// A finished reply, and where the next one begins.
  struct Page {
    Bytes stub;
    bool more_data = false;
    Guid invocation;
    drsuapi::USN_VECTOR to;
  };

  ReadAhead() = default;
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The page for `request`, when it was foreseen; waits for one that is being built. Whatever else was foreseen is forgotten.
  [[nodiscard]] std::optional<Page> take(const Bytes& request);
  /// Runs `build` for `request` here and keeps what it gives (nothing: it could not), unless somebody builds already or there is no room.
  void prepare(Bytes request, const std::function<std::optional<Page>()>& build);

 private:
  void forget();

  std::mutex mutex_;
  std::condition_variable built_;
  bool building_ = false;
  bool has_room_ = false;    ///< one of kPagesMax is ours
  Bytes request_;
  std::optional<Page> page_;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace tributary::service
