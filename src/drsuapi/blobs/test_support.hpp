// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share: octets by hand, and the three things one says about a blob type.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/win32.hpp"
#include "drsuapi/blobs/registry.hpp"

namespace tributary::drsuapi::blobs::test {

namespace json = boost::json;

/// Little-endian octets, one call after the other.
class Octets {
 public:
  template <std::unsigned_integral T>
  Octets& le(T value) {
    octets_.resize(octets_.size() + sizeof(T));
    store_le(octets_.data() + octets_.size() - sizeof(T), value);
    return *this;
  }
  Octets& dwords(std::initializer_list<std::uint32_t> values) {
    for (const auto value : values) le(value);
    return *this;
  }
  Octets& raw(ByteView view) {
    octets_.insert(octets_.end(), view.begin(), view.end());
    return *this;
  }
  Octets& zeros(std::size_t count) { return raw(Bytes(count)); }
  Octets& hex(std::string_view text) { return raw(from_hex(text).value()); }
  Octets& text(std::string_view utf8) { return raw(as_bytes(utf8)); }
  /// UTF-16LE with its terminator; ASCII only.
  Octets& wide(std::string_view ascii) {
    for (const char c : ascii) le(static_cast<std::uint16_t>(c));
    return le(std::uint16_t{0});
  }
  operator Bytes() const { return octets_; }     // NOLINT(google-explicit-constructor): it is a spelling of Bytes
  operator ByteView() const { return octets_; }  // NOLINT(google-explicit-constructor)

 private:
  Bytes octets_;
};

inline const BlobType& type_of(std::string_view name) {
  const auto* type = blob_type(name);
  if (type == nullptr) throw std::runtime_error("no blob type " + std::string(name));
  return *type;
}

/// Decodes; the JSON, as text and back, encodes to the same octets. Returns the JSON.
inline json::object expect_roundtrip(std::string_view name, ByteView octets) {
  const auto& type = type_of(name);
  const auto decoded = type.decode(octets);
  EXPECT_TRUE(decoded) << name << ": " << (decoded ? "" : decoded.error().detail);
  if (!decoded) return {};
  const auto text = json::serialize(*decoded);
  const auto encoded = type.encode(json::parse(text));
  EXPECT_TRUE(encoded) << name << ": " << (encoded ? "" : encoded.error().detail) << "\n" << text;
  if (encoded) {
    EXPECT_EQ(to_hex(*encoded), to_hex(octets)) << text;
  }
  return json::parse(text).as_object();
}

inline void expect_decode_error(std::string_view name, ByteView octets, std::string_view detail) {
  const auto decoded = type_of(name).decode(octets);
  ASSERT_FALSE(decoded) << name << " decodes: " << json::serialize(*decoded);
  EXPECT_EQ(decoded.error().code, win32::kErrorInvalidData);
  EXPECT_THAT(decoded.error().detail, testing::HasSubstr(std::string(detail)));
}

inline void expect_encode_error(std::string_view name, std::string_view text, std::string_view detail) {
  const auto encoded = type_of(name).encode(json::parse(json::string_view(text.data(), text.size())));
  ASSERT_FALSE(encoded) << name << " encodes to " << to_hex(*encoded);
  EXPECT_EQ(encoded.error().code, win32::kErrorInvalidData);
  EXPECT_THAT(encoded.error().detail, testing::HasSubstr(std::string(detail)));
}

inline Bytes encode_text(std::string_view name, std::string_view text) {
  const auto encoded = type_of(name).encode(json::parse(json::string_view(text.data(), text.size())));
  EXPECT_TRUE(encoded) << name << ": " << (encoded ? "" : encoded.error().detail);
  return encoded.value_or(Bytes());
}

/// Every prefix of a value is an error or, when only octets behind its fields are missing, another value; never a crash.
inline void expect_truncation_is_safe(std::string_view name, ByteView octets) {
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const Bytes part(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size));
    const auto decoded = type_of(name).decode(part);
    if (decoded) expect_roundtrip(name, part);
  }
}

}  // namespace tributary::drsuapi::blobs::test
