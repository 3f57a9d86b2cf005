// SPDX-License-Identifier: Apache-2.0
// The stream: one request is always under way while the caller has a page in hand. What is asked and what an answer means is
// decided in changes_cycle.cpp.
#include "client/changes.hpp"

#include <future>
#include <utility>

#include "base/win32.hpp"
#include "client/changes_cycle.hpp"

namespace tributary::client {

drsuapi::DRS_EXTENSIONS_INT changes_client_extensions() {
  auto extensions = default_client_extensions();
  extensions.dwFlagsExt |= drsuapi::DRS_EXT_LH_BETA2 | drsuapi::DRS_EXT_GETCHGREPLY_V9;
  // Whatever optional feature is enabled: a reader that stores nothing has no rules that it could break.
  extensions.dwExtCaps = ~std::uint32_t{0};
  return extensions;
}

class ChangeStream::Impl {
 public:
  Impl(std::shared_ptr<DrsHandle> handle, ChangesOptions options) : handle_(std::move(handle)), options_(std::move(options)) {
    auto start = starting_point(options_);
    if (!start) {
      refused_ = std::move(start.error());
      return;
    }
    position_ = std::move(*start);
    delivered_.insert(position_.delivered.begin(), position_.delivered.end());
    options_.cookie.reset();
  }
  ~Impl() {
    if (!answer_.valid() || answer_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) return;
    handle_->cancel(ticket_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<std::optional<ChangesPage>> next() {
    if (ended_) return std::optional<ChangesPage>{};
    auto page = advance();
    if (!page) {
      ended_ = true;
      return std::unexpected(std::move(page.error()));
    }
    return std::optional<ChangesPage>(std::move(*page));
  }

 private:
  Result<ChangesPage> advance() {
    if (refused_) return std::unexpected(*std::exchange(refused_, std::nullopt));
    if (!answer_.valid()) ask();
    auto reply = answer_.get();
    if (!reply) return std::unexpected(std::move(reply.error()));
    auto page = decode_page(std::move(reply->stub), reply->byte_order);
    if (!page) return page;
    if (options_.extended_op != 0) {
      ended_ = true;
      if (const auto done = check_extended_op(page->reply->ulExtendedRet); !done) return std::unexpected(done.error());
    } else {
      auto after = cookie_after(position_, *page->reply, delivered_);
      if (!after) return std::unexpected(std::move(after.error()));
      position_ = std::move(*after);
      if (position_.cycle_complete)
        ended_ = true;
      else
        ask();
    }
    drop_delivered(*page, delivered_);
    page->cookie = position_;
    return page;
  }

  /// Sends the request for what follows `position_`.
  void ask() {
    drsuapi::IDL_DRSGetNCChanges::In in;
    in.hDrs = handle_->context();
    in.msgIn = request_from(position_, options_, handle_->server_extensions());
    auto promise = std::make_shared<std::promise<Result<net::CallReply>>>();
    answer_ = promise->get_future();
    ticket_ = handle_->send(drsuapi::IDL_DRSGetNCChanges::opnum, drsuapi::encode_in<drsuapi::IDL_DRSGetNCChanges>(in), options_.page_timeout,
                            [promise](Result<net::CallReply> reply) { promise->set_value(std::move(reply)); });
  }

  std::shared_ptr<DrsHandle> handle_;
  ChangesOptions options_;
  ChangesCookie position_;
  Delivered delivered_;  // before the break that the cookie bridges
  std::optional<Error> refused_;
  std::future<Result<net::CallReply>> answer_;
  net::RpcConnection::Ticket ticket_{};
  bool ended_ = false;
};

ChangeStream::ChangeStream(std::shared_ptr<DrsHandle> handle, ChangesOptions options)
    : impl_(std::make_unique<Impl>(std::move(handle), std::move(options))) {}
ChangeStream::~ChangeStream() = default;
Result<std::optional<ChangesPage>> ChangeStream::next() { return impl_->next(); }

}  // namespace tributary::client
