// SPDX-License-Identifier: Apache-2.0
// Owners for what GSSAPI allocates, and the two mechanisms that we speak: Kerberos V5 (RFC 4121) and SPNEGO (RFC 4178).
// Private to this room: no public header includes it.
#pragma once

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

#include <utility>

#include "base/bytes.hpp"

namespace tributary::security {

/// 1.2.840.113554.1.2.2
[[nodiscard]] inline gss_OID_desc krb5_mech() noexcept {
  return {9, const_cast<char*>("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")};
}
/// 1.3.6.1.5.5.2
[[nodiscard]] inline gss_OID_desc spnego_mech() noexcept { return {6, const_cast<char*>("\x2b\x06\x01\x05\x05\x02")}; }

/// Owns a T that kRelease(&minor, &value) gives back.
template <class T, auto kRelease>
class GssOwned {
 public:
  GssOwned() = default;
  GssOwned(const GssOwned&) = delete;
  GssOwned& operator=(const GssOwned&) = delete;
  ~GssOwned() { reset(); }
  void reset() noexcept {
    OM_uint32 minor = 0;
    if (value_ != nullptr) kRelease(&minor, &value_);
    value_ = nullptr;
  }
  [[nodiscard]] T get() const noexcept { return value_; }
  [[nodiscard]] T* out() noexcept { return &value_; }
  [[nodiscard]] T release() noexcept { return std::exchange(value_, nullptr); }

 private:
  T value_ = nullptr;
};

inline OM_uint32 delete_context(OM_uint32* minor, gss_ctx_id_t* context) noexcept {
  return gss_delete_sec_context(minor, context, GSS_C_NO_BUFFER);
}

using GssCredential = GssOwned<gss_cred_id_t, gss_release_cred>;
using GssName = GssOwned<gss_name_t, gss_release_name>;
using GssContextHandle = GssOwned<gss_ctx_id_t, delete_context>;
using GssBufferSet = GssOwned<gss_buffer_set_t, gss_release_buffer_set>;

/// Owns the octets of a gss_buffer_desc.
class GssBuffer {
 public:
  GssBuffer() = default;
  GssBuffer(const GssBuffer&) = delete;
  GssBuffer& operator=(const GssBuffer&) = delete;
  ~GssBuffer() {
    OM_uint32 minor = 0;
    gss_release_buffer(&minor, &value_);
  }
  [[nodiscard]] gss_buffer_t out() noexcept { return &value_; }
  [[nodiscard]] ByteView view() const noexcept { return {static_cast<const std::uint8_t*>(value_.value), value_.length}; }
  [[nodiscard]] std::string_view text() const noexcept { return {static_cast<const char*>(value_.value), value_.length}; }

 private:
  gss_buffer_desc value_ = GSS_C_EMPTY_BUFFER;
};

/// A buffer over octets that GSSAPI only reads, its C types notwithstanding.
[[nodiscard]] inline gss_buffer_desc borrow(ByteView octets) noexcept {
  return {octets.size(), const_cast<std::uint8_t*>(octets.data())};
}

}  // namespace tributary::security
