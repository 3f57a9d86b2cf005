// SPDX-License-Identifier: Apache-2.0
// What the codes of replication mean to an administrator, in our own words: one entry per code, joined to the generated names
// by win32.cpp at compile time, where an entry whose number and name do not belong together does not compile.
// The families: dra.hpp and directory.hpp (the directory service), rpc.hpp, net.hpp (net and DNS), logon.hpp (accounts and
// Kerberos), system.hpp (what any call may return), and phase.hpp (what a code means at one step of a conversation).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace tributary {

/// Every text is one sentence with its period. `cause` may be empty where the meaning says it all.
struct Win32Advice {
  std::uint32_t code;
  std::string_view name;
  std::string_view meaning;
  std::string_view cause;
  std::string_view remedy;
};

/// A better remedy than the general one, for a code that was met in one phase.
struct PhaseAdvice {
  std::uint32_t code;
  Phase phase;
  std::string_view remedy;
};

}  // namespace tributary
