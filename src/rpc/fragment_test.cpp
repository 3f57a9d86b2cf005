// SPDX-License-Identifier: Apache-2.0
// Fragments: every way to cut a stream, every size of stub around every boundary, and tampering with each protected part
// (C706 12.6.2, [MS-RPCE] 2.2.2.11, 3.3.1.5.2.2).
#include "rpc/fragment.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "rpc/test_context.hpp"

namespace tributary::rpc {
namespace {

using test::TestContext;

Bytes control(PduType type, std::uint32_t id) {
  return encode_pdu({{.type = type, .flags = pfc::kWhole, .call_id = id}, CoCancel{}, {}}).value();
}

Bytes pattern(std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return octets;
}

Pdu request_head(bool object = false) {
  Request request{.alloc_hint = 0, .context_id = 1, .opnum = 3, .object = {}, .stub = {}};
  if (object) request.object = kNdr20.uuid;
  return {{.type = PduType::kRequest, .call_id = 9}, request, {}};
}

Pdu response_head() {
  return {{.type = PduType::kResponse, .call_id = 9}, Response{.alloc_hint = 0, .context_id = 1, .cancel_count = 2, .stub = {}}, {}};
}

/// Sends `stub` and puts it together again; checks what every fragment must be.
Bytes carry(const Pdu& head, const Bytes& stub, std::uint16_t fragment_max, Protection out, Protection in, std::size_t* fragments = nullptr) {
  StubSender sender(head, stub);
  Bytes wire;
  while (!sender.done()) {
    const auto sent = sender.append_next(wire, fragment_max, out);
    EXPECT_TRUE(sent) << sent.error().detail;
    if (!sent) return {};
  }
  FragmentReader reader;
  reader.push(wire);
  Bytes received;
  for (std::size_t count = 0;; ++count) {
    const auto message = reader.next();
    EXPECT_TRUE(message);
    if (!message || !*message) {
      if (fragments != nullptr) *fragments = count;
      break;
    }
    EXPECT_LE((*message)->size(), fragment_max);
    const auto pdu = decode_pdu(**message);
    EXPECT_TRUE(pdu);
    EXPECT_TRUE(check_auth(*pdu, in));
    EXPECT_EQ(pdu->header.has(pfc::kFirstFrag), count == 0);
    EXPECT_EQ(pdu->header.has(pfc::kLastFrag), reader.waiting() == 0);
    const auto* request = std::get_if<Request>(&pdu->body);
    // [MS-RPCE] 2.2.2.6: the hint is what is left, this fragment included.
    EXPECT_EQ(request != nullptr ? request->alloc_hint : std::get<Response>(pdu->body).alloc_hint, stub.size() - received.size());
    EXPECT_TRUE(append_unprotected(received, *pdu, **message, in));
  }
  EXPECT_EQ(reader.waiting(), 0u);
  return received;
}

TEST(FragmentReader, EveryChunking) {
  Bytes stream;
  for (std::uint32_t id = 1; id <= 4; ++id) {
    const Bytes pdu = control(id % 2 == 0 ? PduType::kOrphaned : PduType::kCoCancel, id);
    stream.insert(stream.end(), pdu.begin(), pdu.end());
  }
  for (std::size_t chunk = 1; chunk <= stream.size(); ++chunk) {
    FragmentReader reader;
    std::uint32_t expected = 1;
    for (std::size_t at = 0; at < stream.size(); at += chunk) {
      reader.push(ByteView(stream).subspan(at, std::min(chunk, stream.size() - at)));
      for (;;) {
        const auto message = reader.next();
        ASSERT_TRUE(message);
        if (!*message) break;
        EXPECT_EQ(decode_pdu(**message)->header.call_id, expected++);
      }
      reader.keep_rest();
    }
    EXPECT_EQ(expected, 5u) << chunk;
    EXPECT_EQ(reader.waiting(), 0u);
  }
}

TEST(FragmentReader, WaitsWithoutLosingAnything) {
  FragmentReader reader;
  std::uint32_t expected = 1;
  for (std::uint32_t id = 1; id <= 200; ++id) {
    const Bytes pdu = control(PduType::kCoCancel, id);
    reader.push(pdu);
    // Now and then only one is taken although more wait.
    if (id % 3 == 0) {
      const auto message = reader.next();
      ASSERT_TRUE(message && *message);
      EXPECT_EQ(decode_pdu(**message)->header.call_id, expected++);
    }
    reader.keep_rest();
  }
  for (;;) {
    const auto message = reader.next();
    ASSERT_TRUE(message);
    if (!*message) break;
    EXPECT_EQ(decode_pdu(**message)->header.call_id, expected++);
  }
  EXPECT_EQ(expected, 201u);
}

TEST(FragmentReader, StopsAtWhatIsNoPdu) {
  const Bytes garbage = pattern(64);
  FragmentReader direct;
  direct.push(garbage);
  EXPECT_FALSE(direct.next());
  FragmentReader held;
  held.push(ByteView(garbage).first(3));
  EXPECT_FALSE(held.next().value());
  held.keep_rest();
  held.push(ByteView(garbage).subspan(3));
  EXPECT_FALSE(held.next());
}

TEST(StubSender, UnprotectedBoundaries) {
  const std::size_t room = kMustReceiveFragment - kRequestHeaderSize;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, room - 1, room, room + 1, 2 * room, 2 * room + 1, 10 * room}) {
    const Bytes stub = pattern(size);
    std::size_t fragments = 0;
    EXPECT_EQ(carry(request_head(), stub, kMustReceiveFragment, {}, {}, &fragments), stub);
    EXPECT_EQ(fragments, std::max<std::size_t>(1, (size + room - 1) / room));
    EXPECT_EQ(carry(request_head(true), stub, kMustReceiveFragment, {}, {}), stub);
    EXPECT_EQ(carry(response_head(), stub, kMustReceiveFragment, {}, {}), stub);
  }
}

// 5840 - 24 - 8 - 76 = 5732 octets of room: 5728 of stub in a fragment, because the stub comes in blocks of 16.
TEST(StubSender, SealedBoundaries) {
  const std::size_t payload = 5728;
  for (std::size_t size = 0; size < 3 * payload; size = size < 40 || (size % payload > payload - 20) || size % payload < 20 ? size + 1 : size + payload / 3) {
    TestContext initiator(true, {});
    TestContext acceptor(false, {});
    const Bytes stub = pattern(size);
    std::size_t fragments = 0;
    EXPECT_EQ(carry(request_head(), stub, kDefaultFragment, {&initiator, 1, true}, {&acceptor, 1, true}, &fragments), stub);
    EXPECT_EQ(fragments, std::max<std::size_t>(1, (size + payload - 1) / payload)) << size;
  }
}

TEST(StubSender, SealedBothWaysWithAndWithoutHeaderSigning) {
  for (const bool header_signing : {false, true}) {
    TestContext initiator(true, {});
    TestContext acceptor(false, {});
    const Bytes stub = pattern(20000);
    EXPECT_EQ(carry(request_head(true), stub, 1432, {&initiator, 3, header_signing}, {&acceptor, 3, header_signing}), stub);
    EXPECT_EQ(carry(response_head(), stub, 1432, {&acceptor, 3, header_signing}, {&initiator, 3, header_signing}), stub);
  }
}

// [MS-RPCE] 2.2.2.13: only the last PDU of a fragmented request has the verification trailer, so a cut never falls into it.
TEST(StubSender, KeepsTheTailInOneFragment) {
  constexpr std::size_t kTail = 80;
  for (std::size_t size = 1200; size < 2900; size += 4) {
    TestContext initiator(true, {});
    StubSender sender(request_head(), pattern(size), kTail);
    std::size_t last = 0;
    for (int guard = 0; !sender.done() && guard < 10; ++guard) {
      Bytes wire;
      ASSERT_TRUE(sender.append_next(wire, kMustReceiveFragment, {&initiator, 1, true}));
      const auto pdu = decode_pdu(wire);
      last = std::get<Request>(pdu->body).stub.size() - pdu->auth->pad_length;
    }
    EXPECT_TRUE(sender.done());
    EXPECT_GE(last, kTail) << size;
  }
}

TEST(StubSender, NeedsRoomBesideTheToken) {
  TestContext greedy(true, {.token_size = 1300});
  StubSender sender(request_head(), pattern(10));
  Bytes wire;
  const auto sent = sender.append_next(wire, kMustReceiveFragment, {&greedy, 1, true});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, win32::kRpcSSecPkgError);
}

class Sealed : public testing::Test {
 protected:
  Bytes seal(const Bytes& stub) {
    StubSender sender(request_head(), stub);
    Bytes wire;
    EXPECT_TRUE(sender.append_next(wire, kDefaultFragment, {&initiator_, 1, true}));
    return wire;
  }
  Result<> open(const Bytes& wire, Bytes& out, bool header_signing = true) {
    const auto pdu = decode_pdu(wire);
    if (!pdu) return std::unexpected(pdu.error());
    const Protection protection{&acceptor_, 1, header_signing};
    if (auto agreed = check_auth(*pdu, protection); !agreed) return agreed;
    return append_unprotected(out, *pdu, wire, protection);
  }
  TestContext initiator_{true, {}};
  TestContext acceptor_{false, {}};
};

TEST_F(Sealed, EveryOctetIsProtected) {
  const Bytes wire = seal(pattern(40));
  for (std::size_t at = 0; at < wire.size(); ++at) {
    // The fill of the toy token is not covered, nor needs it be; drep's reserved octets and the high bit of flags are.
    if (at >= wire.size() - 76 + 8) continue;
    Bytes changed = wire;
    changed[at] ^= 0x40;
    Bytes out(3, 0xCC);
    EXPECT_FALSE(open(changed, out)) << at;
    EXPECT_EQ(out, Bytes(3, 0xCC)) << "nothing of it is handed out";
  }
  Bytes out;
  EXPECT_TRUE(open(wire, out));
  EXPECT_EQ(out, pattern(40));
}

TEST_F(Sealed, ReplayAndReorderingAreRefused) {
  const Bytes first = seal(pattern(1));
  const Bytes second = seal(pattern(2));
  Bytes out;
  EXPECT_FALSE(open(second, out));
  EXPECT_TRUE(open(first, out));
  EXPECT_FALSE(open(first, out));
  EXPECT_TRUE(open(second, out));
}

TEST_F(Sealed, BothSidesMustAgreeOnHeaderSigning) {
  Bytes out;
  EXPECT_FALSE(open(seal(pattern(8)), out, false));
}

TEST(CheckAuth, WantsExactlyWhatWasAgreed) {
  TestContext context(true, {});
  const Protection sealed{&context, 1, true};
  const Bytes token(76);
  Pdu pdu = response_head();
  EXPECT_EQ(check_auth(pdu, sealed).error().code, win32::kErrorAccessDenied);
  EXPECT_TRUE(check_auth(pdu, {}));
  pdu.auth = AuthTrailer{.type = 9, .level = 6, .context_id = 1, .token = token};
  EXPECT_TRUE(check_auth(pdu, sealed));
  EXPECT_EQ(check_auth(pdu, {}).error().code, win32::kRpcSProtocolError);
  pdu.auth->type = 10;
  EXPECT_FALSE(check_auth(pdu, sealed));
  pdu.auth->type = 9;
  pdu.auth->level = 5;
  EXPECT_FALSE(check_auth(pdu, sealed));
  pdu.auth->level = 6;
  pdu.auth->context_id = 2;
  EXPECT_FALSE(check_auth(pdu, sealed));
}

}  // namespace
}  // namespace tributary::rpc
