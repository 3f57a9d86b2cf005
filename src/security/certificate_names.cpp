// SPDX-License-Identifier: Apache-2.0
// See certificate_names.hpp.
#include "security/certificate_names.hpp"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <memory>

#include "base/win32.hpp"

namespace tributary::security {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* value) const noexcept {
    kFree(value);
  }
};

std::string utf8_of(const ASN1_STRING* value) {
  unsigned char* octets = nullptr;
  const int size = ASN1_STRING_to_UTF8(&octets, value);
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
  OPENSSL_free(octets);
  return text;
}

/// The words of Windows where they are others than OpenSSL's.
std::string type_name(const ASN1_OBJECT* type) {
  switch (const int nid = OBJ_obj2nid(type)) {
    case NID_stateOrProvinceName: return "S";
    case NID_pkcs9_emailAddress: return "E";
    case NID_undef: {
      char oid[128];
      const int size = OBJ_obj2txt(oid, sizeof oid, type, 1);
      return size > 0 ? "OID." + std::string(oid, std::min<std::size_t>(static_cast<std::size_t>(size), sizeof oid - 1)) : std::string("OID");
    }
    default: return OBJ_nid2sn(nid);
  }
}

std::string text_of(const X509_NAME* name) {
  std::string text;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(name, i);
    if (!text.empty()) text += ',';
    text += type_name(X509_NAME_ENTRY_get_object(entry)) + "=" + utf8_of(X509_NAME_ENTRY_get_data(entry));
  }
  return text;
}

/// A name with a NUL in it could be taken for another by who stops there.
void add(std::vector<std::string>& names, std::string name) {
  if (!name.empty() && name.find('\0') == std::string::npos && names.size() < kAlternativeNamesMax) names.push_back(std::move(name));
}

void read_alternative_names(const X509* certificate, CertificateNames& names) {
  const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all != nullptr && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) add(names.dns_names, utf8_of(name->d.dNSName));
    if (name->type == GEN_OTHERNAME && OBJ_obj2nid(name->d.otherName->type_id) == NID_ms_upn && name->d.otherName->value->type == V_ASN1_UTF8STRING)
      add(names.principal_names, utf8_of(name->d.otherName->value->value.utf8string));
  }
}

}  // namespace

Result<CertificateNames> read_certificate_names(ByteView der) {
  const unsigned char* at = der.data();
  const std::unique_ptr<X509, Freed<X509_free>> certificate(der.size() <= LONG_MAX ? d2i_X509(nullptr, &at, static_cast<long>(der.size())) : nullptr);
  if (certificate == nullptr) {
    ERR_clear_error();
    return fail(win32::kErrorInvalidData, "this is no X.509 certificate", Phase::kAuthenticate);
  }
  CertificateNames names;
  names.issuer = text_of(X509_get_issuer_name(certificate.get()));
  names.subject = text_of(X509_get_subject_name(certificate.get()));
  const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate.get());
  Bytes octets(ASN1_STRING_get0_data(serial), ASN1_STRING_get0_data(serial) + ASN1_STRING_length(serial));
  std::ranges::reverse(octets);
  names.serial_reversed = to_hex(octets);
  if (const auto* const key = X509_get0_subject_key_id(certificate.get()))
    names.subject_key_identifier = to_hex({ASN1_STRING_get0_data(key), static_cast<std::size_t>(ASN1_STRING_length(key))});
  read_alternative_names(certificate.get(), names);
  ERR_clear_error();
  return names;
}

}  // namespace tributary::security
