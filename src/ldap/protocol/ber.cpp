// SPDX-License-Identifier: Apache-2.0
// liblber's elements (RFC 4511 5.1).
#include "ldap/protocol/ber.hpp"

#include "base/assert.hpp"

namespace tributary::ldap {

BerScratch::BerScratch() : element_(ber_alloc_t(0)) { TRIBUTARY_ASSERT(element_ != nullptr); }

std::optional<BerItem> BerScratch::peek(ByteView octets) noexcept {
  if (octets.size() < 2) return std::nullopt;
  // liblber reads only: the pointer is not const for the sake of its writers.
  berval all{octets.size(), reinterpret_cast<char*>(const_cast<std::uint8_t*>(octets.data()))};
  ber_init2(element_.get(), &all, 0);
  berval content{};
  const ber_tag_t tag = ber_peek_element(element_.get(), &content);
  if (tag == LBER_DEFAULT) return std::nullopt;
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(content.bv_val);
  // An indefinite length looks like one of no octets to liblber.
  if (content.bv_len == 0 && begin[-1] == 0x80) return std::nullopt;
  return BerItem{tag, ByteView(begin, content.bv_len)};
}

std::optional<BerItem> BerReader::next() noexcept {
  if (rest_.empty() || broken_) return std::nullopt;
  auto item = scratch_->peek(rest_);
  if (!item) {
    broken_ = true;
    return item;
  }
  const auto* const end = rest_.data() + rest_.size();
  rest_ = ByteView(item->content.data() + item->content.size(), end);
  return item;
}

std::optional<ByteView> BerReader::take(ber_tag_t tag) noexcept {
  // The tags of LDAP are of one octet: what has another one need not be looked at.
  if (rest_.empty() || broken_ || rest_.front() != tag) return std::nullopt;
  const auto item = next();
  if (!item) return std::nullopt;
  return item->content;
}

std::optional<std::string_view> BerReader::text(ber_tag_t tag) noexcept {
  const auto content = take(tag);
  if (!content) return std::nullopt;
  return as_text(*content);
}

std::optional<std::int32_t> BerReader::number(ber_tag_t tag) noexcept {
  const auto content = take(tag);
  return content ? number_in(*content) : std::nullopt;
}

std::optional<bool> BerReader::boolean(ber_tag_t tag) noexcept {
  const auto content = take(tag);
  if (!content || content->size() != 1) return std::nullopt;
  return content->front() != 0;
}

std::optional<std::int32_t> number_in(ByteView content) noexcept {
  if (content.empty()) return std::nullopt;
  const berval octets{content.size(), reinterpret_cast<char*>(const_cast<std::uint8_t*>(content.data()))};
  ber_int_t number = 0;
  if (ber_decode_int(&octets, &number) != 0) return std::nullopt;
  return number;
}

BerWriter make_ber_writer() {
  BerWriter ber(ber_alloc_t(LBER_USE_DER));
  TRIBUTARY_ASSERT(ber != nullptr);
  return ber;
}

void must_write(int result) noexcept { TRIBUTARY_ASSERT(result != -1); }

void put_text(BerElement* ber, std::string_view text, ber_tag_t tag) { put_octets(ber, as_bytes(text), tag); }

void put_octets(BerElement* ber, ByteView octets, ber_tag_t tag) {
  static constexpr char kNothing[1] = {};
  must_write(ber_put_ostring(ber, octets.empty() ? kNothing : reinterpret_cast<const char*>(octets.data()), octets.size(), tag));
}

void put_controls(BerElement* ber, std::span<const OwnedControl> controls) {
  if (controls.empty()) return;
  must_write(ber_printf(ber, "t{", ber_tag_t{0xA0}));
  for (const auto& control : controls) {
    must_write(ber_printf(ber, "{"));
    put_text(ber, control.oid);
    if (control.critical) must_write(ber_printf(ber, "b", ber_int_t{1}));
    if (control.value) put_octets(ber, *control.value);
    must_write(ber_printf(ber, "}"));
  }
  must_write(ber_printf(ber, "}"));
}

ByteView written(BerElement* ber) {
  berval octets{};
  must_write(ber_flatten2(ber, &octets, 0));
  return {reinterpret_cast<const std::uint8_t*>(octets.bv_val), octets.bv_len};
}

}  // namespace tributary::ldap
