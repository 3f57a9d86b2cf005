// SPDX-License-Identifier: Apache-2.0
// See arguments.hpp.
#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::cli {
namespace {

struct FormatWord {
  std::string_view word;
  std::uint32_t format;
};
constexpr auto kFormatWords = std::to_array<FormatWord>({
    {"unknown", drsuapi::DS_UNKNOWN_NAME},
    {"dn", drsuapi::DS_FQDN_1779_NAME},
    {"nt4", drsuapi::DS_NT4_ACCOUNT_NAME},
    {"display", drsuapi::DS_DISPLAY_NAME},
    {"guid", drsuapi::DS_UNIQUE_ID_NAME},
    {"canonical", drsuapi::DS_CANONICAL_NAME},
    {"upn", drsuapi::DS_USER_PRINCIPAL_NAME},
    {"canonical-ex", drsuapi::DS_CANONICAL_NAME_EX},
    {"spn", drsuapi::DS_SERVICE_PRINCIPAL_NAME},
    {"sid", drsuapi::DS_SID_OR_SID_HISTORY_NAME},
    {"dns-domain", drsuapi::DS_DNS_DOMAIN_NAME},
    {"list-sites", drsuapi::DS_LIST_SITES},
    {"list-servers-in-site", drsuapi::DS_LIST_SERVERS_IN_SITE},
    {"list-domains-in-site", drsuapi::DS_LIST_DOMAINS_IN_SITE},
    {"list-info-for-server", drsuapi::DS_LIST_INFO_FOR_SERVER},
    {"list-roles", drsuapi::DS_LIST_ROLES},
    {"list-domains", drsuapi::DS_LIST_DOMAINS},
    {"list-ncs", drsuapi::DS_LIST_NCS},
    {"list-gcs", drsuapi::DS_LIST_GLOBAL_CATALOG_SERVERS},
    {"schema-guid", drsuapi::DS_MAP_SCHEMA_GUID},
    {"string-sid", drsuapi::DS_STRING_SID_NAME},
    {"account", drsuapi::DS_NT4_ACCOUNT_NAME_SANS_DOMAIN},
});

bool is_capital_word(std::string_view word) {
  return word.size() >= 2 && std::ranges::all_of(word, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}
bool has_option(const CLI::App& app, const std::string& name) { return app.get_option_no_throw(name) != nullptr; }

/// "/dsadn:X" for a command that has --dsadn: "--dsadn=X".
std::string expand_slash(const CLI::App& sub, const std::string& argument) {
  const auto colon = argument.find(':');
  const std::string word = "--" + to_lower_ascii(std::string_view(argument).substr(1, colon == std::string::npos ? colon : colon - 1));
  const std::string_view letters = std::string_view(argument).substr(1);
  // "/APed": repadmin takes several letters at once, and their case matters.
  const bool all_letters = !letters.empty() && std::ranges::all_of(letters, [&](char c) { return has_option(sub, {'-', c}); });
  if (all_letters && !has_option(sub, word)) return '-' + std::string(letters);
  if (word.size() == 2 || word.find('/', 2) != std::string::npos || !has_option(sub, word)) return argument;
  return colon == std::string::npos ? word : word + '=' + argument.substr(colon + 1);
}

}  // namespace

std::vector<std::string> expand_arguments(const CLI::App& cli, std::vector<std::string> arguments) {
  const CLI::App* sub = nullptr;
  for (auto& argument : arguments) {
    if (argument == "--") break;
    if (sub == nullptr) {
      const std::string word = argument.starts_with('/') ? to_lower_ascii(std::string_view(argument).substr(1)) : argument;
      const auto named = cli.get_subcommands([&word](const CLI::App* command) { return command->check_name(word); });
      if (named.empty()) continue;
      sub = named.front();
      argument = word;
      continue;
    }
    const std::string_view name = argument.empty() ? std::string_view() : std::string_view(argument).substr(1);
    if (argument.starts_with('/')) {
      argument = expand_slash(*sub, argument);
    } else if (is_capital_word(name) && (argument[0] == '+' || argument[0] == '-') && has_option(*sub, "--set")) {
      argument = std::string(argument[0] == '+' ? "--set=" : "--clear=") + std::string(name);
    }
  }
  return arguments;
}

std::string wrong_account(std::string_view account) {
  const auto percent = account.find('%');
  if (percent == std::string_view::npos) return {};
  return fmt::format(
      "a password does not belong on the command line, where every process can read it: say -U {} and give the password at the prompt, "
      "in TRIBUTARY_PASSWORD or with --password-file. (If this was a password, it is in the shell's history now.)",
      account.substr(0, percent));
}

bool is_object_dn(std::string_view argument) {
  if (argument.starts_with("<GUID=") || argument.starts_with("<SID=")) return true;
  if (argument.find('=') == std::string_view::npos) return false;
  constexpr std::string_view kSettings = "CN=NTDS Settings,";
  return !equals_ignoring_case(argument.substr(0, kSettings.size()), kSettings);
}

std::optional<NamesAndNc> names_and_nc(std::span<const std::string> arguments) {
  NamesAndNc sorted;
  for (const auto& argument : arguments) {
    if (argument.empty()) continue;
    if (!is_object_dn(argument)) {
      sorted.names.push_back(argument);
    } else if (sorted.nc_dn.empty()) {
      sorted.nc_dn = argument;
    } else {
      return std::nullopt;
    }
  }
  return sorted;
}

void add_option_flags(CLI::App& sub, std::span<const client::OptionBit> bits, std::uint32_t& options, std::span<const Spelling> spellings) {
  for (const auto& bit : bits) {
    std::string names = "--" + std::string(bit.flag);
    std::string help(bit.api_name);
    if (const auto said = std::ranges::find(spellings, bit.flag, &Spelling::flag); said != spellings.end()) {
      if (*said->others != '\0') names += std::string(",") + said->others;
      if (*said->meaning != '\0') help = std::string(said->meaning) + " (" + help + ")";
    }
    sub.add_flag_callback(names, [&options, value = bit.api] { options |= value; }, help);
  }
  sub.add_option_function<std::string>(
         "--options",
         [&options, bits](const std::string& text) {
           const auto parsed = parse_option_words(bits, text);
           if (!parsed) throw CLI::ValidationError("--options", parsed.error().detail);
           options |= *parsed;
         },
         "The same by their names or numbers, \"" + std::string(bits.front().api_name) + "|0x10\"")
      ->type_name("NAMES");
}

Result<std::uint32_t> parse_number(std::string_view text) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = text.substr(hex ? 2 : 0);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
    return fail(win32::kErrorInvalidParameter, std::string(text) + " is not a number");
  return value;
}

Result<std::uint32_t> parse_option_words(std::span<const client::OptionBit> bits, std::string_view text) {
  constexpr std::string_view kSeparators = "|, ";
  std::uint32_t options = 0;
  while (!text.empty()) {
    const auto begin = text.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::string_view word = text.substr(0, text.find_first_of(kSeparators));
    text.remove_prefix(word.size());
    if (const auto* const bit = client::find_option(bits, word)) {
      options |= bit->api;
    } else if (const auto number = parse_number(word)) {
      options |= *number;
    } else {
      return fail(win32::kErrorInvalidParameter, std::string(word) + " is not one of the options");
    }
  }
  return options;
}

Result<std::uint32_t> parse_ntdsdsa_option(std::string_view word) {
  constexpr std::string_view kPrefix = "NTDSDSA_OPT_";
  const bool whole = word.size() > kPrefix.size() && equals_ignoring_case(word.substr(0, kPrefix.size()), kPrefix);
  const std::string_view rest = whole ? word.substr(kPrefix.size()) : word;
  std::string known;
  for (const auto& option : drsuapi::kNtdsdsaOptionNames) {
    const std::string_view name = option.name.substr(kPrefix.size());
    if (equals_ignoring_case(name, rest)) return option.value;
    known += known.empty() ? "" : ", ";
    known += name;
  }
  return fail(win32::kErrorInvalidParameter, fmt::format("{} is not an option of a DSA; these are: {}", word, known));
}

Result<std::uint32_t> parse_name_format(std::string_view word) {
  for (const auto& known : kFormatWords)
    if (equals_ignoring_case(known.word, word)) return known.format;
  for (const auto& known : drsuapi::kNameFormatNames)
    if (equals_ignoring_case(known.name, word)) return known.value;
  if (const auto number = parse_number(word)) return *number;
  return fail(win32::kErrorInvalidParameter, fmt::format("{} is not the name of a format; these are: {}", word, name_format_help()));
}

std::string name_format_help() {
  std::string text;
  std::size_t in_line = 0;
  for (const auto& known : kFormatWords) {
    if (!text.empty()) text += in_line == 0 ? ",\n" : ", ";
    text += known.word;
    in_line = (in_line + 1) % 8;
  }
  return text;
}

}  // namespace tributary::cli
