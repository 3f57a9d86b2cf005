// SPDX-License-Identifier: Apache-2.0
// Reading and making SEC_WINNT_AUTH_IDENTITY structures.
#include "ntdsapi/identity.hpp"

#include <string.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/account_name.hpp"

namespace tributary::ntdsapi {
namespace {

constexpr ULONG kTextCharactersMax = 65'535;  // far beyond any account or password; keeps sizes from overflowing

/// A counted text of a caller's structure, in UTF-8.
Result<std::string> counted_text(const char16_t* text, ULONG length) { return to_utf8(std::u16string_view(text, length)); }
Result<std::string> counted_text(const unsigned char* text, ULONG length) {
  std::string narrow(reinterpret_cast<const char*>(text), length);
  if (auto wide = to_utf16(narrow); !wide) return std::unexpected(wide.error());
  return narrow;
}

template <class Char>
Result<std::string> field(const Char* text, ULONG length) {
  if (length == 0) return std::string();
  if (text == nullptr || length > kTextCharactersMax) return fail(win32::kErrorInvalidParameter, "a text of the credentials is null or too long");
  return counted_text(text, length);
}

template <class Structure>
Result<std::optional<Identity>> read_fields(const Structure& from) {
  if (from.User == nullptr && from.Domain == nullptr && from.Password == nullptr)
    return fail(win32::kErrorAccessDenied, "the credentials are anonymous");
  auto user = field(from.User, from.UserLength);
  if (!user) return std::unexpected(user.error());
  auto domain = field(from.Domain, from.DomainLength);
  if (!domain) return std::unexpected(domain.error());
  auto password = field(from.Password, from.PasswordLength);
  if (!password) return std::unexpected(password.error());
  if (user->empty()) return fail(win32::kErrorInvalidParameter, "the credentials name no user");
  return std::optional<Identity>(Identity{std::move(*user), std::move(*domain), security::Secret::take(*password)});
}

}  // namespace

Result<std::optional<Identity>> read_identity(RPC_AUTH_IDENTITY_HANDLE handle) {
  if (handle == nullptr) return std::nullopt;
  // Both widths have the same layout but for the type of the texts, so Flags stand at the same place.
  static_assert(offsetof(SEC_WINNT_AUTH_IDENTITY_W, Flags) == offsetof(SEC_WINNT_AUTH_IDENTITY_A, Flags));
  const auto& wide = *static_cast<const SEC_WINNT_AUTH_IDENTITY_W*>(handle);
  if ((wide.Flags & SEC_WINNT_AUTH_IDENTITY_UNICODE) != 0) return read_fields(wide);
  if ((wide.Flags & SEC_WINNT_AUTH_IDENTITY_ANSI) != 0) return read_fields(*static_cast<const SEC_WINNT_AUTH_IDENTITY_A*>(handle));
  return fail(win32::kErrorInvalidParameter, "the credentials' Flags name neither Unicode nor ANSI");
}

security::Credentials to_credentials(std::optional<Identity> identity, std::string_view dns_domain) {
  if (!identity) return security::DefaultCache{};
  using Form = security::AccountName::Form;
  security::AccountName account{Form::kUser, identity->user, {}};
  if (!identity->domain.empty()) {
    account = {Form::kDownLevel, identity->user, identity->domain};
  } else if (const auto at = identity->user.rfind('@'); at != std::string::npos && at != 0 && at + 1 < identity->user.size()) {
    account = {Form::kPrincipal, identity->user.substr(0, at), identity->user.substr(at + 1)};
  }
  return security::PasswordLogon{std::move(account), std::move(identity->password), std::string(dns_domain)};
}

namespace {

/// What make_identity allocates: the structure that programs may look at, and how much to wipe.
struct Block {
  SEC_WINNT_AUTH_IDENTITY_W identity;
  std::size_t octets;
};

}  // namespace

RPC_AUTH_IDENTITY_HANDLE make_identity(std::u16string_view user, std::u16string_view domain, std::u16string_view password) {
  const std::size_t octets = sizeof(Block) + (user.size() + domain.size() + password.size() + 3) * sizeof(char16_t);
  auto* block = static_cast<Block*>(std::calloc(1, octets));
  if (block == nullptr) throw std::bad_alloc();
  block->octets = octets;
  auto* at = reinterpret_cast<WCHAR*>(block + 1);
  const auto put = [&at](std::u16string_view text, WCHAR*& pointer, ULONG& length) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size() * sizeof(char16_t));
    pointer = at;
    length = static_cast<ULONG>(text.size());
    at += text.size() + 1;
  };
  auto& identity = block->identity;
  identity.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  if (user.empty() && domain.empty() && password.empty()) return block;  // anonymous: all three stay null
  put(user, identity.User, identity.UserLength);
  put(domain, identity.Domain, identity.DomainLength);
  put(password, identity.Password, identity.PasswordLength);
  return block;
}

void free_identity(RPC_AUTH_IDENTITY_HANDLE handle) noexcept {
  if (handle == nullptr) return;
  auto* block = static_cast<Block*>(handle);
  explicit_bzero(handle, block->octets);
  std::free(block);
}

}  // namespace tributary::ntdsapi
