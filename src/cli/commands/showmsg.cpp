// SPDX-License-Identifier: Apache-2.0
// tributary showmsg: what a code means and what to do about it.
#include <fmt/format.h>

#include <charconv>

#include "base/win32.hpp"
#include "cli/commands.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string code;
};

/// "8453", "0x2105", "-2146893022" (a security code as repadmin prints it), "ERROR_DS_DRA_ACCESS_DENIED".
Result<Win32> parse_code(const std::string& text) {
  if (const Win32Info* named = find_win32(std::string_view(text))) return named->code;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const char* const begin = text.data() + (hex ? 2 : 0);
  const char* const end = text.data() + text.size();
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value, hex ? 16 : 10);
  if (error != std::errc{} || stop != end || value < INT32_MIN || value > UINT32_MAX)
    return fail(win32::kErrorInvalidParameter, text + " is neither a code nor the name of one");
  return Win32{static_cast<std::uint32_t>(value)};
}

Result<> run(Context& context, const Arguments& arguments) {
  const auto code = parse_code(arguments.code);
  if (!code) return std::unexpected(code.error());
  const Win32Info* const info = find_win32(*code);
  if (info == nullptr) return fail(win32::kErrorNotFound, fmt::format("no code {} (0x{:08X}) is defined", static_cast<std::uint32_t>(*code), static_cast<std::uint32_t>(*code)));
  context.say(fmt::format("{} = {} (0x{:08X})", info->name, static_cast<std::uint32_t>(*code), static_cast<std::uint32_t>(*code)));
  const std::pair<const char*, std::string_view> lines[] = {{"Meaning", info->meaning}, {"Cause", info->cause}, {"What to do", info->remedy}};
  for (const auto& [title, text] : lines)
    if (!text.empty()) context.say(fmt::format("  {:<11} {}", title, text));
  context.print("tributary.showmsg/1", {{"code", static_cast<std::uint32_t>(*code)},
                                        {"hex", fmt::format("0x{:08X}", static_cast<std::uint32_t>(*code))},
                                        {"name", info->name},
                                        {"meaning", info->meaning},
                                        {"cause", info->cause},
                                        {"remedy", info->remedy}});
  return {};
}

}  // namespace

void register_showmsg(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("showmsg", "Explain an error code: its name, its meaning, the likely cause and what to do", arguments, run);
  sub->add_option("CODE", arguments->code, "A code in decimal or hex (8453, 0x2105), or its name")->required();
}

}  // namespace tributary::cli
