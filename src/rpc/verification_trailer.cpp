// SPDX-License-Identifier: Apache-2.0
// [MS-RPCE] 2.2.2.13.1 to 2.2.2.13.4; see verification_trailer.hpp.
#include "rpc/verification_trailer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/win32.hpp"

namespace tributary::rpc {
namespace {

constexpr std::array<std::uint8_t, 8> kSignature = {0x8a, 0xe3, 0x13, 0x71, 0x02, 0xf4, 0x36, 0x71};
constexpr std::uint16_t kBitmask1 = 0x0001;
constexpr std::uint16_t kPcontext = 0x0002;
constexpr std::uint16_t kHeader2 = 0x0003;
constexpr std::uint16_t kCommandMask = 0x3FFF;
constexpr std::uint16_t kEnd = 0x4000;
constexpr std::uint16_t kMustProcess = 0x8000;

void put16(Bytes& out, std::uint16_t value) {
  out.resize(out.size() + 2);
  store_le(out.data() + out.size() - 2, value);
}
void put32(Bytes& out, std::uint32_t value) {
  out.resize(out.size() + 4);
  store_le(out.data() + out.size() - 4, value);
}
void put_syntax(Bytes& out, const SyntaxId& id) {
  out.insert(out.end(), id.uuid.octets.begin(), id.uuid.octets.end());
  put16(out, id.major);
  put16(out, id.minor);
}
SyntaxId get_syntax(ByteView at) {
  SyntaxId id;
  std::copy_n(at.begin(), 16, id.uuid.octets.begin());
  id.major = load_le<std::uint16_t>(at.data() + 16);
  id.minor = load_le<std::uint16_t>(at.data() + 18);
  return id;
}

std::unexpected<Error> refuse(std::string detail) {
  return fail(win32::kErrorAccessDenied, "verification trailer: " + std::move(detail));
}

VerificationTrailer::PresentationContext get_pcontext(ByteView body) {
  return {.interface = get_syntax(body), .transfer_syntax = get_syntax(body.subspan(20))};
}

VerificationTrailer::Header2 get_header2(ByteView body) {
  VerificationTrailer::Header2 header;
  header.type = static_cast<PduType>(body[0]);
  std::copy_n(body.begin() + 4, 4, header.drep.begin());
  header.call_id = load_le<std::uint32_t>(body.data() + 8);
  header.context_id = load_le<std::uint16_t>(body.data() + 12);
  header.opnum = load_le<std::uint16_t>(body.data() + 14);
  return header;
}

/// Fills one member from a command of exactly `size` octets, once.
template <class T, class Read>
Result<> take(std::optional<T>& member, ByteView body, std::size_t size, std::string_view name, Read read) {
  if (body.size() != size) return refuse(fmt::format("{} has {} octets", name, body.size()));
  if (member) return refuse(fmt::format("{} twice", name));
  member = read(body);
  return {};
}

Result<> take_command(VerificationTrailer& trailer, std::uint16_t command, ByteView body) {
  switch (command & kCommandMask) {
    case kBitmask1: return take(trailer.bitmask1, body, 4, "bitmask", [](ByteView at) { return load_le<std::uint32_t>(at.data()); });
    case kPcontext: return take(trailer.pcontext, body, 40, "pcontext", get_pcontext);
    case kHeader2: return take(trailer.header2, body, 16, "header2", get_header2);
    default: break;
  }
  if ((command & kMustProcess) != 0) return refuse(fmt::format("command 0x{:04X} must be processed and is not known", command));
  return {};
}

}  // namespace

Bytes encode_verification_trailer(const VerificationTrailer& trailer) {
  Bytes out(kSignature.begin(), kSignature.end());
  std::size_t last = 0;
  auto begin = [&](std::uint16_t command, std::uint16_t length) {
    last = out.size();
    put16(out, command);
    put16(out, length);
  };
  if (trailer.bitmask1) {
    begin(kBitmask1, 4);
    put32(out, *trailer.bitmask1);
  }
  if (trailer.pcontext) {
    begin(kPcontext, 40);
    put_syntax(out, trailer.pcontext->interface);
    put_syntax(out, trailer.pcontext->transfer_syntax);
  }
  if (trailer.header2) {
    begin(kHeader2, 16);
    put32(out, static_cast<std::uint32_t>(trailer.header2->type));
    out.insert(out.end(), trailer.header2->drep.begin(), trailer.header2->drep.end());
    put32(out, trailer.header2->call_id);
    put16(out, trailer.header2->context_id);
    put16(out, trailer.header2->opnum);
  }
  TRIBUTARY_ASSERT(last != 0);
  store_le<std::uint16_t>(out.data() + last, static_cast<std::uint16_t>(load_le<std::uint16_t>(out.data() + last) | kEnd));
  return out;
}

std::optional<std::size_t> find_verification_trailer(ByteView stub) noexcept {
  if (stub.size() < kSignature.size()) return std::nullopt;
  const std::size_t first = stub.size() > kVerificationTrailerSearch ? (stub.size() - kVerificationTrailerSearch + 3) / 4 * 4 : 0;
  const std::size_t last = (stub.size() - kSignature.size()) / 4 * 4;
  for (std::size_t at = last + 4; at > first; at -= 4) {
    if (std::ranges::equal(kSignature, stub.subspan(at - 4, kSignature.size()))) return at - 4;
  }
  return std::nullopt;
}

Result<VerificationTrailer> decode_verification_trailer(ByteView octets) {
  VerificationTrailer trailer;
  if (octets.size() < kSignature.size() || !std::equal(kSignature.begin(), kSignature.end(), octets.begin()))
    return refuse("no signature");
  octets = octets.subspan(kSignature.size());
  for (;;) {
    if (octets.size() < 4) return refuse("the last command is missing");
    const auto command = load_le<std::uint16_t>(octets.data());
    const auto length = load_le<std::uint16_t>(octets.data() + 2);
    if (length % 4 != 0 || length > octets.size() - 4) return refuse(fmt::format("command 0x{:04X} claims {} octets", command, length));
    if (auto taken = take_command(trailer, command, octets.subspan(4, length)); !taken) return std::unexpected(taken.error());
    if ((command & kEnd) != 0) return trailer;
    octets = octets.subspan(4u + length);
  }
}

Result<> check_verification_trailer(const VerificationTrailer& trailer, const RequestFacts& facts) {
  if (trailer.bitmask1 && (*trailer.bitmask1 & kClientSupportHeaderSigning) != 0 && !facts.header_sign_offered)
    return refuse("the client supports header signing, its bind as it arrived did not");
  if (trailer.pcontext && *trailer.pcontext != facts.pcontext)
    return refuse(fmt::format("the client means {} in {}", to_string(trailer.pcontext->interface), to_string(trailer.pcontext->transfer_syntax)));
  if (trailer.header2 && *trailer.header2 != facts.header2)
    return refuse(fmt::format("the client sent call {} of opnum {}", trailer.header2->call_id, trailer.header2->opnum));
  return {};
}

}  // namespace tributary::rpc
