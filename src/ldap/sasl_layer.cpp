// SPDX-License-Identifier: Apache-2.0
// A Sockbuf layer of liblber that wraps what is written and unwraps what is read.
#include "ldap/sasl_layer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "base/bytes.hpp"

namespace tributary::ldap {
namespace {

constexpr std::size_t kLengthSize = 4;

struct Layer {
  std::shared_ptr<security::GssContext> context;
  Bytes incoming;             // raw octets, not yet a whole token
  Bytes plain;                // unwrapped, not yet read by libldap
  std::size_t plain_at = 0;
  Bytes outgoing;             // wrapped, not yet written
  std::size_t outgoing_at = 0;
  std::size_t outgoing_covers = 0;  // how many plain octets `outgoing` stands for
};

Layer& layer_of(Sockbuf_IO_Desc* io) { return *static_cast<Layer*>(io->sbiod_pvt); }

int on_setup(Sockbuf_IO_Desc* io, void* argument) {
  io->sbiod_pvt = argument;
  return 0;
}

int on_remove(Sockbuf_IO_Desc* io) {
  delete static_cast<Layer*>(io->sbiod_pvt);
  io->sbiod_pvt = nullptr;
  return 0;
}

int on_control(Sockbuf_IO_Desc* io, int option, void* argument) {
  if (option == LBER_SB_OPT_DATA_READY && layer_of(io).plain_at < layer_of(io).plain.size()) return 1;
  return LBER_SBIOD_CTRL_NEXT(io, option, argument);
}

/// The size of the first token in `incoming` with its length field; 0 while that is not known.
std::size_t token_extent(const Layer& layer) {
  return layer.incoming.size() < kLengthSize ? 0 : kLengthSize + load_be<std::uint32_t>(layer.incoming.data());
}

ber_slen_t failed() {
  errno = EIO;
  return -1;
}

/// Reads until one whole token is there and unwraps it. What AF_INET says (would block, end of file) is passed on.
ber_slen_t refill(Sockbuf_IO_Desc* io, Layer& layer) {
  for (;;) {
    const std::size_t extent = token_extent(layer);
    if (extent > kLengthSize + kSaslBufferMax) return failed();
    const std::size_t wanted = extent == 0 ? kLengthSize : extent;
    if (extent != 0 && layer.incoming.size() == extent) break;
    const std::size_t have = layer.incoming.size();
    // Grow by what arrives, not by what the peer announces.
    layer.incoming.resize(have + std::min<std::size_t>(wanted - have, 64 * 1024));
    const ber_slen_t n = LBER_SBIOD_READ_NEXT(io, layer.incoming.data() + have, static_cast<ber_len_t>(layer.incoming.size() - have));
    layer.incoming.resize(have + static_cast<std::size_t>(std::max<ber_slen_t>(n, 0)));
    if (n <= 0) return n;
  }
  auto plain = layer.context->unwrap(ByteView(layer.incoming).subspan(kLengthSize));
  layer.incoming.clear();
  if (!plain) return failed();
  layer.plain = std::move(*plain);
  layer.plain_at = 0;
  return 1;
}

ber_slen_t on_read(Sockbuf_IO_Desc* io, void* buffer, ber_len_t length) {
  Layer& layer = layer_of(io);
  while (layer.plain_at == layer.plain.size()) {
    const ber_slen_t status = refill(io, layer);
    if (status <= 0) return status;
  }
  const std::size_t n = std::min<std::size_t>(length, layer.plain.size() - layer.plain_at);
  std::memcpy(buffer, layer.plain.data() + layer.plain_at, n);
  layer.plain_at += n;
  return static_cast<ber_slen_t>(n);
}

ber_slen_t on_write(Sockbuf_IO_Desc* io, void* buffer, ber_len_t length) {
  Layer& layer = layer_of(io);
  if (layer.outgoing.empty()) {
    const std::size_t n = std::min<std::size_t>(length, kSaslPlainMax);
    auto token = layer.context->wrap(ByteView(static_cast<const std::uint8_t*>(buffer), n));
    if (!token) return failed();
    layer.outgoing.resize(kLengthSize);
    store_be(layer.outgoing.data(), static_cast<std::uint32_t>(token->size()));
    layer.outgoing.insert(layer.outgoing.end(), token->begin(), token->end());
    layer.outgoing_at = 0;
    layer.outgoing_covers = n;
  }
  while (layer.outgoing_at < layer.outgoing.size()) {
    const ber_slen_t n = LBER_SBIOD_WRITE_NEXT(io, layer.outgoing.data() + layer.outgoing_at,
                                               static_cast<ber_len_t>(layer.outgoing.size() - layer.outgoing_at));
    if (n <= 0) return n;  // libldap comes again with the same buffer
    layer.outgoing_at += static_cast<std::size_t>(n);
  }
  layer.outgoing.clear();
  return static_cast<ber_slen_t>(layer.outgoing_covers);
}

int on_close(Sockbuf_IO_Desc*) { return 0; }

Sockbuf_IO layer_operations = {on_setup, on_remove, on_control, on_read, on_write, on_close};

}  // namespace

bool install_sasl_layer(Sockbuf* sockbuf, std::shared_ptr<security::GssContext> context) {
  auto layer = std::make_unique<Layer>();
  layer->context = std::move(context);
  if (ber_sockbuf_add_io(sockbuf, &layer_operations, LBER_SBIOD_LEVEL_APPLICATION, layer.get()) != 0) return false;
  (void)layer.release();  // on_remove deletes it
  return true;
}

}  // namespace tributary::ldap
