// SPDX-License-Identifier: Apache-2.0
// Owners for what libkrb5 allocates. Private to this room: no public header includes it.
// A krb5_context belongs to one thread, so each operation opens its own; that costs a read of krb5.conf, a fraction of a millisecond.
#pragma once

#include <krb5/krb5.h>

#include <string>
#include <utility>

namespace tributary::security {

/// Owns a krb5_context. ok() is false when krb5.conf could not be read; code() says why.
class KrbContext {
 public:
  KrbContext() : code_(krb5_init_context(&context_)) {}
  KrbContext(const KrbContext&) = delete;
  KrbContext& operator=(const KrbContext&) = delete;
  ~KrbContext() {
    if (context_ != nullptr) krb5_free_context(context_);
  }
  [[nodiscard]] krb5_error_code code() const noexcept { return code_; }
  [[nodiscard]] krb5_context get() const noexcept { return context_; }

 private:
  krb5_context context_ = nullptr;
  krb5_error_code code_;
};

/// Owns a T that lives and dies with a context: `KrbOwned<krb5_principal, krb5_free_principal> name(context)`.
template <class T, auto kFree>
class KrbOwned {
 public:
  explicit KrbOwned(const KrbContext& context) : context_(context.get()) {}
  KrbOwned(const KrbOwned&) = delete;
  KrbOwned& operator=(const KrbOwned&) = delete;
  ~KrbOwned() {
    if (value_ != nullptr) kFree(context_, value_);
  }
  [[nodiscard]] T get() const noexcept { return value_; }
  [[nodiscard]] T* out() noexcept { return &value_; }
  [[nodiscard]] T release() noexcept { return std::exchange(value_, nullptr); }

 private:
  krb5_context context_;
  T value_ = nullptr;
};

using KrbPrincipal = KrbOwned<krb5_principal, krb5_free_principal>;
using KrbCache = KrbOwned<krb5_ccache, krb5_cc_close>;
using KrbKeytab = KrbOwned<krb5_keytab, krb5_kt_close>;
using KrbText = KrbOwned<char*, krb5_free_unparsed_name>;
using KrbString = KrbOwned<char*, krb5_free_string>;
using KrbInitCreds = KrbOwned<krb5_init_creds_context, krb5_init_creds_free>;
using KrbInitCredsOptions = KrbOwned<krb5_get_init_creds_opt*, krb5_get_init_creds_opt_free>;
using KrbError = KrbOwned<krb5_error*, krb5_free_error>;
using KrbTicket = KrbOwned<krb5_creds*, krb5_free_creds>;

/// Owns the contents of a krb5_creds that stands in place.
class KrbCreds {
 public:
  explicit KrbCreds(const KrbContext& context) : context_(context.get()) {}
  KrbCreds(const KrbCreds&) = delete;
  KrbCreds& operator=(const KrbCreds&) = delete;
  ~KrbCreds() { krb5_free_cred_contents(context_, &value_); }
  [[nodiscard]] krb5_creds* get() noexcept { return &value_; }
  krb5_creds* operator->() noexcept { return &value_; }

 private:
  krb5_context context_;
  krb5_creds value_{};
};

}  // namespace tributary::security
