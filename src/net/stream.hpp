// SPDX-License-Identifier: Apache-2.0
// A TCP connection that may be under TLS: reads and writes that never wait, and waiting for the socket to be ready. No buffer of its own;
// OpenSSL's are given back while nothing is under way. Private to src/net; one thread.
#pragma once

#include <openssl/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "net/tls_context.hpp"

namespace tributary::net {

enum class StreamState : std::uint8_t {
  kDone,       ///< so many octets, at least one; or the handshake is over
  kWantRead,   ///< nothing can be done before the socket can be read
  kWantWrite,  ///< or written
  kEnd,        ///< the peer has closed, politely
  kFailed,     ///< Stream::failure() says how
};
struct StreamResult {
  StreamState state = StreamState::kDone;
  std::size_t octets = 0;
};

class Stream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  explicit Stream(Socket socket);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] StreamResult read(std::span<std::uint8_t> buffer);
  [[nodiscard]] StreamResult write(ByteView octets);
  /// Whether read() would give octets that the socket does not know of any more.
  [[nodiscard]] bool has_pending() const noexcept;

  void begin_tls(const TlsContext& context);
  [[nodiscard]] bool is_tls() const noexcept { return tls_ != nullptr; }
  [[nodiscard]] StreamResult handshake();
  /// DER; only if it was verified.
  [[nodiscard]] std::optional<Bytes> client_certificate() const;

  /// Says that nothing more comes.
  void shut_down();
  /// `rudely`: what was not taken is thrown away, and nothing lingers.
  void close(bool rudely);
  [[nodiscard]] Socket& socket() noexcept { return socket_; }
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  /// It failed because the peer takes nothing any more.
  [[nodiscard]] bool timed_out() const noexcept { return timed_out_; }

 private:
  struct Free {
    void operator()(SSL* tls) const noexcept;
  };
  [[nodiscard]] StreamResult result_of(ssize_t n, bool is_read);
  [[nodiscard]] StreamResult result_of_tls(int returned, std::size_t octets);

  Socket socket_;
  std::unique_ptr<SSL, Free> tls_;
  std::string failure_;
  bool timed_out_ = false;
};

}  // namespace tributary::net
