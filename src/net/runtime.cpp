// SPDX-License-Identifier: Apache-2.0
// The threads of the network edge, and the machine's clocks. Boost.Asio's own code is compiled here, once.
#include <boost/asio/impl/src.hpp>


#include "net/runtime_impl.hpp"

namespace tributary::net {

Runtime::Runtime() : impl_(std::make_unique<Impl>()) {}
Runtime::~Runtime() = default;

void Runtime::post(std::move_only_function<void()> task) { asio::post(impl_->io, std::move(task)); }
void Runtime::post_blocking(std::move_only_function<void()> task) { asio::post(impl_->blocking, std::move(task)); }
void Runtime::post_after(std::chrono::milliseconds delay, std::move_only_function<void()> task) {
  auto timer = std::make_shared<asio::steady_timer>(impl_->io, delay);
  timer->async_wait([timer, task = std::move(task)](boost::system::error_code error) mutable {
    if (!error) task();
  });
}
bool Runtime::on_network_thread() const noexcept { return std::this_thread::get_id() == impl_->thread.get_id(); }

MonoTime monotonic_now() noexcept { return std::chrono::steady_clock::now().time_since_epoch(); }

FileTime wall_now() noexcept {
  using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
  const auto since_1970 = std::chrono::duration_cast<Ticks>(std::chrono::system_clock::now().time_since_epoch());
  return FileTime{since_1970.count() + kSecondsFrom1601To1970 * 10'000'000};
}

}  // namespace tributary::net
