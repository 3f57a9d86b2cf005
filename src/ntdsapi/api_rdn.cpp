// SPDX-License-Identifier: Apache-2.0
// The RDN and mangled-name functions of ntdsapi.h. Rules are in rdn.hpp; here are only pointers and lengths.
#include <cstring>

#include "base/rdn.hpp"
#include "ntdsapi/guids.hpp"
#include "ntdsapi/shell.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

template <class Char>
DWORD quote(DWORD length, const Char* value, DWORD* quoted_length, Char* quoted) {
  return run([&]() -> Result<> {
    if (value == nullptr && length != 0) return null_argument("psUnquotedRdnValue");
    if (quoted_length == nullptr) return null_argument("pcQuotedRdnValueLength");
    const auto text = quote_rdn_value(std::basic_string_view<Char>(value, length));
    return put_unterminated<Char>(text, quoted_length, quoted);
  });
}

template <class Char>
DWORD unquote(DWORD length, const Char* quoted, DWORD* value_length, Char* value) {
  return run([&]() -> Result<> {
    if (quoted == nullptr && length != 0) return null_argument("psQuotedRdnValue");
    if (value_length == nullptr) return null_argument("pcUnquotedRdnValueLength");
    const auto text = unquote_rdn_value(std::basic_string_view<Char>(quoted, length));
    if (!text) return std::unexpected(text.error());
    return put_unterminated<Char>(*text, value_length, value);
  });
}

/// A yes or no that must not throw into C: without memory the answer is no.
template <class Ask>
BOOL answer(Ask ask) noexcept {
  try {
    return ask() ? TRUE : FALSE;
  } catch (...) {
    return FALSE;
  }
}

template <class Char>
BOOL crack_mangled(const Char* rdn, DWORD length, GUID* guid, DS_MANGLE_FOR* reason) {
  return answer([&] {
    if (rdn == nullptr) return false;
    const auto mangling = mangling_of(std::basic_string_view<Char>(rdn, length));
    if (!mangling) return false;
    if (guid != nullptr) *guid = to_c_guid(mangling->object_guid);
    if (reason != nullptr) *reason = static_cast<DS_MANGLE_FOR>(mangling->reason);
    return true;
  });
}

bool is_reason(const std::optional<Mangling>& mangling, DS_MANGLE_FOR desired) {
  return mangling && mangling->reason == static_cast<MangledFor>(desired);
}

template <class Char>
BOOL is_mangled_value(const Char* rdn, DWORD length, DS_MANGLE_FOR desired) {
  return answer([&] {
    return rdn != nullptr && is_reason(mangling_of_quoted(std::basic_string_view<Char>(rdn, length)), desired);
  });
}

template <class Char>
BOOL is_mangled_dn(const Char* dn, DS_MANGLE_FOR desired) {
  return answer([&] {
    if (dn == nullptr) return false;
    const auto rdn = first_rdn(std::basic_string_view<Char>(dn));
    return rdn && is_reason(mangling_of_quoted(rdn->value), desired);
  });
}

}  // namespace

DWORD DsQuoteRdnValueW(DWORD cUnquotedRdnValueLength, LPCWCH psUnquotedRdnValue, DWORD* pcQuotedRdnValueLength, LPWCH psQuotedRdnValue) {
  return quote(cUnquotedRdnValueLength, psUnquotedRdnValue, pcQuotedRdnValueLength, psQuotedRdnValue);
}
DWORD DsQuoteRdnValueA(DWORD cUnquotedRdnValueLength, LPCCH psUnquotedRdnValue, DWORD* pcQuotedRdnValueLength, LPCH psQuotedRdnValue) {
  return quote(cUnquotedRdnValueLength, psUnquotedRdnValue, pcQuotedRdnValueLength, psQuotedRdnValue);
}
DWORD DsUnquoteRdnValueW(DWORD cQuotedRdnValueLength, LPCWCH psQuotedRdnValue, DWORD* pcUnquotedRdnValueLength, LPWCH psUnquotedRdnValue) {
  return unquote(cQuotedRdnValueLength, psQuotedRdnValue, pcUnquotedRdnValueLength, psUnquotedRdnValue);
}
DWORD DsUnquoteRdnValueA(DWORD cQuotedRdnValueLength, LPCCH psQuotedRdnValue, DWORD* pcUnquotedRdnValueLength, LPCH psUnquotedRdnValue) {
  return unquote(cQuotedRdnValueLength, psQuotedRdnValue, pcUnquotedRdnValueLength, psUnquotedRdnValue);
}

DWORD DsGetRdnW(LPCWCH* ppDN, DWORD* pcDN, LPCWCH* ppKey, DWORD* pcKey, LPCWCH* ppVal, DWORD* pcVal) {
  return run([&]() -> Result<> {
    if (ppDN == nullptr || pcDN == nullptr || (*ppDN == nullptr && *pcDN != 0)) return null_argument("ppDN or pcDN");
    if (ppKey == nullptr || pcKey == nullptr || ppVal == nullptr || pcVal == nullptr) return null_argument("an out parameter");
    const auto rdn = first_rdn(std::u16string_view(*ppDN, *pcDN));
    if (!rdn) return std::unexpected(rdn.error());
    *ppKey = rdn->key.data();
    *pcKey = static_cast<DWORD>(rdn->key.size());
    *ppVal = rdn->value.data();
    *pcVal = static_cast<DWORD>(rdn->value.size());
    *ppDN = rdn->rest.data();
    *pcDN = static_cast<DWORD>(rdn->rest.size());
    return {};
  });
}

BOOL DsCrackUnquotedMangledRdnW(LPCWSTR pszRDN, DWORD cchRDN, GUID* pGuid, DS_MANGLE_FOR* peDsMangleFor) {
  return crack_mangled(pszRDN, cchRDN, pGuid, peDsMangleFor);
}
BOOL DsCrackUnquotedMangledRdnA(LPCSTR pszRDN, DWORD cchRDN, GUID* pGuid, DS_MANGLE_FOR* peDsMangleFor) {
  return crack_mangled(pszRDN, cchRDN, pGuid, peDsMangleFor);
}
BOOL DsIsMangledRdnValueW(LPCWSTR pszRdn, DWORD cRdn, DS_MANGLE_FOR eDsMangleForDesired) {
  return is_mangled_value(pszRdn, cRdn, eDsMangleForDesired);
}
BOOL DsIsMangledRdnValueA(LPCSTR pszRdn, DWORD cRdn, DS_MANGLE_FOR eDsMangleForDesired) {
  return is_mangled_value(pszRdn, cRdn, eDsMangleForDesired);
}
BOOL DsIsMangledDnW(LPCWSTR pszDn, DS_MANGLE_FOR eDsMangleFor) { return is_mangled_dn(pszDn, eDsMangleFor); }
BOOL DsIsMangledDnA(LPCSTR pszDn, DS_MANGLE_FOR eDsMangleFor) { return is_mangled_dn(pszDn, eDsMangleFor); }
