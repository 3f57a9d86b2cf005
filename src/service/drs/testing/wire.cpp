// SPDX-License-Identifier: Apache-2.0
// See wire.hpp.
#include "service/drs/testing/wire.hpp"

#include <chrono>

#include "base/win32.hpp"

namespace tributary::service::testing {

using namespace drsuapi;

void WireCall::complete(Bytes out) {
  const std::lock_guard lock(mutex_);
  EXPECT_FALSE(is_answered_) << "answered twice";
  response = std::move(out);
  is_answered_ = true;
  answered_.notify_all();
}
void WireCall::fail(std::uint32_t status) {
  const std::lock_guard lock(mutex_);
  EXPECT_FALSE(is_answered_) << "answered twice";
  fault = status;
  is_answered_ = true;
  answered_.notify_all();
}
rpc::ContextHandles* WireCall::handles() noexcept { return &wire_.handles_; }
void WireCall::with_handles(std::move_only_function<void(rpc::ContextHandles*)> work) {
  const std::lock_guard lock(wire_.network_);
  work(&wire_.handles_);
}
void WireCall::cancel() {
  std::move_only_function<void()> notify;
  is_cancelled_ = true;
  notify = std::move(notify_);
  if (notify) notify();
}
bool WireCall::wait() {
  std::unique_lock lock(mutex_);
  return answered_.wait_for(lock, std::chrono::seconds(10), [this] { return is_answered_; });
}
bool WireCall::is_answered() const {
  const std::lock_guard lock(mutex_);
  return is_answered_;
}

DrsuapiServer::Options Wire::options(const DrsuapiLimits& limits) {
  DrsuapiServer::Options made;
  made.resolve_caller = [this](const net::RpcPeer& peer) -> Result<std::shared_ptr<const Caller>> {
    ++resolved_;
    if (peer.principal == unknown_) return tributary::fail(win32::kErrorAccessDenied, "nobody knows him");
    return callers_.at(peer.principal);
  };
  made.random = &random_;
  made.clock = &clock_;
  made.limits = limits;
  return made;
}

Wire::Wire(TestForest& forest, TestDsa& dsa_of, DrsuapiLimits limits) : dsa(dsa_of), server(dsa_of, options(limits)), clock_(forest) {
  add_replication_operations(server);
}
Wire::~Wire() { server.stop(); }

std::shared_ptr<const net::RpcPeer> Wire::peer_of(const std::shared_ptr<const Caller>& caller) {
  auto& peer = peers_[caller->principal];
  if (peer == nullptr) {
    net::RpcPeer made;
    made.principal = caller->principal;
    made.session_key = caller->session_key;
    made.address = caller->address;
    made.connection = peers_.size();
    peer = std::make_shared<const net::RpcPeer>(std::move(made));
    callers_[caller->principal] = caller;
  }
  return peer;
}

std::shared_ptr<WireCall> Wire::begin(const std::shared_ptr<const Caller>& caller, std::uint16_t opnum, Bytes stub, std::endian order,
                                      std::size_t interface) {
  const std::lock_guard lock(network_);
  auto call = std::make_shared<WireCall>(*this);
  call->interface = interface;
  call->opnum = opnum;
  call->stub = std::move(stub);
  call->byte_order = order;
  call->peer = peer_of(caller);
  server.handle(call);
  return call;
}

Wire::Came Wire::send(const std::shared_ptr<const Caller>& caller, std::uint16_t opnum, Bytes stub, std::endian order, std::size_t interface) {
  const auto call = begin(caller, opnum, std::move(stub), order, interface);
  EXPECT_TRUE(call->wait()) << "opnum " << opnum << " was not answered";
  return {call->response, call->fault};
}

ndr::ContextHandle Wire::bind(const std::shared_ptr<const Caller>& caller, const Guid& client, std::optional<DRS_EXTENSIONS_INT> extensions) {
  IDL_DRSBind::In in;
  in.puuidClientDsa = client;
  in.pextClient = encode_extensions(extensions ? *extensions : client::default_client_extensions());
  return answer_of<IDL_DRSBind>(send(caller, IDL_DRSBind::opnum, encode_in<IDL_DRSBind>(in))).phDrs;
}

void Wire::run_down() {
  const std::lock_guard lock(network_);
  handles_ = {};
}

}  // namespace tributary::service::testing
