// SPDX-License-Identifier: Apache-2.0
// See stream.hpp. OpenSSL reads and writes through a BIO of ours, because its own raises SIGPIPE for a peer that has gone.
#include "net/stream.hpp"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include "net/peer_watch.hpp"

namespace tributary::net {
namespace {

/// A reader that pauses is not a peer that is gone: how long it may, its server says, and sooner than this.
constexpr int kUntakenMaxMs = 90'000;
/// One write under TLS: records are 16 KiB, and a peer that takes little is noticed between two writes.
constexpr std::size_t kTlsWriteMax = std::size_t{64} << 10;

bool would_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int descriptor_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int on_write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  const auto n = ::send(descriptor_of(bio), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && would_wait(errno)) BIO_set_retry_write(bio);
  *written = n > 0 ? static_cast<std::size_t>(n) : 0;
  return n > 0 ? 1 : 0;
}
int on_read(BIO* bio, char* data, std::size_t size, std::size_t* got) {
  BIO_clear_retry_flags(bio);
  const auto n = ::recv(descriptor_of(bio), data, size, MSG_DONTWAIT);
  if (n < 0 && would_wait(errno)) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  *got = n > 0 ? static_cast<std::size_t>(n) : 0;
  return n > 0 ? 1 : 0;
}
long on_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* socket_method() {
  static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
    std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tributary socket"), BIO_meth_free);
    if (made) {
      BIO_meth_set_write_ex(made.get(), on_write);
      BIO_meth_set_read_ex(made.get(), on_read);
      BIO_meth_set_ctrl(made.get(), on_control);
    }
    return made;
  }();
  return method.get();
}

}  // namespace

void Stream::Free::operator()(SSL* tls) const noexcept { SSL_free(tls); }

Stream::Stream(Socket socket) : socket_(std::move(socket)) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  (void)::fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);
  watch_peer(socket_, kUntakenMaxMs);
}
Stream::~Stream() = default;

StreamResult Stream::result_of(ssize_t n, bool is_read) {
  if (n > 0) return {StreamState::kDone, static_cast<std::size_t>(n)};
  if (n == 0 && is_read) return {StreamState::kEnd, 0};
  if (n < 0 && would_wait(errno)) return {is_read ? StreamState::kWantRead : StreamState::kWantWrite, 0};
  timed_out_ = errno == ETIMEDOUT;
  failure_ = std::generic_category().message(errno);
  return {StreamState::kFailed, 0};
}

StreamResult Stream::result_of_tls(int returned, std::size_t octets) {
  if (returned > 0) return {StreamState::kDone, octets};
  const int error = errno;
  switch (SSL_get_error(tls_.get(), returned)) {
    case SSL_ERROR_WANT_READ: return {StreamState::kWantRead, 0};
    case SSL_ERROR_WANT_WRITE: return {StreamState::kWantWrite, 0};
    case SSL_ERROR_ZERO_RETURN: return {StreamState::kEnd, 0};
    case SSL_ERROR_SYSCALL:
      timed_out_ = error == ETIMEDOUT;
      failure_ = std::generic_category().message(error);
      break;
    default: {
      const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
      failure_ = std::string("TLS: ") + (reason != nullptr ? reason : "the peer breaks its rules");
    }
  }
  ERR_clear_error();
  return {StreamState::kFailed, 0};
}

StreamResult Stream::read(std::span<std::uint8_t> buffer) {
  if (!tls_) return result_of(::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT), true);
  ERR_clear_error();
  std::size_t octets = 0;
  const int returned = SSL_read_ex(tls_.get(), buffer.data(), buffer.size(), &octets);
  return result_of_tls(returned, octets);
}

StreamResult Stream::write(ByteView octets) {
  if (!tls_) return result_of(::send(socket_.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT), false);
  ERR_clear_error();
  std::size_t written = 0;
  const int returned = SSL_write_ex(tls_.get(), octets.data(), std::min(octets.size(), kTlsWriteMax), &written);
  return result_of_tls(returned, written);
}

bool Stream::has_pending() const noexcept { return tls_ && SSL_has_pending(tls_.get()) == 1; }

void Stream::begin_tls(const TlsContext& context) {
  tls_.reset(SSL_new(context.get()));
  BIO* const bio = tls_ ? BIO_new(socket_method()) : nullptr;
  if (bio == nullptr) {
    tls_.reset();
    return;
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket_.native_handle())));
  BIO_set_init(bio, 1);
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_accept_state(tls_.get());
}

StreamResult Stream::handshake() {
  ERR_clear_error();
  if (!tls_) {
    failure_ = "no memory for TLS";
    return {StreamState::kFailed, 0};
  }
  return result_of_tls(SSL_do_handshake(tls_.get()), 0);
}

std::optional<Bytes> Stream::client_certificate() const {
  if (!tls_ || SSL_get_verify_result(tls_.get()) != X509_V_OK) return std::nullopt;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls_.get()), X509_free);
  if (!certificate) return std::nullopt;
  const int size = i2d_X509(certificate.get(), nullptr);
  if (size <= 0) return std::nullopt;
  Bytes der(static_cast<std::size_t>(size));
  auto* at = der.data();
  i2d_X509(certificate.get(), &at);
  return der;
}

void Stream::shut_down() {
  ERR_clear_error();
  if (tls_) (void)SSL_shutdown(tls_.get());  // one way: nothing that would wait for an answer
  ERR_clear_error();
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::close(bool rudely) {
  boost::system::error_code ignored;
  if (rudely) socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
  tls_.reset();
}

}  // namespace tributary::net
