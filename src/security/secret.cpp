// SPDX-License-Identifier: Apache-2.0
// Secret: the storage is allocated once at its final size, so no copy is left behind by growth; explicit_bzero is not
// optimised away. Must never know what the secret is for.
#include "security/secret.hpp"

#include <cstring>
#include <utility>

namespace tributary::security {

Secret::Secret(std::string_view text) {
  if (text.empty()) return;
  octets_ = std::make_unique<char[]>(text.size() + 1);
  std::memcpy(octets_.get(), text.data(), text.size());
  size_ = text.size();
}

Secret::Secret(Secret&& other) noexcept : octets_(std::move(other.octets_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret other) noexcept {
  std::swap(octets_, other.octets_);
  std::swap(size_, other.size_);
  return *this;
}

Secret Secret::take(std::string& text) {
  Secret secret(text);
  text.resize(text.capacity());  // never reallocates, and reaches what a longer earlier value left behind
  ::explicit_bzero(text.data(), text.size());
  text.clear();
  return secret;
}

void Secret::wipe() noexcept {
  if (octets_) ::explicit_bzero(octets_.get(), size_);
}

}  // namespace tributary::security
