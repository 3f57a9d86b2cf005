// SPDX-License-Identifier: Apache-2.0
// A password in memory: overwritten before its storage is released, and deliberately without any way into a stream, a
// formatter, a comparison or a log. Whoever needs the text says reveal(), so that every use can be found by name.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tributary::security {

/// Value type, owner of its octets, not synchronised. The octets are followed by a NUL that does not count.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  Secret(const Secret& other) : Secret(other.reveal()) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret other) noexcept;
  ~Secret() { wipe(); }

  /// Takes a password over from an ordinary string and overwrites that string, capacity included.
  [[nodiscard]] static Secret take(std::string& text);

  /// The text itself; the view dies with this object.
  [[nodiscard]] std::string_view reveal() const noexcept { return {octets_ ? octets_.get() : "", size_}; }
  /// NUL-terminated, for C functions.
  [[nodiscard]] const char* c_str() const noexcept { return octets_ ? octets_.get() : ""; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  void wipe() noexcept;

  std::unique_ptr<char[]> octets_;
  std::size_t size_ = 0;
};

}  // namespace tributary::security
