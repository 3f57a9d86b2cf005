// SPDX-License-Identifier: Apache-2.0
// The rules of a connection: RFC 4511 4.1.1, 4.2.1, 4.3, 4.11, 4.14, 4.4.1; [MS-ADTS] 3.1.1.3.4.6 and 5.1.1.1.2. Each test is a conversation.
#include "ldap/server/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ldap/protocol/controls.hpp"
#include "ldap/server/testing/session_peer.hpp"

namespace tributary::ldap::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Operations

TEST(Session, AnswersWhatIsAskedInOneGo) {
  SessionPeer peer;
  EXPECT_EQ(peer.send({search(1, "a"), search(2, "b")}), "1 entry a\n1 done 0\n2 entry b\n2 done 0\n");
  EXPECT_EQ(peer.session->outstanding(), 0U);
  EXPECT_EQ(peer.counters.searches, 2U);
}

TEST(Session, DoesNotMindHowOctetsAreCut) {
  const Bytes all = joined({search(1, "a"), simple_bind(2, "me", "right"), extended(3, oid::kWhoAmI), search(4, "b")});
  const std::string expected = "1 entry a\n1 done 0\n2 bind 0\n3 extended 0 me\n4 entry b\n4 done 0\n";
  for (std::size_t piece = 1; piece <= all.size(); ++piece) {
    SessionPeer peer;
    std::string lines;
    for (std::size_t at = 0; at < all.size(); at += piece) lines += peer.send(ByteView(all).subspan(at, std::min(piece, all.size() - at)));
    EXPECT_EQ(lines, expected) << "pieces of " << piece;
  }
}

TEST(Session, AnIdleSessionHoldsNothing) {
  SessionPeer peer;
  const auto whole = search(1, "a");
  peer.send(ByteView(whole).first(10));
  EXPECT_GE(peer.session->held_octets(), 10U);
  peer.send(ByteView(whole).subspan(10));
  SessionMemory spare;
  peer.session->give_back(spare);
  EXPECT_EQ(peer.session->held_octets(), 0U);
  EXPECT_GT(spare.out.capacity(), 0U) << "what it wrote with serves another";
}

TEST(Session, OneOperationWaitsWhileOthersEnd) {
  SessionPeer peer;
  EXPECT_EQ(peer.send({search(1, "wait"), search(2, "b")}), "2 entry b\n2 done 0\n");
  peer.handler.wake_all();
  EXPECT_EQ(peer.drive(), "") << "the wake has not arrived yet";
  peer.deliver_wakes();
  EXPECT_EQ(peer.drive(), "1 entry wait\n1 done 0\n");
}

TEST(Session, AWakeThatComesWhileAnOperationRunsIsNotLost) {
  SessionPeer peer;
  peer.holds_jobs = true;
  peer.handler.open_gate();
  peer.send(search(1, "block"));
  ASSERT_EQ(peer.jobs.size(), 1U);
  const auto key = std::get<OperationJob>(peer.jobs[0]).key;
  peer.session->on_woken(key);
  peer.session->on_ran(key, Operation::State::kWaiting, {}, peer.now);
  EXPECT_TRUE(peer.session->can_run());
}

TEST(Session, LongAnswersTakeTurnsWithShortOnes) {
  SessionPeer peer;
  peer.takes_octets = false;
  peer.limits.unsent_octets_max = std::size_t{1} << 30;
  peer.session->receive(joined({search(1, "entries:500"), search(2, "b")}), peer.now);
  peer.session->run(2, peer.now);
  peer.session->run(2, peer.now);
  Bytes sent = to_bytes(peer.session->unsent());
  EXPECT_THAT(take_responses(sent), ::testing::Contains(::testing::Field(&Response::text, "b"))) << "before the 500 are over";
  EXPECT_EQ(peer.session->outstanding(), 1U);
}

TEST(Session, WhoDoesNotReadIsNotAnswered) {
  SessionPeer peer;
  peer.takes_octets = false;
  peer.send(search(1, "entries:100000"));
  EXPECT_FALSE(peer.session->can_run());
  EXPECT_FALSE(peer.session->wants_input());
  EXPECT_LT(peer.session->held_octets(), 2 * peer.limits.unsent_octets_max);
  const auto runs = peer.handler.runs.load();
  EXPECT_LT(runs, 10U);
  peer.session->sent(peer.session->unsent().size(), peer.now);
  EXPECT_TRUE(peer.session->can_run());
}

TEST(Session, MoreThanTheLimitOfOperationsWaits) {
  SessionPeer peer({.operations_max = 2, .read_ahead_octets_max = 30});
  EXPECT_EQ(peer.send({search(1, "wait"), search(2, "wait"), search(3, "c")}), "");
  EXPECT_EQ(peer.session->outstanding(), 2U);
  EXPECT_FALSE(peer.session->wants_input());
  peer.handler.wake_all();
  peer.deliver_wakes();
  EXPECT_EQ(peer.drive(), "1 entry wait\n1 done 0\n2 entry wait\n2 done 0\n3 entry c\n3 done 0\n");
}

TEST(Session, RequestsHoldNoMoreThanOneMessageMay) {
  SessionPeer peer({.message_octets_before_bind_max = 400, .message_octets_max = 400, .read_ahead_octets_max = 30});
  peer.send({search(1, "wait"), search(2, "wait"), search(3, "wait"), search(4, "wait"), search(5, "wait"), search(6, "wait"), search(7, "wait"), search(8, "wait"),
              search(9, "wait"), search(10, "wait"), search(11, "wait"), search(12, "wait")});
  EXPECT_LT(peer.session->outstanding(), 12U);
  EXPECT_FALSE(peer.session->wants_input());
}

TEST(Session, AnAbandonedOperationIsSilent) {
  SessionPeer peer;
  peer.send(search(1, "wait"));
  EXPECT_EQ(peer.send(abandon(2, 1)), "") << "RFC 4511 4.11: there is no response";
  EXPECT_EQ(peer.handler.abandoned, 1U);
  peer.handler.wake_all();
  peer.deliver_wakes();
  EXPECT_EQ(peer.drive(), "");
  EXPECT_EQ(peer.send({abandon(3, 99), search(1, "again")}), "1 entry again\n1 done 0\n") << "an id that is free may be used again";
}

TEST(Session, WhatWasAbandonedOnAWorkerDoesNotRunAndDoesNotAnswer) {
  SessionPeer peer;
  peer.holds_jobs = true;
  peer.handler.open_gate();
  peer.send(search(1, "block"));
  peer.send(abandon(2, 1));
  peer.run_jobs();
  EXPECT_EQ(peer.handler.runs, 0U);
  EXPECT_EQ(peer.drive(), "");
}

TEST(Session, UnbindAndTheEndEndAll) {
  for (const bool polite : {true, false}) {
    SessionPeer peer;
    peer.send({search(1, "wait"), search(2, "wait")});
    if (polite)
      EXPECT_EQ(peer.send(unbind(3)), "end: \n");
    else
      peer.session->receive_end();
    EXPECT_EQ(peer.session->end(), SessionEnd::kPeerLeft);
    EXPECT_EQ(peer.handler.abandoned, 2U);
    EXPECT_EQ(peer.send(search(4, "a")), "end: \n");
    EXPECT_EQ(peer.handler.started, 2U);
  }
}

// Binds

TEST(Session, ABindSaysWhoAsks) {
  SessionPeer peer;
  EXPECT_EQ(peer.send(extended(1, oid::kWhoAmI)), "1 extended 0 anonymous\n");
  EXPECT_EQ(peer.send({simple_bind(2, "me", "right"), extended(3, oid::kWhoAmI)}), "2 bind 0\n3 extended 0 me\n");
  EXPECT_EQ(peer.send({simple_bind(4, "me", "wrong"), extended(5, oid::kWhoAmI)}), "4 bind 49 wrong password\n5 extended 0 anonymous\n")
      << "RFC 4511 4.2.1: a bind that fails leaves nobody bound";
  EXPECT_EQ(peer.counters.binds, 1U);
  EXPECT_EQ(peer.counters.binds_failed, 1U);
}

TEST(Session, NothingIsLookedAtDuringABind) {
  SessionPeer peer;
  peer.holds_jobs = true;
  EXPECT_EQ(peer.send({simple_bind(1, "me", "right"), extended(2, oid::kWhoAmI)}), "");
  EXPECT_TRUE(peer.session->wants_input()) << "or its end would not be noticed";
  EXPECT_EQ(peer.handler.started, 0U);
  peer.run_jobs();
  EXPECT_EQ(peer.drive(), "1 bind 0\n2 extended 0 me\n");
}

TEST(Session, ABindWaitsForWhatIsOutstanding) {
  SessionPeer peer;
  EXPECT_EQ(peer.send({search(1, "wait"), simple_bind(2, "me", "right")}), "");
  peer.handler.wake_all();
  peer.deliver_wakes();
  EXPECT_EQ(peer.drive(), "1 entry wait\n1 done 0\n2 bind 0\n");
}

TEST(Session, ABindDoesNotWaitForEver) {
  SessionPeer peer;
  EXPECT_EQ(peer.send({search(1, "wait"), simple_bind(2, "me", "right")}), "");
  EXPECT_EQ(peer.after(4s), "");
  EXPECT_EQ(peer.after(2s), "2 bind 0\n");
  EXPECT_EQ(peer.handler.abandoned, 1U);
}

TEST(Session, ASaslBindHasSteps) {
  SessionPeer peer;
  EXPECT_EQ(peer.send(sasl_bind(1, "STEPS", std::nullopt)), "1 bind 14\n");
  EXPECT_EQ(peer.send(search(2, "a")), "2 done 1 a SASL bind is in progress\n");
  EXPECT_EQ(peer.send(extended(3, oid::kStartTls)), "3 extended 1 a SASL bind is in progress\n");
  EXPECT_EQ(peer.send({sasl_bind(4, "STEPS", Bytes{1}), extended(5, oid::kWhoAmI)}), "4 bind 0\n5 extended 0 stepper\n");
}

TEST(Session, AnotherMechanismBeginsAnew) {
  SessionPeer peer;
  EXPECT_EQ(peer.send({sasl_bind(1, "STEPS", std::nullopt), simple_bind(2, "me", "right"), extended(3, oid::kWhoAmI)}), "1 bind 14\n2 bind 0\n3 extended 0 me\n");
  EXPECT_EQ(peer.send(sasl_bind(4, "STEPS", std::nullopt)), "4 bind 14\n") << "the first of its steps again";
}

TEST(Session, ATicketThatEndsEndsTheConnection) {
  SessionPeer peer;
  peer.handler.expires_at_s = peer.wall_s + 60;
  peer.send(simple_bind(1, "me", "right"));
  EXPECT_EQ(peer.after(59s), "");
  EXPECT_THAT(peer.after(2s), StartsWith("0 extended 52 the ticket"));
  EXPECT_EQ(peer.session->end(), SessionEnd::kExpired);
}

// Security layers

TEST(Session, ALayerBeginsBehindTheBindResponse) {
  SessionPeer peer;
  EXPECT_EQ(peer.send(sasl_bind(1, "GSS", Bytes{1})), "1 bind 0\n");
  peer.in_glass_now = true;
  EXPECT_TRUE(peer.session->connection().is_sealed);
  EXPECT_EQ(peer.send(in_glass(extended(2, oid::kWhoAmI))), "2 extended 0 glass\n");
  EXPECT_EQ(peer.send(in_glass(extended(3, oid::kStartTls))), "3 extended 1 this connection is protected already\n");
}

TEST(Session, AFrameMayHoldHalfAMessageOrMany) {
  const Bytes all = joined({search(2, "a"), search(3, "b"), extended(4, oid::kWhoAmI)});
  for (std::size_t frame = 1; frame <= all.size(); frame += 7) {
    SessionPeer peer;
    peer.send(sasl_bind(1, "GSS", Bytes{1}));
    peer.in_glass_now = true;
    Bytes wire;
    for (std::size_t at = 0; at < all.size(); at += frame) {
      const auto each = in_glass(ByteView(all).subspan(at, std::min(frame, all.size() - at)));
      wire.insert(wire.end(), each.begin(), each.end());
    }
    std::string lines;
    for (std::size_t at = 0; at < wire.size(); at += 5) lines += peer.send(ByteView(wire).subspan(at, std::min<std::size_t>(5, wire.size() - at)));
    EXPECT_EQ(lines, "2 entry a\n2 done 0\n3 entry b\n3 done 0\n4 extended 0 glass\n") << "frames of " << frame;
  }
}

TEST(Session, FramesAreNoLongerThanTheClientTakes) {
  SessionPeer peer;
  peer.send(sasl_bind(1, "GSS", Bytes{1}));
  peer.in_glass_now = true;
  EXPECT_THAT(peer.send(in_glass(search(2, "entries:300"))), HasSubstr("2 done 0\n"));
  EXPECT_LE(peer.longest_frame, 65'536U);
  EXPECT_GT(peer.longest_frame, 30'000U);
}

TEST(Session, ClearTextUnderALayerEndsTheConnection) {
  SessionPeer peer;
  peer.send(sasl_bind(1, "GSS", Bytes{1}));
  peer.in_glass_now = true;
  const Bytes forged{0, 0, 0, 3, 'a', 'b', 'c'};
  EXPECT_THAT(peer.send(forged), HasSubstr("end: security layer: no glass"));
  EXPECT_EQ(peer.session->end(), SessionEnd::kViolation);
}

TEST(Session, WhatWasSentInClearBeforeTheLayerIsNotObeyed) {
  SessionPeer peer;
  EXPECT_THAT(peer.send({sasl_bind(1, "GSS", Bytes{1}), search(2, "a")}), StartsWith("1 bind 0\n"));
  EXPECT_EQ(peer.handler.started, 0U);
}

TEST(Session, AFrameOfAGigabyteIsRefusedBeforeItCame) {
  SessionPeer peer;
  peer.send(sasl_bind(1, "GSS", Bytes{1}));
  const Bytes announced{0x40, 0, 0, 0};
  EXPECT_THAT(peer.send(announced), HasSubstr("0 extended 2 security layer: a SASL buffer of 1073741824 octets"));
}

// StartTLS

TEST(Session, StartTlsBeginsBehindItsResponse) {
  SessionPeer peer;
  EXPECT_EQ(peer.send(extended(1, oid::kStartTls)), "1 extended 0\n");
  EXPECT_TRUE(peer.session->wants_tls());
  EXPECT_FALSE(peer.session->wants_input());
  peer.session->on_tls(Bytes{1});
  EXPECT_TRUE(peer.session->connection().is_tls);
  EXPECT_EQ(peer.send(sasl_bind(2, "EXTERNAL", std::nullopt)), "2 bind 0\n");
  EXPECT_EQ(peer.send(extended(3, oid::kStartTls)), "3 extended 1 this connection is protected already\n");
}

TEST(Session, StartTlsIsRefusedWhereItCannotBe) {
  SessionPeer busy;
  EXPECT_EQ(busy.send({search(1, "wait"), extended(2, oid::kStartTls)}), "2 extended 1 operations are outstanding\n");
  SessionPeer without({}, false);
  EXPECT_EQ(without.send(extended(1, oid::kStartTls)), "1 extended 52 this server has no certificate\n");
  EXPECT_FALSE(without.session->wants_tls());
}

TEST(Session, OctetsBehindStartTlsEndTheConnection) {
  SessionPeer peer;
  EXPECT_THAT(peer.send({extended(1, oid::kStartTls), search(2, "a")}), HasSubstr("0 extended 2 octets behind a request for TLS"));
  EXPECT_FALSE(peer.session->wants_tls());
  EXPECT_EQ(peer.handler.started, 0U);
}

// Bad input

TEST(Session, WhatIsNoMessageEndsTheConnectionWithANotice) {
  SessionPeer peer;
  EXPECT_THAT(peer.send({search(1, "wait"), Bytes{'G', 'E', 'T', ' ', '/', '\r', '\n'}}), StartsWith("0 extended 2 "));
  EXPECT_EQ(peer.session->end(), SessionEnd::kViolation);
  EXPECT_EQ(peer.handler.abandoned, 1U);
}

TEST(Session, AGigabyteThatIsAnnouncedIsRefused) {
  SessionPeer peer;
  EXPECT_THAT(peer.send(Bytes{0x30, 0x84, 0x40, 0x00, 0x00, 0x00, 0x02}), StartsWith("0 extended 2 "));
  EXPECT_LT(peer.session->held_octets(), 1000U);
}

TEST(Session, StrangersSendShortMessages) {
  const std::string long_base(100'000, 'x');
  SessionPeer stranger;
  EXPECT_THAT(stranger.send(search(1, long_base)), StartsWith("0 extended 2 "));
  SessionPeer known;
  known.send(simple_bind(1, "me", "right"));
  EXPECT_THAT(known.send(search(2, long_base)), HasSubstr("2 done 0\n"));
  EXPECT_THAT(known.send(search(3, std::string(10'485'760, 'x'))), StartsWith("0 extended 2 ")) << "[MS-ADTS] 3.1.1.3.4.6 MaxReceiveBuffer";
}

TEST(Session, ABadRequestWithAnIdIsAnswered) {
  SessionPeer peer;
  const auto bad = message(5, tlv(0x63, tlv(0x04, "a base and nothing else")));
  EXPECT_THAT(peer.send({bad, search(6, "a")}), ::testing::AllOf(StartsWith("5 done 2 "), HasSubstr("6 entry a\n6 done 0\n")));
  EXPECT_EQ(peer.counters.faults, 1U);
}

TEST(Session, AnIdIsUsedOnce) {
  SessionPeer peer;
  EXPECT_THAT(peer.send({search(1, "wait"), search(1, "a")}), StartsWith("0 extended 2 message id 1"));
}

// Time

TEST(Session, WhoSaysNothingAtFirstHasToGo) {
  SessionPeer peer;
  EXPECT_EQ(peer.after(119s), "");
  EXPECT_EQ(peer.after(2s), "end: no request in time\n");
  EXPECT_EQ(peer.session->end(), SessionEnd::kSlow);
}

TEST(Session, WhoSaysNothingAnyMoreHasToGo) {
  SessionPeer peer;
  peer.send(search(1, "a"));
  EXPECT_EQ(peer.after(899s), "");
  EXPECT_EQ(peer.after(2s), "end: idle\n");
  SessionPeer waiting;
  waiting.send(search(1, "wait"));
  EXPECT_EQ(waiting.after(2000s), "") << "it waits for us";
}

TEST(Session, AMessageHasToEnd) {
  SessionPeer peer;
  const auto whole = search(2, "a");
  peer.send(search(1, "a"));
  std::string lines;
  for (std::size_t i = 0; i < 13 && lines.empty(); ++i) {
    peer.send(ByteView(whole).subspan(i, 1));
    lines = peer.after(10s);
  }
  EXPECT_EQ(lines, "end: a request began and did not end in time\n");
}

TEST(Session, AServerThatEndsSaysSo) {
  SessionPeer peer;
  peer.session->finish(SessionEnd::kFinished, {.code = ResultCode::kUnavailable, .matched_dn = {}, .message = "later", .referrals = {}});
  EXPECT_EQ(peer.drive(), "0 extended 52 later\nend: later\n");
}

}  // namespace
}  // namespace tributary::ldap::testing
