// SPDX-License-Identifier: Apache-2.0
// drsuapi over real sealed connections: Kerberos, RpcServer, the client library, and two DSAs of the tests that speak to each other.
// [MS-DRSR] 2.2.4, 4.1.3, 4.1.10, 4.1.23, 4.1.24.
#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "net/testing/server_test.hpp"
#include "repl/divergence/comparison.hpp"
#include "repl/updates/links.hpp"
#include "service/drs/divergence_interface.hpp"
#include "service/drs/testing/rules.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace win32;

constexpr std::string_view kAnn = "CN=ann,OU=people,DC=lab,DC=example";
constexpr std::string_view kStaff = "CN=staff,OU=people,DC=lab,DC=example";

/// A DSA of the tests with a port.
struct Served {
  Served(net::Runtime& runtime, TestForest& forest, TestDsa& dsa_of, const std::function<void(net::RpcServerOptions&)>& with_acceptors)
      : dsa(dsa_of), clock(forest), drsuapi(dsa_of, options()) {
    add_replication_operations(drsuapi);
    net::RpcServerOptions server;
    server.listen = {{.host = "127.0.0.1", .port = 0}};
    server.interfaces = DrsuapiServer::interfaces();
    server.handler = [this](std::shared_ptr<net::RpcServerCall> call) { drsuapi.handle(std::move(call)); };
    with_acceptors(server);
    auto started = net::RpcServer::start(runtime, std::move(server));
    EXPECT_TRUE(started) << (started ? std::string() : started.error().detail);
    if (started) rpc = std::move(*started);
  }
  ~Served() {
    rpc.reset();
    drsuapi.stop();
  }
  DrsuapiServer::Options options() {
    DrsuapiServer::Options made;
    made.resolve_caller = [this](const net::RpcPeer& peer) -> Result<std::shared_ptr<const Caller>> {
      auto caller = std::make_shared<Caller>(*(is_operator ? operator_() : administrator()));
      caller->principal = peer.principal;
      caller->session_key = peer.session_key;
      caller->address = peer.address;
      return std::shared_ptr<const Caller>(std::move(caller));
    };
    made.random = &random;
    made.clock = &clock;
    return made;
  }

  TestDsa& dsa;
  WireClock clock;
  repl::testing::TestRandom random{11};
  std::atomic<bool> is_operator{false};
  DrsuapiServer drsuapi;
  std::unique_ptr<net::RpcServer> rpc;
};

class SealedDrsuapi : public net::testing::ServerTest {
 protected:
  SealedDrsuapi() : at_a(make(forest.first())), at_b(make(forest.join("dsa-b"))) {}

  std::unique_ptr<Served> make(TestDsa& dsa) {
    return std::make_unique<Served>(runtime, forest, dsa, [](net::RpcServerOptions& server) { server.make_acceptor = acceptors(); });
  }
  Result<std::shared_ptr<client::DrsHandle>> bind(const Served& to) {
    client::BindOptions options;
    options.target.domain_controller = "127.0.0.1";
    options.target.port = to.rpc->port();
    options.target.spn = std::string(kSpn);
    options.credential = alice;
    options.timeout = std::chrono::seconds(20);
    return client::DrsHandle::bind(client, std::move(options));
  }
  DSNAME domain() { return dsname_from_guid(at_b->dsa.guid_of(kDomainDn).value); }

  TestForest forest;
  std::unique_ptr<Served> at_a, at_b;
};

TEST_F(SealedDrsuapi, ASyncReallyReplicates) {
  const auto handle = bind(*at_b);
  ASSERT_TRUE(handle) << describe_error(handle.error());
  EXPECT_EQ((*handle)->server_extensions(), at_b->dsa.extensions());
  at_a->dsa.set(kAnn, repl::attid::kDescription, {repl::text_value("news")});
  const auto done = (*handle)->call<IDL_DRSReplicaSync>({{}, DRS_MSG_REPSYNC_V1{domain(), at_a->dsa.guid().value, {}, 0}});
  ASSERT_TRUE(done) << describe_error(done.error());
  EXPECT_EQ(at_b->dsa.text(kAnn, repl::attid::kDescription), "news");
  EXPECT_TRUE((*handle)->unbind());
  EXPECT_EQ(at_b->drsuapi.figures().bindings, 0u);
}
TEST_F(SealedDrsuapi, CodesArriveAsTheyAre) {
  at_b->is_operator = true;
  const auto handle = bind(*at_b);
  ASSERT_TRUE(handle) << describe_error(handle.error());
  const auto denied = (*handle)->call<IDL_DRSReplicaSync>({{}, DRS_MSG_REPSYNC_V1{domain(), at_a->dsa.guid().value, {}, 0}});
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, kErrorDsDraAccessDenied);
  const auto nowhere_at_all = (*handle)->call<IDL_DRSReplicaSync>({{}, DRS_MSG_REPSYNC_V1{nowhere(), at_a->dsa.guid().value, {}, 0}});
  ASSERT_FALSE(nowhere_at_all);
  EXPECT_EQ(nowhere_at_all.error().code, kErrorDsDraBadNc);
}
// 5.16.4: the key under which secrets travel is the connection's, the same at both ends.
TEST_F(SealedDrsuapi, APageOfChangesComesWithSecretsUnderTheConnectionsKey) {
  at_a->dsa.set(kAnn, repl::testing::attid_of("unicodePwd"), {repl::octets_value(Bytes(16, 0x77))});
  const auto handle = bind(*at_a);
  ASSERT_TRUE(handle) << describe_error(handle.error());
  repl::CycleOptions options;
  options.nc = domain();
  options.source = repl::new_source("a", at_a->dsa.guid(), DRS_WRIT_REP, {}, DsTime{1});
  options.server = (*handle)->server_extensions();
  options.session_key = (*handle)->session_key();
  repl::ReplicationCycle cycle(options);
  auto step = cycle.begin(at_b->dsa.context(), at_b->dsa.store());
  for (int i = 0; step.kind == repl::CycleStep::Kind::kSend && i < 100; ++i) {
    auto page = (*handle)->call<IDL_DRSGetNCChanges>({{}, *step.request});
    ASSERT_TRUE(page) << describe_error(page.error());
    step = cycle.on_reply(at_b->dsa.context(), at_b->dsa.store(), std::move(page->msgOut));
  }
  ASSERT_EQ(step.kind, repl::CycleStep::Kind::kDone) << describe_error(step.error);
  const auto snapshot = at_b->dsa.store().read();
  const auto ann = snapshot->find(at_b->dsa.find(kAnn)).value();
  const auto password = ann->first(repl::testing::attid_of("unicodePwd"));
  ASSERT_TRUE(password);
  EXPECT_EQ(Bytes(password->begin(), password->end()), Bytes(16, 0x77));
}
// 4.1.24: the DSA that is asked asks the reference DSA.
TEST_F(SealedDrsuapi, LingeringObjectsAreFoundBetweenTwoServers) {
  at_b->dsa.set_partner_maker([this](const DsaGuid& dsa, std::chrono::milliseconds) {
    EXPECT_EQ(dsa, at_a->dsa.guid());
    return bind(*at_a);
  });
  at_a->dsa.unlink(kStaff, kAnn);
  auto handle = bind(*at_b);
  ASSERT_TRUE(handle) << describe_error(handle.error());
  ASSERT_TRUE((*handle)->call<IDL_DRSReplicaSync>({{}, DRS_MSG_REPSYNC_V1{domain(), at_a->dsa.guid().value, {}, 0}}));
  {
    const auto tx = at_a->dsa.store().write();
    repl::testing::must(repl::remove_all_links(*tx, at_a->dsa.find(kAnn)));
    tx->erase(at_a->dsa.find(kAnn));
    repl::testing::must(tx->commit());
  }
  const auto done = (*handle)->call<IDL_DRSReplicaVerifyObjects>({{}, DRS_MSG_REPVERIFYOBJ_V1{domain(), at_a->dsa.guid().value, 0}});
  ASSERT_TRUE(done) << describe_error(done.error());
  EXPECT_EQ(at_b->dsa.find(kAnn), store::kNoDnt);
}
TEST_F(SealedDrsuapi, ReplicasAreComparedOverTheInterfaceBeside) {
  at_a->dsa.set(kAnn, repl::attid::kDescription, {repl::text_value("news")});
  auto to = at(at_a->rpc->port());
  to.interface = {kDivergenceInterface, 1, 0};
  const auto connection = open(client, to);
  ASSERT_TRUE(connection) << describe_error(connection.error());
  repl::DivergenceComparison comparison({at_b->dsa.guid_of(kDomainDn), false, 1000});
  auto step = comparison.begin(at_b->dsa.context(), *at_b->dsa.store().read());
  for (int i = 0; step.kind == repl::ComparisonStep::Kind::kSend && i < 100; ++i) {
    const auto stub = call(**connection, encode_digest_call(*step.request));
    ASSERT_TRUE(stub) << describe_error(stub.error());
    const auto reply = decode_digest_answer(*stub);
    ASSERT_TRUE(reply) << describe_error(reply.error());
    step = comparison.on_reply(at_b->dsa.context(), *at_b->dsa.store().read(), *reply);
  }
  ASSERT_EQ(step.kind, repl::ComparisonStep::Kind::kDone);
  EXPECT_EQ(comparison.result().objects.size(), 1u);
}
TEST_F(SealedDrsuapi, WhoGivesUpIsTakenOutOfTheQueue) {
  const auto handle = bind(*at_b);
  ASSERT_TRUE(handle) << describe_error(handle.error());
  at_b->dsa.hold();
  net::RpcConnection::Ticket ticket{};
  std::promise<Win32> answered;
  (*handle)->call_async<IDL_DRSReplicaSync>({{}, DRS_MSG_REPSYNC_V1{domain(), at_a->dsa.guid().value, {}, 0}}, {.ticket = &ticket},
                                            [&answered](Result<IDL_DRSReplicaSync::Out> out) {
                                              answered.set_value(out ? kErrorSuccess : out.error().code);
                                            });
  for (int i = 0; i < 2000 && at_b->dsa.pending_operations().operations.empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  (*handle)->cancel(ticket);
  EXPECT_EQ(answered.get_future().get(), kRpcSCallCancelled);
  for (int i = 0; i < 2000 && at_b->dsa.withdrawn() == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(at_b->dsa.withdrawn(), 1u);
  at_b->dsa.release();
}
TEST_F(SealedDrsuapi, HandlesEndWithTheConnection) {
  {
    const auto handle = bind(*at_b);
    ASSERT_TRUE(handle) << describe_error(handle.error());
    EXPECT_EQ(at_b->drsuapi.figures().bindings, 1u);
  }
  for (int i = 0; i < 2000 && at_b->drsuapi.figures().bindings != 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(at_b->drsuapi.figures().bindings, 0u);
}

}  // namespace
}  // namespace tributary::service::testing
