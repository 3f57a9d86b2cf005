// SPDX-License-Identifier: Apache-2.0
// See pull.hpp.
#include "dsa/core/pull.hpp"

#include <future>
#include <mutex>

#include "base/win32.hpp"
#include "drsuapi/compress/native_reply.hpp"
#include "drsuapi/operations.hpp"
#include "repl/source/native_request.hpp"

namespace tributary::dsa {
namespace {

using drsuapi::IDL_DRSGetNCChanges;
using repl::CycleStep;

/// How soon a wait notices that it is over.
constexpr std::chrono::milliseconds kLookInterval{100};

/// A request under way. Given up when it goes unanswered.
class Fetch {
 public:
  Fetch(std::shared_ptr<client::DrsHandle> handle, Bytes stub, std::chrono::milliseconds timeout) : handle_(std::move(handle)), stub_(std::move(stub)) {
    auto promise = std::make_shared<std::promise<Result<net::CallReply>>>();
    answer_ = promise->get_future();
    ticket_ = handle_->send(IDL_DRSGetNCChanges::opnum, stub_, timeout, [promise](Result<net::CallReply> reply) { promise->set_value(std::move(reply)); });
  }
  ~Fetch() {
    if (answer_.valid() && answer_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) handle_->cancel(ticket_);
  }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  [[nodiscard]] bool is_of(const Bytes& stub) const noexcept { return stub == stub_; }
  [[nodiscard]] Result<net::CallReply> take(const std::function<bool()>& cancelled) {
    while (answer_.wait_for(kLookInterval) == std::future_status::timeout)
      if (cancelled && cancelled()) return handle_->cancel(ticket_), fail(win32::kErrorDsDraShutdown, "this DSA is ending", Phase::kCall);
    return answer_.get();
  }

 private:
  std::shared_ptr<client::DrsHandle> handle_;
  Bytes stub_;
  std::future<Result<net::CallReply>> answer_;
  net::RpcConnection::Ticket ticket_{};
};

/// A reply with everything that it borrows from.
struct Page {
  Bytes stub, plain;
  ndr::Arena arena;
  drsuapi::DRS_MSG_GETCHGREPLY_V9 reply;
};

Result<std::unique_ptr<Page>> read_page(net::CallReply answer) {
  auto page = std::make_unique<Page>();
  page->stub = std::move(answer.stub);
  auto out = drsuapi::decode_out<IDL_DRSGetNCChanges>(page->stub, ndr::ReadOptions{ndr::Syntax::kNdr20, answer.byte_order, &page->arena});
  if (!out) return std::unexpected(in_phase(std::move(out.error()), Phase::kCall));
  if (out->result != 0) return fail(Win32{out->result}, std::string(IDL_DRSGetNCChanges::name), Phase::kCall);
  auto native = drsuapi::native_reply(std::move(out->msgOut), page->arena, page->plain);
  if (!native) return std::unexpected(std::move(native.error()));
  page->reply = std::move(*native);
  return page;
}

class Puller {
 public:
  Puller(repl::ReplicationCycle& cycle, const std::shared_ptr<client::DrsHandle>& handle, const PullTerms& terms)
      : cycle_(cycle), handle_(handle), terms_(terms) {}

  Pulled run(CycleStep first) {
    Pulled pulled;
    pulled.step = std::move(first);
    bool is_first = true;
    while (pulled.step.kind == CycleStep::Kind::kSend) {
      const auto request = *pulled.step.request;
      auto answer = fetch(encode(request));
      if (!answer) {
        pulled.is_untouched = is_first && !handle_->usable();
        if (pulled.is_untouched) return pulled.step.error = std::move(answer.error()), std::move(pulled);
        pulled.step = on_failure(std::move(answer.error()));
        break;
      }
      is_first = false;
      pulled.octets += answer->stub.size();
      auto page = read_page(std::move(*answer));
      if (!page) {
        pulled.step = on_failure(std::move(page.error()));
        break;
      }
      if ((*page)->reply.fMoreData != 0 && cycle_.nc_root() != store::kNoDnt)
        ask(encode(repl::request_after(request, (*page)->reply.uuidInvocIdSrc, (*page)->reply.usnvecTo)));
      pulled.step = apply(std::move((*page)->reply));
      if (!pulled.step.applied) continue;
      const bool goes_on = terms_.page_applied(cycle_, pulled.step);
      if (goes_on || pulled.step.kind != CycleStep::Kind::kSend) continue;
      pulled.gave_way = true;
      next_.reset();
      const std::lock_guard turn(terms_.turn);
      if (auto done = cycle_.preempt(terms_.context(), terms_.store); !done) pulled.step.error = std::move(done.error());
      break;
    }
    return pulled;
  }

 private:
  [[nodiscard]] Bytes encode(const drsuapi::DRS_MSG_GETCHGREQ& request) const {
    IDL_DRSGetNCChanges::In in;
    in.hDrs = handle_->context();
    in.msgIn = request;
    return drsuapi::encode_in<IDL_DRSGetNCChanges>(in, ndr::Syntax::kNdr20);
  }
  void ask(Bytes stub) { next_ = std::make_unique<Fetch>(handle_, std::move(stub), terms_.page_timeout); }
  Result<net::CallReply> fetch(Bytes stub) {
    if (!next_ || !next_->is_of(stub)) ask(std::move(stub));
    const auto mine = std::move(next_);
    return mine->take(terms_.cancelled);
  }
  CycleStep apply(drsuapi::DRS_MSG_GETCHGREPLY_V9 reply) {
    const std::lock_guard turn(terms_.turn);
    return cycle_.on_reply(terms_.context(), terms_.store, std::move(reply));
  }
  CycleStep on_failure(Error error) {
    const std::lock_guard turn(terms_.turn);
    return cycle_.on_failure(terms_.context(), terms_.store, std::move(error));
  }

  repl::ReplicationCycle& cycle_;
  const std::shared_ptr<client::DrsHandle>& handle_;
  const PullTerms& terms_;
  std::unique_ptr<Fetch> next_;
};

}  // namespace

Pulled pull(repl::ReplicationCycle& cycle, CycleStep first, const std::shared_ptr<client::DrsHandle>& handle, const PullTerms& terms) {
  return Puller(cycle, handle, terms).run(std::move(first));
}

}  // namespace tributary::dsa
