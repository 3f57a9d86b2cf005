// SPDX-License-Identifier: Apache-2.0
// How an operation of this room ends early: refuse() leaves it, guarded() at its border turns that into an Error. Rules then read in the
// order of their section, without a branch behind each read of the database. Never crosses the room's border, nor that of Dsa::update:
// what is handed to update() is guarded by itself.
#pragma once

#include <type_traits>
#include <utility>

#include "base/error.hpp"

namespace tributary::service::directory {

struct Refusal {
  Error error;
};

[[noreturn]] inline void refuse(Win32 code, std::string detail = {}) { throw Refusal{Error{code, Phase::kNone, std::move(detail)}}; }

template <class T>
T must(Result<T> result) {
  if (!result) throw Refusal{std::move(result.error())};
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class F>
[[nodiscard]] auto guarded(F&& f) -> Result<std::invoke_result_t<F>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
      f();
      return {};
    } else {
      return f();
    }
  } catch (Refusal& refusal) {
    return std::unexpected(std::move(refusal.error));
  }
}

}  // namespace tributary::service::directory
