// SPDX-License-Identifier: Apache-2.0
// See tls_context.hpp.
#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/win32.hpp"

namespace tributary::net {
namespace {

std::unexpected<Error> refuse(const std::string& file, const char* what) {
  const unsigned long code = ERR_peek_last_error();
  std::string detail = file + ": " + what;
  if (const char* reason = ERR_reason_error_string(code); reason != nullptr) detail += std::string(" (") + reason + ")";
  ERR_clear_error();
  return fail(win32::kErrorInvalidParameter, std::move(detail));
}

/// Nobody can type a passphrase into a server that starts by itself.
int no_passphrase(char*, int, int, void*) { return 0; }

Result<> ask_clients(SSL_CTX* context, const std::string& ca) {
  if (SSL_CTX_load_verify_locations(context, ca.c_str(), nullptr) != 1) return refuse(ca, "no PEM file of certificates");
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(ca.c_str());
  if (names == nullptr) return refuse(ca, "no PEM file of certificates");
  SSL_CTX_set_client_CA_list(context, names);
  // A client without a certificate may come in; one whose certificate is not good may not.
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return {};
}

}  // namespace

Result<TlsContext> load_tls(const TlsFiles& files) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return refuse(files.certificate, "OpenSSL has no memory");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // No tickets and no cache: a resumed session would not show the client's certificate again. Renegotiation helps only attackers.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  // Buffers of idle connections are given back: 34 KiB each.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) return refuse(files.certificate, "no PEM file with a certificate");
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) return refuse(files.key, "no PEM file with a private key for the certificate");
  if (SSL_CTX_check_private_key(context.get()) != 1) return refuse(files.key, "the key is not the certificate's");
  if (!files.ca.empty())
    if (auto asked = ask_clients(context.get(), files.ca); !asked) return std::unexpected(std::move(asked.error()));
  return context;
}

}  // namespace tributary::net
