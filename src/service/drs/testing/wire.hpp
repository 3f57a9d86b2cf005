// SPDX-License-Identifier: Apache-2.0
// For tests of operations as a client sees them: octets of a request's stub go into a DrsuapiServer, those of the answer come out. Everything
// of the server is real but the connection: there is no PDU and no security context, and who calls is what the test says.
// The test's thread is the network thread. Workers are real threads.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>

#include "service/drs/drs_operations.hpp"
#include "service/drs/drsuapi_server.hpp"
#include "service/testing/test_dsa.hpp"

namespace tributary::service::testing {

class Wire;

/// One call of a client that may change its mind.
class WireCall final : public net::RpcServerCall {
 public:
  explicit WireCall(Wire& wire) : wire_(wire) {}
  void complete(Bytes response) override;
  void fail(std::uint32_t status) override;
  [[nodiscard]] bool cancelled() const noexcept override { return is_cancelled_; }
  void when_cancelled(std::move_only_function<void()> notify) override { notify_ = std::move(notify); }
  [[nodiscard]] rpc::ContextHandles* handles() noexcept override;
  void with_handles(std::move_only_function<void(rpc::ContextHandles*)> work) override;

  /// The client gives up.
  void cancel();
  /// Waits ten seconds at most.
  [[nodiscard]] bool wait();
  [[nodiscard]] bool is_answered() const;
  std::optional<Bytes> response;  ///< once answered
  std::uint32_t fault = 0;

 private:
  Wire& wire_;
  mutable std::mutex mutex_;
  std::condition_variable answered_;
  bool is_answered_ = false;
  std::atomic<bool> is_cancelled_{false};
  std::move_only_function<void()> notify_;
};

class WireClock final : public Clock {
 public:
  explicit WireClock(const TestForest& forest) : forest_(forest) {}
  [[nodiscard]] MonoTime monotonic() const override { return {}; }
  [[nodiscard]] FileTime wall() const override { return forest_.wall(); }

 private:
  const TestForest& forest_;
};

class Wire {
 public:
  Wire(TestForest& forest, TestDsa& dsa, DrsuapiLimits limits = {});
  ~Wire();

  /// What comes back: a stub or a fault.
  struct Came {
    std::optional<Bytes> stub;
    std::uint32_t fault = 0;
  };
  [[nodiscard]] Came send(const std::shared_ptr<const Caller>& caller, std::uint16_t opnum, Bytes stub, std::endian order = std::endian::little,
                          std::size_t interface = DrsuapiServer::kDrsuapi);
  /// Does not wait.
  [[nodiscard]] std::shared_ptr<WireCall> begin(const std::shared_ptr<const Caller>& caller, std::uint16_t opnum, Bytes stub,
                                                std::endian order = std::endian::little, std::size_t interface = DrsuapiServer::kDrsuapi);

  /// A handle as administrators' programs have it, or as a DSA of that GUID.
  [[nodiscard]] ndr::ContextHandle bind(const std::shared_ptr<const Caller>& caller, const Guid& client = client::kNtdsapiClientGuid,
                                        std::optional<drsuapi::DRS_EXTENSIONS_INT> extensions = {});
  /// With a handle of its own; the answer must be one.
  template <class Op>
  typename Op::Out call(const std::shared_ptr<const Caller>& caller, typename Op::In in) {
    set_handle(in, bind(caller));
    return answer_of<Op>(send(caller, Op::opnum, drsuapi::encode_in<Op>(in)));
  }
  /// The same, as a DSA that knows everything that we know.
  template <class Op>
  typename Op::Out call_as_dsa(const std::shared_ptr<const Caller>& caller, const Guid& client, typename Op::In in) {
    set_handle(in, bind(caller, client, dsa.extensions()));
    return answer_of<Op>(send(caller, Op::opnum, drsuapi::encode_in<Op>(in)));
  }
  template <class Op>
  Win32 code(const std::shared_ptr<const Caller>& caller, typename Op::In in) {
    return Win32{call<Op>(caller, std::move(in)).result};
  }
  template <class Op>
  static typename Op::Out answer_of(const Came& came) {
    EXPECT_TRUE(came.stub.has_value()) << "a fault: " << came.fault;
    if (!came.stub) throw std::runtime_error("the call was faulted");
    auto out = drsuapi::decode_out<Op>(*came.stub);
    EXPECT_TRUE(out.has_value()) << (out ? std::string() : out.error().detail);
    if (!out) throw std::runtime_error("the answer does not decode");
    return std::move(*out);
  }

  /// Somebody whom this DSA does not know.
  void forget(const std::shared_ptr<const Caller>& caller) { unknown_ = caller->principal; }
  [[nodiscard]] std::size_t resolved() const noexcept { return resolved_; }
  /// The association group is gone.
  void run_down();

  TestDsa& dsa;
  DrsuapiServer server;

 private:
  friend class WireCall;
  [[nodiscard]] DrsuapiServer::Options options(const DrsuapiLimits& limits);
  [[nodiscard]] std::shared_ptr<const net::RpcPeer> peer_of(const std::shared_ptr<const Caller>& caller);
  template <class In>
  static void set_handle(In& in, const ndr::ContextHandle& handle) {
    if constexpr (requires { in.hDrs; }) in.hDrs = handle;
  }

  WireClock clock_;
  repl::testing::TestRandom random_{7};
  std::recursive_mutex network_;  ///< the network thread
  rpc::ContextHandles handles_;
  std::map<std::string, std::shared_ptr<const Caller>> callers_;
  std::map<std::string, std::shared_ptr<const net::RpcPeer>> peers_;
  std::string unknown_;
  std::atomic<std::size_t> resolved_{0};
};

}  // namespace tributary::service::testing
