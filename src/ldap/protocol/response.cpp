// SPDX-License-Identifier: Apache-2.0
// Responses (RFC 4511 4.1.9, 4.2.2, 4.4.1, 4.5.2, 4.12), appended to a buffer. Values only.
// liblber writes into a buffer of its own, which is copied: right for what is sent once for an operation. Entries are written by helpers of
// ours straight into the caller's buffer, because a BerElement costs an allocation and two copies of each value, more than everything else
// about an entry from a cache. What they write is what liblber writes: lengths that are not known beforehand have four octets.
#include <array>
#include <utility>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "ldap/protocol/ber.hpp"
#include "ldap/protocol/controls.hpp"
#include "ldap/protocol/message.hpp"

namespace tributary::ldap {
namespace {

constexpr std::size_t kLengthOctets = 5;  ///< 0x84 and four

/// Begins a message: SEQUENCE { messageID, protocolOp { resultCode, matchedDN, diagnosticMessage, referral }.
BerWriter begin_result(std::int32_t id, ber_tag_t tag, const Outcome& outcome) {
  auto ber = make_ber_writer();
  must_write(ber_printf(ber.get(), "{it{e", ber_int_t{id}, tag, ber_int_t{std::to_underlying(outcome.code)}));
  put_text(ber.get(), outcome.matched_dn);
  put_text(ber.get(), outcome.message);
  if (!outcome.referrals.empty()) {
    must_write(ber_printf(ber.get(), "t{", ber_tag_t{0xA3}));
    for (const auto& url : outcome.referrals) put_text(ber.get(), url);
    must_write(ber_printf(ber.get(), "}"));
  }
  return ber;
}

/// Ends operation and message.
void end_message(Bytes& out, BerElement* ber, std::span<const OwnedControl> controls) {
  must_write(ber_printf(ber, "}"));
  put_controls(ber, controls);
  must_write(ber_printf(ber, "}"));
  const auto octets = written(ber);
  out.insert(out.end(), octets.begin(), octets.end());
}

void put(Bytes& out, std::initializer_list<std::uint8_t> octets) { out.insert(out.end(), octets); }

/// Tag, length and content of a primitive element.
void put_primitive(Bytes& out, std::uint8_t tag, ByteView content) {
  const auto size = content.size();
  const auto octet = [size](int shift) { return static_cast<std::uint8_t>(size >> shift); };
  TRIBUTARY_ASSERT(size <= UINT32_MAX);
  if (size < 0x80)
    put(out, {tag, octet(0)});
  else if (size <= 0xFF)
    put(out, {tag, 0x81, octet(0)});
  else if (size <= 0xFFFF)
    put(out, {tag, 0x82, octet(8), octet(0)});
  else
    put(out, {tag, 0x84, octet(24), octet(16), octet(8), octet(0)});
  out.insert(out.end(), content.begin(), content.end());
}

void put_number(Bytes& out, std::uint8_t tag, std::int32_t number) {
  std::array<std::uint8_t, 4> octets{};
  store_be(octets.data(), static_cast<std::uint32_t>(number));
  std::size_t skipped = 0;  // what the sign of the next octet says anyhow
  while (skipped < 3 && octets[skipped] == ((octets[skipped + 1] & 0x80) != 0 ? 0xFF : 0x00)) ++skipped;
  put_primitive(out, tag, ByteView(octets).subspan(skipped));
}

}  // namespace

void append_result(Bytes& out, std::int32_t id, ResponseTag tag, const Outcome& outcome, std::span<const OwnedControl> controls) {
  const auto ber = begin_result(id, std::to_underlying(tag), outcome);
  end_message(out, ber.get(), controls);
}

void append_bind_result(Bytes& out, std::int32_t id, const Outcome& outcome, const std::optional<Bytes>& server_credentials) {
  const auto ber = begin_result(id, std::to_underlying(ResponseTag::kBind), outcome);
  if (server_credentials) put_octets(ber.get(), *server_credentials, 0x87);
  end_message(out, ber.get(), {});
}

void append_extended_result(Bytes& out, std::int32_t id, const Outcome& outcome, std::string_view oid, const std::optional<Bytes>& value,
                            std::span<const OwnedControl> controls) {
  const auto ber = begin_result(id, std::to_underlying(ResponseTag::kExtended), outcome);
  if (!oid.empty()) put_text(ber.get(), oid, 0x8A);
  if (value) put_octets(ber.get(), *value, 0x8B);
  end_message(out, ber.get(), controls);
}

void append_search_reference(Bytes& out, std::int32_t id, std::span<const std::string> urls) {
  const auto ber = make_ber_writer();
  must_write(ber_printf(ber.get(), "{it{", ber_int_t{id}, ber_tag_t{std::to_underlying(ResponseTag::kSearchReference)}));
  for (const auto& url : urls) put_text(ber.get(), url);
  end_message(out, ber.get(), {});
}

void append_notice_of_disconnection(Bytes& out, const Outcome& outcome) {
  append_extended_result(out, 0, outcome, oid::kNoticeOfDisconnection, std::nullopt);
}

void EntryWriter::open(std::uint8_t tag) {
  TRIBUTARY_ASSERT(depth_ < open_.size());
  put(out_, {tag, 0x84, 0, 0, 0, 0});
  open_[depth_++] = out_.size() - kLengthOctets;
}

void EntryWriter::close() {
  TRIBUTARY_ASSERT(depth_ > 0);
  const auto at = open_[--depth_];
  const auto size = out_.size() - at - kLengthOctets;
  TRIBUTARY_ASSERT(size <= UINT32_MAX);
  store_be(out_.data() + at + 1, static_cast<std::uint32_t>(size));
}

void EntryWriter::begin(std::int32_t id, std::string_view dn) {
  start_ = out_.size();
  depth_ = 0;
  open(0x30);
  put_number(out_, 0x02, id);
  open(std::to_underlying(ResponseTag::kSearchEntry));
  put_primitive(out_, 0x04, as_bytes(dn));
  open(0x30);
}

void EntryWriter::begin_attribute(std::string_view name) {
  open(0x30);
  put_primitive(out_, 0x04, as_bytes(name));
  open(0x31);
}

void EntryWriter::value(ByteView octets) { put_primitive(out_, 0x04, octets); }
void EntryWriter::value(std::string_view text) { put_primitive(out_, 0x04, as_bytes(text)); }

void EntryWriter::end_attribute() {
  close();
  close();
}

void EntryWriter::end(std::span<const OwnedControl> controls) {
  close();
  close();
  if (!controls.empty()) {
    const auto ber = make_ber_writer();
    put_controls(ber.get(), controls);
    const auto octets = written(ber.get());
    out_.insert(out_.end(), octets.begin(), octets.end());
  }
  close();
  TRIBUTARY_ASSERT(depth_ == 0);
}

void EntryWriter::discard() {
  out_.resize(start_);
  depth_ = 0;
}

}  // namespace tributary::ldap
