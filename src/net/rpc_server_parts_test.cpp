// SPDX-License-Identifier: Apache-2.0
// What RpcServer decides without a socket: who may connect and who gives way, which lines are written, what the endpoint mapper answers
// ([MS-RPCE] 2.2.1.2.4 to 2.2.1.2.10).
#include <gtest/gtest.h>

#include <set>

#include "base/win32.hpp"
#include "net/rpc_server_admission.hpp"
#include "net/rpc_server_log.hpp"
#include "net/rpc_server_mapper.hpp"
#include "rpc/status.hpp"

namespace tributary::net {
namespace {

using namespace std::chrono_literals;

// Admission

TEST(Admission, AnIpV6NetworkCountsAsOne) {
  EXPECT_EQ(admission_key("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(admission_key("2001:db8:1:2:3:4:5:6"), admission_key("2001:db8:1:2::1"));
  EXPECT_NE(admission_key("2001:db8:1:2::1"), admission_key("2001:db8:1:3::1"));
  EXPECT_NE(admission_key("::1"), admission_key("0.0.0.1"));
}

TEST(Admission, TheOldestStrangerOfAFullAddressGivesWay) {
  Admission admission({.connections_max = 100, .connections_per_address_max = 2, .unauthenticated_max = 100});
  admission.enter(1, "elsewhere");
  admission.enter(2, "a");
  admission.enter(3, "a");
  EXPECT_EQ(admission.judge("a").gives_way, 2u);
  EXPECT_TRUE(admission.judge("a").admitted);
  EXPECT_FALSE(admission.judge("b").gives_way);
  admission.authenticated(2);
  EXPECT_EQ(admission.judge("a").gives_way, 3u);
  admission.authenticated(3);
  EXPECT_FALSE(admission.judge("a").admitted) << "who has authenticated stays";
  admission.leave(2);
  EXPECT_TRUE(admission.judge("a").admitted);
  EXPECT_FALSE(admission.judge("a").gives_way);
}

// All histories of six steps on a small table: the limits hold, whoever is asked to give way is a stranger who is there, and nobody who
// has authenticated is ever sent away.
TEST(Admission, LimitsHoldWhateverHappens) {
  const AdmissionLimits limits{.connections_max = 3, .connections_per_address_max = 2, .unauthenticated_max = 2};
  constexpr int kSteps = 7, kChoices = 6;
  int histories = 1;
  for (int i = 0; i < kSteps; ++i) histories *= kChoices;
  for (int history = 0; history < histories; ++history) {
    Admission admission(limits);
    std::map<ConnectionNumber, std::string> there;
    std::set<ConnectionNumber> strangers;
    ConnectionNumber next = 1;
    const auto gone = [&](ConnectionNumber number) {
      admission.leave(number);
      there.erase(number);
      strangers.erase(number);
    };
    for (int step = 0, rest = history; step < kSteps; ++step, rest /= kChoices) {
      const int choice = rest % kChoices;
      if (choice < 3) {
        const std::string key(1, static_cast<char>('a' + choice));
        const auto verdict = admission.judge(key);
        if (verdict.gives_way) {
          ASSERT_TRUE(strangers.contains(*verdict.gives_way));
          gone(*verdict.gives_way);
        }
        ASSERT_TRUE(verdict.admitted || strangers.size() < limits.unauthenticated_max);
        if (!verdict.admitted) continue;
        admission.enter(next, key);
        there.emplace(next, key);
        strangers.insert(next++);
      } else if (!there.empty() && choice == 3) {
        gone(there.begin()->first);
      } else if (!strangers.empty()) {
        const auto who = choice == 4 ? *strangers.begin() : *strangers.rbegin();
        admission.authenticated(who);
        strangers.erase(who);
      }
      ASSERT_LE(there.size(), limits.connections_max);
      ASSERT_LE(strangers.size(), limits.unauthenticated_max);
      for (const char* const key : {"a", "b", "c"}) {
        std::size_t count = 0;
        for (const auto& [number, of] : there) count += of == key ? 1 : 0;
        ASSERT_LE(count, limits.connections_per_address_max);
      }
      ASSERT_EQ(admission.size(), there.size());
      ASSERT_EQ(admission.unauthenticated(), strangers.size());
    }
  }
}

// Log

TEST(ServerLog, AFloodBecomesAFewLinesAndASum) {
  std::vector<std::string> lines;
  ServerLog log([&](std::string line) { lines.push_back(std::move(line)); });
  const MonoTime start = 100s;
  for (int i = 0; i < 1000; ++i) log.say(ServerEvent::kViolation, "one more", start + i * 1ms);
  EXPECT_EQ(lines.size(), ServerLog::kLinesPerWindow);
  log.say(ServerEvent::kSlow, "another kind", start + 1s);
  EXPECT_EQ(lines.back(), "another kind");
  log.tick(start + ServerLog::kWindow - 1ms);
  EXPECT_EQ(lines.size(), ServerLog::kLinesPerWindow + 1);
  log.tick(start + ServerLog::kWindow);
  ASSERT_EQ(lines.size(), ServerLog::kLinesPerWindow + 2);
  EXPECT_EQ(lines.back(), "violations: 990 more within 10 s");
  log.tick(start + 2 * ServerLog::kWindow);
  log.finish();
  EXPECT_EQ(lines.size(), ServerLog::kLinesPerWindow + 2) << "said once";
  log.say(ServerEvent::kViolation, "later", start + 3 * ServerLog::kWindow);
  EXPECT_EQ(lines.back(), "later");
}

TEST(ServerLog, NobodyWritesLinesOfHisOwn) {
  std::vector<std::string> lines;
  ServerLog log([&](std::string line) { lines.push_back(std::move(line)); });
  log.say(ServerEvent::kViolation, "mallory\nroot logged in\x1b[2J@REALM", 0s);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].find_first_of("\n\r\x1b"), std::string::npos) << lines[0];
  log.say(ServerEvent::kViolation, std::string(100'000, 'x'), 0s);
  EXPECT_LE(lines[1].size(), ServerLog::kLineMax + 3);
  ServerLog nowhere({});
  nowhere.say(ServerEvent::kIdle, "nobody listens", 0s);
  nowhere.finish();
}

// The endpoint mapper

constexpr rpc::SyntaxId kOne{"7e57ab1e-0000-4000-8000-000000000001"_guid, 4, 2};
constexpr rpc::SyntaxId kOther{"7e57ab1e-0000-4000-8000-000000000002"_guid, 1, 0};
const std::vector<rpc::TcpEndpoint> kEndpoints = {{.interface = kOne, .port = 49152, .address = {10, 0, 0, 1}},
                                                  {.interface = kOne, .port = 49153, .address = {10, 0, 0, 1}},
                                                  {.interface = kOther, .port = 49152, .address = {10, 0, 0, 1}}};

std::expected<Bytes, std::uint32_t> ask(std::uint16_t opnum, Bytes stub) {
  rpc::CallReceived call;
  call.opnum = opnum;
  call.stub = std::move(stub);
  return answer_endpoint_mapper(call, kEndpoints);
}

TEST(EndpointMapper, MapsWhatItHas) {
  const auto answer = ask(rpc::kEptMapOpnum, rpc::encode_ept_map(kOne));
  ASSERT_TRUE(answer);
  const auto response = rpc::decode_ept_map_response(*answer);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 0u);
  EXPECT_TRUE(response->entry_handle.is_null());
  ASSERT_EQ(response->towers.size(), 2u);
  EXPECT_EQ(rpc::tcp_endpoint(response->towers[1]), kEndpoints[1]);
  const auto one = rpc::decode_ept_map_response(*ask(rpc::kEptMapOpnum, rpc::encode_ept_map(kOne, 1)));
  EXPECT_EQ(one->towers.size(), 1u) << "max_towers";
}

// A server serves a client of an older minor version, not of a newer one nor of another major one (C706 6.2.3.3 on interface versions).
TEST(EndpointMapper, VersionsMatchOrAreNotRegistered) {
  for (const auto& [major, minor, found] : {std::tuple{4, 2, true}, {4, 0, true}, {4, 3, false}, {3, 2, false}, {5, 0, false}}) {
    auto wanted = kOne;
    wanted.major = static_cast<std::uint16_t>(major);
    wanted.minor = static_cast<std::uint16_t>(minor);
    const auto response = rpc::decode_ept_map_response(*ask(rpc::kEptMapOpnum, rpc::encode_ept_map(wanted)));
    EXPECT_EQ(response->status, found ? 0u : rpc::kEptNotRegistered) << major << '.' << minor;
    EXPECT_EQ(!response->towers.empty(), found);
  }
}

// [MS-RPCE] 2.2.1.2.6, .7, .9, .10 and their notes: not supported, told by a fault. 2.2.1.2.8: the status is 0.
TEST(EndpointMapper, TheOtherOperations) {
  for (const int opnum : {0, 1, 5, 6}) EXPECT_EQ(ask(static_cast<std::uint16_t>(opnum), {}).error(), static_cast<std::uint32_t>(win32::kEptSCantPerformOp));
  EXPECT_EQ(ask(7, {}).error(), rpc::nca::kOpRangeError);
  const auto freed = ask(rpc::kEptLookupHandleFreeOpnum, Bytes(20));
  ASSERT_TRUE(freed);
  EXPECT_EQ(*freed, Bytes(24));
  Bytes foreign(20, 0xAB);
  EXPECT_EQ(ask(rpc::kEptLookupHandleFreeOpnum, foreign).error(), rpc::nca::kContextMismatch) << "a handle that nobody gave out";
  EXPECT_EQ(ask(rpc::kEptLookupHandleFreeOpnum, Bytes(19)).error(), rpc::nca::kBadStubData);
}

// ept_lookup ([MS-RPCE] 2.2.1.2.4): a status that is neither of the two in its table is a failure.
TEST(EndpointMapper, LookupFailsProperly) {
  // inquiry_type 0, no object, no Ifid, vers_option 1, a null handle, max_ents 7.
  Bytes question(16 + 20 + 4);
  store_le<std::uint32_t>(question.data() + 12, 1);
  store_le<std::uint32_t>(question.data() + 36, 7);
  const auto answer = ask(2, question);
  ASSERT_TRUE(answer);
  Bytes expected(20 + 5 * 4);
  store_le<std::uint32_t>(expected.data() + 24, 7);  // the array's size as asked for
  store_le<std::uint32_t>(expected.data() + 36, static_cast<std::uint32_t>(win32::kEptSCantPerformOp));
  EXPECT_EQ(*answer, expected);
  store_le<std::uint32_t>(question.data() + 36, 501);
  EXPECT_EQ(ask(2, question).error(), rpc::nca::kBadStubData) << "range(0,500)";
}

TEST(EndpointMapper, QuestionsThatAreNone) {
  for (std::size_t size = 0; size < 100; ++size) EXPECT_EQ(ask(rpc::kEptMapOpnum, Bytes(size, 0xEE)).error(), rpc::nca::kBadStubData) << size;
  Bytes whole = rpc::encode_ept_map(kOne);
  for (std::size_t size = 0; size + 4 < whole.size(); size += 3) EXPECT_FALSE(ask(rpc::kEptMapOpnum, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))));
}

}  // namespace
}  // namespace tributary::net
