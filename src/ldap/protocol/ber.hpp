// SPDX-License-Identifier: Apache-2.0
// liblber for the files of this folder: reading elements in place (RFC 4511 5.1), and writing small things. Nobody else includes it.
// ber_scanf's formats for octet strings end each one with a NUL in the buffer that they read, and ber_init copies the buffer; so elements
// are taken one by one with ber_init2 and ber_peek_element, which change and copy nothing and read no octet behind the end.
#pragma once

#include <lber.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "ldap/protocol/message.hpp"

namespace tributary::ldap {

struct BerFree {
  void operator()(BerElement* element) const noexcept { ber_free(element, 1); }
};
struct BerFreeView {  ///< for one whose buffer is not its own
  void operator()(BerElement* element) const noexcept { ber_free(element, 0); }
};
using BerWriter = std::unique_ptr<BerElement, BerFree>;

[[nodiscard]] inline std::string_view as_text(ByteView octets) noexcept { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }

/// Universal tags as they stand in LDAP.
inline constexpr ber_tag_t kBoolean = 0x01, kInteger = 0x02, kOctetString = 0x04, kEnumerated = 0x0A, kSequence = 0x30, kSet = 0x31;

struct BerItem {
  ber_tag_t tag = LBER_DEFAULT;
  ByteView content{};
};

/// One scratch element of liblber's for a whole message, however deep.
class BerScratch {
 public:
  BerScratch();
  /// The element at the beginning of `octets`; nothing when none is whole there: too few octets, or an indefinite length (RFC 4511 5.1).
  [[nodiscard]] std::optional<BerItem> peek(ByteView octets) noexcept;

 private:
  std::unique_ptr<BerElement, BerFreeView> element_;
};

/// The elements of a constructed one, first to last. A reader that has met what is no element stays `broken()`.
class BerReader {
 public:
  BerReader(BerScratch& scratch, ByteView octets) noexcept : scratch_(&scratch), rest_(octets) {}
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  [[nodiscard]] bool broken() const noexcept { return broken_; }
  [[nodiscard]] ByteView rest() const noexcept { return rest_; }
  /// The next element, which is consumed.
  [[nodiscard]] std::optional<BerItem> next() noexcept;
  /// The next element if it has this tag; otherwise it stays.
  [[nodiscard]] std::optional<ByteView> take(ber_tag_t tag) noexcept;
  [[nodiscard]] std::optional<std::string_view> text(ber_tag_t tag = kOctetString) noexcept;
  /// INTEGER or ENUMERATED of 32 bits.
  [[nodiscard]] std::optional<std::int32_t> number(ber_tag_t tag = kInteger) noexcept;
  [[nodiscard]] std::optional<bool> boolean(ber_tag_t tag = kBoolean) noexcept;

 private:
  BerScratch* scratch_;
  ByteView rest_;
  bool broken_ = false;
};
[[nodiscard]] std::optional<std::int32_t> number_in(ByteView content) noexcept;

/// A new element to ber_printf into. Only memory can fail there, which ends the program as anywhere.
[[nodiscard]] BerWriter make_ber_writer();
/// Aborts unless liblber has written.
void must_write(int result) noexcept;
void put_text(BerElement* ber, std::string_view text, ber_tag_t tag = kOctetString);
void put_octets(BerElement* ber, ByteView octets, ber_tag_t tag = kOctetString);
/// [0] Controls (RFC 4511 4.1.11); nothing for none.
void put_controls(BerElement* ber, std::span<const OwnedControl> controls);
/// What was written, until the element is changed.
[[nodiscard]] ByteView written(BerElement* ber);

}  // namespace tributary::ldap
