// SPDX-License-Identifier: Apache-2.0
// A bound handle and a change stream against a server that really listens: binding ([MS-DRSR] 4.1.3), unbinding (4.1.25), and a cycle of
// GetNCChanges (4.1.10) whose pages the test writes: what is asked when, how many pages are on the way, and what a failure leaves.
#include <algorithm>
#include <mutex>

#include "base/win32.hpp"
#include "client/changes.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "net/testing/connection_test.hpp"

namespace tributary::client {
namespace {

using namespace drsuapi;
using namespace std::chrono_literals;
using net::testing::Answer;
using net::testing::eventually;
using net::testing::failure_of;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr Guid kSource = "11111111-0000-0000-0000-000000000001"_guid;
constexpr ndr::ContextHandle kHandle{0, "44444444-0000-0000-0000-000000000004"_guid};

/// A source whose NC has `pages` pages of one object each; usnvecFrom says which is next.
class Source {
 public:
  int pages = 3;
  std::uint32_t extensions = DRS_EXT_GETCHGREQ_V8 | DRS_EXT_GETCHGREQ_V10;
  std::uint32_t bind_result = 0;
  std::uint32_t extended_ret = EXOP_ERR_SUCCESS;
  int fails_at = -1;    ///< answers this page with kErrorDsDraDbError
  int silent_at = -1;   ///< never answers this page
  int garbled_at = -1;  ///< answers this page with a stub that is none

  Answer operator()(const rpc::CallReceived& call) {
    const std::lock_guard lock(mutex_);
    opnums_.push_back(call.opnum);
    switch (call.opnum) {
      case IDL_DRSBind::opnum: return answer_bind();
      case IDL_DRSUnbind::opnum: return stub(encode_out<IDL_DRSUnbind>({}));
      case IDL_DRSGetNCChanges::opnum: return answer_changes(call);
      default: return Answer{.stub = {}, .fault = 5, .hold = false};
    }
  }
  std::size_t count(std::uint16_t opnum) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(opnums_, opnum));
  }
  std::size_t pages_asked() { return count(IDL_DRSGetNCChanges::opnum); }
  std::vector<DRS_MSG_GETCHGREQ> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  static Answer stub(Bytes octets) { return Answer{.stub = std::move(octets), .fault = 0, .hold = false}; }

  Answer answer_bind() const {
    IDL_DRSBind::Out out;
    DRS_EXTENSIONS_INT server;
    server.dwFlags = extensions;
    out.ppextServer = encode_extensions(server);
    if (bind_result == 0) out.phDrs = kHandle;
    out.result = bind_result;
    return stub(encode_out<IDL_DRSBind>(out));
  }

  Answer answer_changes(const rpc::CallReceived& call) {
    auto in = decode_in<IDL_DRSGetNCChanges>(call.stub, ndr::ReadOptions{ndr::Syntax::kNdr20, call.byte_order, nullptr});
    if (!in || in->hDrs != kHandle) return Answer{.stub = {}, .fault = 6, .hold = false};
    requests_.push_back(in->msgIn);
    const USN from = in->msgIn.visit([](const auto& request) -> USN {
      if constexpr (requires { request.usnvecFrom; }) return request.usnvecFrom.usnHighObjUpdate;
      return -1;
    });
    if (from == silent_at) return Answer{.stub = {}, .fault = 0, .hold = true};
    if (from == garbled_at) return stub(Bytes(12, 0xFF));
    IDL_DRSGetNCChanges::Out out;
    if (from == fails_at)
      out.result = static_cast<std::uint32_t>(win32::kErrorDsDraDbError);
    else
      out.msgOut = page(from);
    return stub(encode_out<IDL_DRSGetNCChanges>(out));
  }

  DRS_MSG_GETCHGREPLY_V6 page(USN from) const {
    DRS_MSG_GETCHGREPLY_V6 reply;
    reply.uuidInvocIdSrc = kSource;
    reply.ulExtendedRet = extended_ret;
    reply.usnvecTo = {from + 1, 0, from + 1};
    reply.fMoreData = from + 1 < pages ? 1 : 0;
    if (from < pages) {
      auto& object = reply.pObjects.emplace_back();
      object.Entinf.pName = *dsname_from_dn("CN=" + std::to_string(from) + ",DC=lab");
      reply.cNumObjects = 1;
    }
    if (reply.fMoreData == 0) {
      UPTODATE_VECTOR_V2_EXT vector;
      vector.rgCursors.push_back({kSource, pages, 0});
      reply.pUpToDateVecSrc = vector;
    }
    return reply;
  }

  std::mutex mutex_;
  std::vector<std::uint16_t> opnums_;
  std::vector<DRS_MSG_GETCHGREQ> requests_;
};

class ChangeStreamTest : public net::testing::ConnectionTest {
 protected:
  std::shared_ptr<Source> source = std::make_shared<Source>();
  std::unique_ptr<net::testing::TestServer> server = make_server([this](net::testing::TestServerOptions& options) {
    options.interface = {kDrsuapiInterface, 4, 0};
    options.answer = [keep = source](const rpc::CallReceived& call) { return (*keep)(call); };
  });
  net::Runtime runtime;

  BindOptions bind_options() const {
    BindOptions options;
    options.target.domain_controller = "127.0.0.1";
    options.target.port = server->port();
    options.target.spn = kSpn;
    options.credential = alice;
    options.extensions = changes_client_extensions();
    return options;
  }
  std::shared_ptr<DrsHandle> bound() {
    auto handle = DrsHandle::bind(runtime, bind_options());
    EXPECT_TRUE(handle) << handle.error().detail;
    return handle.value_or(nullptr);
  }
  static ChangesOptions lab() {
    ChangesOptions options;
    options.nc_dn = "DC=lab";
    return options;
  }
  /// The names of the objects that a stream brings, to its end; the last cookie.
  static std::vector<std::string> read(ChangeStream& stream, ChangesCookie* last = nullptr) {
    std::vector<std::string> names;
    while (auto page = stream.next()) {
      if (!*page) return names;
      for (const auto& object : (*page)->reply->pObjects) names.push_back(to_string(*object.Entinf.pName));
      if (last != nullptr) *last = (*page)->cookie;
    }
    names.push_back("failed");
    return names;
  }
};

TEST_F(ChangeStreamTest, ReadsAWholeCycleAndThenNothing) {
  const auto dc = bound();
  ChangesCookie cookie;
  {
    ChangeStream stream(dc, lab());
    EXPECT_THAT(read(stream, &cookie), ::testing::ElementsAre("CN=0,DC=lab", "CN=1,DC=lab", "CN=2,DC=lab"));
    EXPECT_FALSE(stream.next()->has_value()) << "after the end it stays the end";
  }
  EXPECT_EQ(source->pages_asked(), 3u);
  EXPECT_TRUE(cookie.cycle_complete);
  auto resumed = lab();
  resumed.cookie = *ChangesCookie::decode(cookie.encode());
  ChangeStream later(dc, resumed);
  EXPECT_THAT(read(later), ::testing::IsEmpty());
  const auto last_request = source->requests().back();
  const auto* const request = last_request.get_if<10>();
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->uuidInvocIdSrc, kSource);
  ASSERT_TRUE(request->pUpToDateVecDest);
  EXPECT_EQ(request->pUpToDateVecDest->rgCursors.size(), 1u);
}

// While one page is in the caller's hands the DC makes the next one, and no more than that.
TEST_F(ChangeStreamTest, OnePageIsAlwaysOnTheWay) {
  source->pages = 10;
  const auto dc = bound();
  ChangeStream stream(dc, lab());
  EXPECT_EQ(source->pages_asked(), 0u) << "nothing is asked before somebody wants it";
  for (std::size_t page = 1; page < 9; ++page) {
    ASSERT_TRUE(stream.next()->has_value());
    EXPECT_TRUE(eventually([&] { return source->pages_asked() == page + 1; }));
  }
}

TEST_F(ChangeStreamTest, AFailureLeavesACookieThatResumes) {
  source->fails_at = 1;
  const auto dc = bound();
  ChangesCookie cookie;
  {
    ChangeStream stream(dc, lab());
    auto first = stream.next();
    ASSERT_TRUE(first && *first);
    cookie = (*first)->cookie;
    const auto second = stream.next();
    EXPECT_THAT(failure_of(second), Pair(win32::kErrorDsDraDbError, Phase::kCall));
    EXPECT_FALSE(stream.next()->has_value()) << "an error ends the stream";
  }
  source->fails_at = -1;
  ChangesOptions resumed;
  resumed.cookie = cookie;
  ChangeStream stream(dc, resumed);
  EXPECT_THAT(read(stream), ::testing::ElementsAre("CN=1,DC=lab", "CN=2,DC=lab"));
}

TEST_F(ChangeStreamTest, StalledAndGarbledPages) {
  source->silent_at = 1;
  auto options = lab();
  options.page_timeout = 300ms;
  {
    const auto dc = bound();
    ChangeStream stream(dc, options);
    ASSERT_TRUE(stream.next()->has_value());
    const auto began = net::monotonic_now();
    EXPECT_THAT(failure_of(stream.next()), Pair(win32::kErrorTimeout, Phase::kCall));
    EXPECT_LT(net::monotonic_now() - began, 3s);
  }
  source->silent_at = -1;
  source->garbled_at = 0;
  const auto dc = bound();
  ChangeStream stream(dc, lab());
  EXPECT_THAT(failure_of(stream.next()), Pair(win32::kRpcXBadStubData, Phase::kCall));
}

TEST_F(ChangeStreamTest, ItsEndCancelsThePageOnTheWay) {
  source->silent_at = 1;
  const auto dc = bound();
  {
    ChangeStream stream(dc, lab());
    ASSERT_TRUE(stream.next()->has_value());
    ASSERT_TRUE(eventually([&] { return source->pages_asked() == 2; }));
  }
  EXPECT_TRUE(eventually([&] { return server->cancelled() > 0; }));
}

TEST_F(ChangeStreamTest, AResetDuringThePages) {
  source->silent_at = 1;
  const auto dc = bound();
  ChangeStream stream(dc, lab());
  ASSERT_TRUE(stream.next()->has_value());
  ASSERT_TRUE(eventually([&] { return source->pages_asked() == 2; }));
  server->close_connections(true);
  EXPECT_THAT(failure_of(stream.next()), Pair(win32::kRpcSCallFailed, Phase::kCall));
  EXPECT_FALSE(dc->usable());
}

TEST_F(ChangeStreamTest, OneObjectIsOnePage) {
  source->pages = 5;  // fMoreData would say that there is more: an extended operation has one answer (4.1.10.1.1)
  const auto dc = bound();
  auto options = lab();
  options.extended_op = EXOP_REPL_OBJ;
  ChangeStream stream(dc, options);
  const auto page = stream.next();
  ASSERT_TRUE(page && *page);
  EXPECT_EQ((*page)->cookie.usn_vector, USN_VECTOR{}) << "it moves no cursor";
  EXPECT_FALSE(stream.next()->has_value());
  EXPECT_EQ(source->pages_asked(), 1u);
  source->extended_ret = EXOP_ERR_ACCESS_DENIED;
  ChangeStream refused(dc, options);
  EXPECT_THAT(failure_of(refused.next()), Pair(win32::kErrorDsDraAccessDenied, Phase::kCall));
}

TEST_F(ChangeStreamTest, AsksAsTheServerUnderstands) {
  source->extensions = DRS_EXT_GETCHGREQ_V8;
  ChangeStream stream(bound(), lab());
  EXPECT_EQ(read(stream).size(), 3u);
  EXPECT_EQ(source->requests().front().tag(), 8u);
}

TEST_F(ChangeStreamTest, OptionsThatContradictThemselvesAskNothing) {
  const auto dc = bound();
  ChangeStream stream(dc, ChangesOptions{});
  EXPECT_EQ(failure_of(stream.next()).first, win32::kErrorInvalidParameter);
  EXPECT_FALSE(stream.next()->has_value());
  EXPECT_EQ(source->pages_asked(), 0u);
}

TEST_F(ChangeStreamTest, TheLastReferenceUnbinds) {
  auto dc = bound();
  EXPECT_EQ(dc->context(), kHandle);
  EXPECT_EQ(dc->host(), "127.0.0.1");
  EXPECT_TRUE(dc->server_extensions().has(DRS_EXT_GETCHGREQ_V10));
  dc.reset();
  EXPECT_TRUE(eventually([&] { return source->count(IDL_DRSUnbind::opnum) == 1 && server->open_connections() == 0; }));
}

TEST_F(ChangeStreamTest, UnbindWaitsForItsAnswerAndHappensOnce) {
  auto dc = bound();
  EXPECT_TRUE(dc->unbind());
  EXPECT_EQ(source->count(IDL_DRSUnbind::opnum), 1u);
  dc.reset();
  EXPECT_TRUE(eventually([&] { return server->open_connections() == 0; }));
  EXPECT_EQ(source->count(IDL_DRSUnbind::opnum), 1u);
}

TEST_F(ChangeStreamTest, ACodeOfBindIsItsError) {
  source->bind_result = static_cast<std::uint32_t>(win32::kErrorDsDraAccessDenied);
  EXPECT_THAT(failure_of(DrsHandle::bind(runtime, bind_options())), Pair(win32::kErrorDsDraAccessDenied, Phase::kCall));
}

TEST_F(ChangeStreamTest, BindingWithAWrongPassword) {
  auto options = bind_options();
  options.credential.reset();
  options.credentials = security::PasswordLogon{*security::parse_account_name(kUser), security::Secret("wrong"), {}};
  EXPECT_THAT(failure_of(DrsHandle::bind(runtime, options)), Pair(win32::kErrorLogonFailure, Phase::kAuthenticate));
  EXPECT_EQ(source->count(IDL_DRSBind::opnum), 0u);
}

TEST_F(ChangeStreamTest, ACallThatTheServerDoesNotHave) {
  const auto dc = bound();
  EXPECT_THAT(failure_of(dc->call<IDL_DRSExecuteKCC>({})), Pair(win32::kErrorAccessDenied, Phase::kCall));
  EXPECT_TRUE(dc->usable());
}

}  // namespace
}  // namespace tributary::client
