// SPDX-License-Identifier: Apache-2.0
// How anything in Tributary fails: a Win32 code, the phase in which it happened, and a detail for the reader.
// Win32 names, meanings and remedies are in win32.hpp. Never holds a secret. Sources: [MS-ERREF] 2.2.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tributary {

/// A Win32 status ([MS-ERREF] 2.2). Any 32-bit number is a legal value; the enumerators that
/// the code speaks of by name are in win32.hpp.
enum class Win32 : std::uint32_t { kSuccess = 0 };

/// Where on the way to an answer an operation stood when it failed.
enum class Phase : std::uint8_t {
  kNone,          ///< not part of a conversation (decoding a blob, checking an argument)
  kDns,           ///< finding the address of the DC
  kConnect,       ///< the TCP connection
  kEndpointMap,   ///< asking the endpoint mapper for the port
  kBind,          ///< the RPC bind: interface, transfer syntax
  kAuthenticate,  ///< Kerberos and SPNEGO
  kCall,          ///< the call itself: its transport, its stub, or the code that the server returned
  kLdap,          ///< an LDAP operation
};

/// The word that error sentences and JSON use for a phase, for example "endpoint map".
[[nodiscard]] std::string_view phase_name(Phase phase) noexcept;

/// A failure. `detail` is a fragment in plain words without a trailing period ("dc2.lab.example:135: connection refused"),
/// it never repeats the code's own meaning.
struct Error {
  Win32 code{};
  Phase phase = Phase::kNone;
  std::string detail;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(win32::kErrorInvalidParameter, "cAttrs is 0");`
[[nodiscard]] inline std::unexpected<Error> fail(Win32 code, std::string detail = {}, Phase phase = Phase::kNone) {
  return std::unexpected<Error>(Error{code, phase, std::move(detail)});
}

/// Puts a phase on an error that has none yet: the innermost phase wins.
[[nodiscard]] inline Error in_phase(Error error, Phase phase) {
  if (error.phase == Phase::kNone) error.phase = phase;
  return error;
}

}  // namespace tributary
