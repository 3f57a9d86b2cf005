// SPDX-License-Identifier: Apache-2.0
// What people type: the forms of repadmin and samba-tool beside our own, words for option bits, the place of an NC among host
// names. Pure functions over text.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "client/options.hpp"

namespace tributary::cli {

/// argv without the program, with repadmin's spellings made ours: "/showrepl" is showrepl, "/force" and "/dsadn:X" behind a command
/// are --force and --dsadn=X where the command has such an option, "+NAME" and "-NAME" are --set=NAME and --clear=NAME where the
/// command has these and NAME has at least two characters, all of them capitals and underscores.
[[nodiscard]] std::vector<std::string> expand_arguments(const CLI::App& cli, std::vector<std::string> arguments);

/// What is wrong with the account of -U; empty when nothing is. "user%password" is refused: a command line is read by every process of the
/// machine and kept by the shell.
[[nodiscard]] std::string wrong_account(std::string_view account);

/// Whether an argument is the name of an NC (or of any object) rather than of a DC: a DN that is not an NTDS Settings object's.
[[nodiscard]] bool is_object_dn(std::string_view argument);

/// The arguments of a command that takes DCs and one NC, in whatever order they came.
struct NamesAndNc {
  std::vector<std::string> names;
  std::string nc_dn;  ///< empty when there is none
};
/// Empty arguments are left out. nullopt when there are two DNs.
[[nodiscard]] std::optional<NamesAndNc> names_and_nc(std::span<const std::string> arguments);

/// What a command says of an option bit beyond its names.
struct Spelling {
  std::string_view flag;     ///< the word of the bit
  const char* others = "";   ///< further spellings: "--sync-forced,--forced"
  const char* meaning = "";  ///< what it does, for help
};
/// Adds a flag for each bit, under its own word and its further spellings, and --options for their names and numbers.
void add_option_flags(CLI::App& sub, std::span<const client::OptionBit> bits, std::uint32_t& options, std::span<const Spelling> spellings = {});
/// "DS_REPSYNC_FORCE|urgent|0x10", "," and blanks also separate. kErrorInvalidParameter naming the word.
[[nodiscard]] Result<std::uint32_t> parse_option_words(std::span<const client::OptionBit> bits, std::string_view text);

/// "DISABLE_INBOUND_REPL", with or without "NTDSDSA_OPT_", in any case.
[[nodiscard]] Result<std::uint32_t> parse_ntdsdsa_option(std::string_view word);

/// A name of a format of IDL_DRSCrackNames: "nt4", "dn", "DS_NT4_ACCOUNT_NAME", "0xfffffff1", ...
[[nodiscard]] Result<std::uint32_t> parse_name_format(std::string_view word);
/// The short words with what they stand for, for help: "dn (DS_FQDN_1779_NAME), nt4 (...)".
[[nodiscard]] std::string name_format_help();

/// A number: decimal, or hex with 0x. kErrorInvalidParameter.
[[nodiscard]] Result<std::uint32_t> parse_number(std::string_view text);

}  // namespace tributary::cli
