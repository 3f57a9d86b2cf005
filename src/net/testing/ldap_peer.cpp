// SPDX-License-Identifier: Apache-2.0
// See ldap_peer.hpp.
#include "net/testing/ldap_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

#include "net/runtime.hpp"

namespace tributary::net::testing {

LdapPeer::LdapPeer(std::uint16_t port, const std::string& from, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), tls_context_(nullptr, SSL_CTX_free), tls_(nullptr, SSL_free) {
  if (receive_buffer > 0) (void)::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  bool fine = fd_ >= 0;
  if (!from.empty())
    fine = fine && ::inet_pton(AF_INET, from.c_str(), &address.sin_addr) == 1 && ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (!fine || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) close();
}

LdapPeer::LdapPeer(LdapPeer&& other) noexcept
    : last(std::move(other.last)),
      fd_(std::exchange(other.fd_, -1)),
      raw_(std::move(other.raw_)),
      plain_(std::move(other.plain_)),
      layer_(std::move(other.layer_)),
      tls_context_(std::move(other.tls_context_)),
      tls_(std::move(other.tls_)) {}

LdapPeer::~LdapPeer() { close(); }

void LdapPeer::close() {
  tls_.reset();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void LdapPeer::shut_down_sending() { (void)::shutdown(fd_, SHUT_WR); }

bool LdapPeer::wait(short events, std::chrono::milliseconds limit) const {
  pollfd waiting{.fd = fd_, .events = events, .revents = 0};
  return fd_ >= 0 && ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(limit.count(), 0))) == 1;
}

bool LdapPeer::send(ByteView octets) {
  Bytes frame;
  if (layer_) {
    const auto token = layer_->wrap(octets);
    if (!token) return false;
    frame.resize(4);
    store_be(frame.data(), static_cast<std::uint32_t>(token->size()));
    frame.insert(frame.end(), token->begin(), token->end());
    octets = frame;
  }
  while (!octets.empty()) {
    if (!wait(POLLOUT, std::chrono::seconds(10))) return false;
    const ssize_t n = tls_ ? SSL_write(tls_.get(), octets.data(), static_cast<int>(octets.size())) : ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && !tls_ && errno == EAGAIN) continue;
    if (n <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

bool LdapPeer::send_raw(ByteView octets) {
  return wait(POLLOUT, std::chrono::seconds(10)) && ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(octets.size());
}

ssize_t LdapPeer::receive(std::chrono::milliseconds limit) {
  std::uint8_t buffer[65536];
  if ((!tls_ || SSL_pending(tls_.get()) == 0) && !wait(POLLIN, limit)) return -1;
  const ssize_t n = tls_ ? SSL_read(tls_.get(), buffer, sizeof buffer) : ::recv(fd_, buffer, sizeof buffer, 0);
  if (n <= 0) return 0;
  auto& to = layer_ ? raw_ : plain_;
  to.insert(to.end(), buffer, buffer + n);
  while (layer_ && raw_.size() >= 4 && raw_.size() - 4 >= load_be<std::uint32_t>(raw_.data())) {
    const std::size_t size = load_be<std::uint32_t>(raw_.data());
    const auto opened = layer_->unwrap(ByteView(raw_).subspan(4, size));
    if (!opened) return 0;
    plain_.insert(plain_.end(), opened->begin(), opened->end());
    raw_.erase(raw_.begin(), raw_.begin() + static_cast<std::ptrdiff_t>(4 + size));
  }
  return n;
}

std::string LdapPeer::lines(std::size_t count, std::chrono::milliseconds limit) {
  std::string text;
  const auto end = monotonic_now() + limit;
  while (true) {
    for (auto& response : ldap::testing::take_responses(plain_)) {
      text += response.line() + "\n";
      last = std::move(response);
      if (count > 0) --count;
    }
    if (count == 0) return text;
    const auto n = receive(std::chrono::duration_cast<std::chrono::milliseconds>(end - monotonic_now()));
    if (n <= 0) return text + (n == 0 ? "end\n" : "nothing\n");
  }
}

std::size_t LdapPeer::skip(std::size_t octets_max, std::chrono::milliseconds limit) {
  std::size_t all = 0;
  const auto end = monotonic_now() + limit;
  while (all < octets_max) {
    const auto n = receive(std::chrono::duration_cast<std::chrono::milliseconds>(end - monotonic_now()));
    if (n <= 0) break;
    all += static_cast<std::size_t>(n);
    plain_.clear();
  }
  return all;
}

bool LdapPeer::closed_within(std::chrono::milliseconds limit) {
  const auto end = monotonic_now() + limit;
  while (true) {
    const auto n = receive(std::chrono::duration_cast<std::chrono::milliseconds>(end - monotonic_now()));
    if (n == 0) return true;
    if (n < 0) return false;
    plain_.clear();
  }
}

std::string LdapPeer::begin_tls(const std::string& ca, const std::string& certificate, const std::string& key) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own socket BIO raises it
  const auto failure = [] {
    const char* const reason = ERR_reason_error_string(ERR_get_error());
    return std::string(reason != nullptr ? reason : "the connection ended");
  };
  ERR_clear_error();
  tls_context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(tls_context_.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(tls_context_.get(), ca.c_str(), nullptr) != 1) return failure();
  if (!certificate.empty() && (SSL_CTX_use_certificate_file(tls_context_.get(), certificate.c_str(), SSL_FILETYPE_PEM) != 1 ||
                               SSL_CTX_use_PrivateKey_file(tls_context_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1))
    return failure();
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  (void)::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  tls_.reset(SSL_new(tls_context_.get()));
  SSL_set_fd(tls_.get(), fd_);
  if (SSL_connect(tls_.get()) != 1) return failure();
  return {};
}

std::string LdapPeer::bind(std::shared_ptr<security::GssContext> context, std::int32_t first_id) {
  Bytes token;
  for (std::int32_t id = first_id; id < first_id + 8; ++id) {
    auto step = context->step(token);
    if (!step) return step.error().detail;
    const auto line = ask(ldap::testing::sasl_bind(id, "GSS", step->token), 1);
    if (!last || last->id != id || last->code != 14) {
      if (last && last->id == id && last->code == 0) {
        if (last->credentials && !last->credentials->empty()) (void)context->step(*last->credentials);
        layer_ = std::move(context);
      }
      return line;
    }
    token = last->credentials.value_or(Bytes{});
  }
  return "no end";
}

}  // namespace tributary::net::testing
