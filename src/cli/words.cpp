// SPDX-License-Identifier: Apache-2.0
// See words.hpp.
#include "cli/words.hpp"

#include <fmt/format.h>

#include <ctime>

#include "base/win32.hpp"

namespace tributary::cli {
namespace {
/// IDL_DRSUpdateRefs, in whose sense Samba keeps the bits of repsTo.
constexpr std::uint16_t kUpdateRefsOpnum = 4;
}  // namespace

std::string age_text(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  if (seconds < kMinute) return fmt::format("{}s", seconds);
  std::string text;
  if (seconds >= kDay) text += fmt::format("{}d.", seconds / kDay);
  if (seconds >= kHour) text += fmt::format("{:02}h:", seconds % kDay / kHour);
  return text + fmt::format("{:02}m:{:02}s", seconds % kHour / kMinute, seconds % kMinute);
}

std::string count_of(std::size_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string time_and_age(FileTime time, FileTime now) {
  std::string text = to_string(to_ds_time(time));
  if (time.ticks != 0 && time.ticks <= now.ticks) text += fmt::format(", {} ago", age_text((now.ticks - time.ticks) / 10'000'000));
  return text;
}

std::string code_text(Win32 code) { return fmt::format("{} {}", static_cast<std::uint32_t>(code), win32_name(code)); }

std::string result_text(Win32 code) { return code == Win32::kSuccess ? "successful" : "failed: " + code_text(code); }

boost::json::object code_to_json(Win32 code) { return {{"code", static_cast<std::uint32_t>(code)}, {"name", win32_name(code)}}; }

std::string samba_time(FileTime time) {
  if (time.ticks == 0) return "NTTIME(0)";
  const std::time_t seconds = unix_from_ds_time(to_ds_time(time));
  std::tm local{};
  char text[80];
  if (localtime_r(&seconds, &local) == nullptr || std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y %Z", &local) == 0) return to_string(time);
  return text;
}

std::string samba_result(Win32 code) {
  if (code == Win32::kSuccess) return "was successful";
  std::string name = win32_name(code);
  if (name.starts_with("ERROR_")) name.erase(0, 6);
  return fmt::format("failed, result {} (WERR_{})", static_cast<std::uint32_t>(code), name);
}

std::string dsa_label(const client::DsaIndex& dsas, DsaGuid guid, std::string_view dsa_dn) {
  if (const client::Dsa* const dsa = dsas.find(guid)) return dsa->site + '\\' + dsa->server_name;
  const std::string label = client::site_and_server(dsa_dn);
  return label.empty() ? to_string(guid) + " (no such DSA in the forest)" : label;
}

std::string invocation_label(const client::DsaIndex& dsas, InvocationId id, std::string_view dsa_dn) {
  if (const client::Dsa* const dsa = dsas.find(id)) return dsa->site + '\\' + dsa->server_name;
  const std::string label = client::site_and_server(dsa_dn);
  return label.empty() ? to_string(id) : label;
}

std::string host_label(const client::Dsa& dsa) {
  if (!dsa.dns_host_name.empty()) return dsa.dns_host_name;
  return dsa.server_name.empty() ? to_string(dsa.guid) : dsa.server_name;
}

boost::json::object dsa_to_json(const client::Dsa& dsa) {
  return {{"site", dsa.site},
          {"server", dsa.server_name},
          {"dnsHostName", dsa.dns_host_name},
          {"objectGUID", to_string(dsa.guid)},
          {"invocationId", to_string(dsa.invocation_id)},
          {"options", flags_to_json(dsa.options, drsuapi::flag_names(drsuapi::kNtdsdsaOptionNames, dsa.options))},
          {"readOnly", dsa.is_read_only},
          {"dn", dsa.dn}};
}

boost::json::object flags_to_json(std::uint32_t flags, std::vector<std::string> names) {
  boost::json::array array;
  for (auto& name : names) array.emplace_back(std::move(name));
  return {{"value", flags}, {"names", std::move(array)}};
}

std::vector<std::string> api_flag_names(std::span<const client::OptionBit> bits, std::uint32_t flags) {
  std::vector<std::string> names;
  for (const auto& bit : bits) {
    if ((flags & bit.api) == 0) continue;
    names.emplace_back(bit.api_name);
    flags &= ~bit.api;
  }
  if (flags != 0) names.push_back(fmt::format("0x{:08X}", flags));
  return names;
}

boost::json::object api_flags_to_json(std::span<const client::OptionBit> bits, std::uint32_t flags) {
  return flags_to_json(flags, api_flag_names(bits, flags));
}

std::vector<std::string> neighbor_flag_names(client::NeighborFlags flags) {
  std::uint32_t rest = static_cast<std::uint32_t>(flags);
  std::vector<std::string> names;
  for (const auto& bit : client::neighbor_bits()) {
    if ((rest & bit.api) == 0) continue;
    names.emplace_back(bit.api_name);
    rest &= ~bit.api;
  }
  for (auto& name : drsuapi::drs_option_names(rest, kUpdateRefsOpnum)) names.push_back(std::move(name));
  return names;
}

std::string joined(const std::vector<std::string>& names) { return names.empty() ? "none" : fmt::format("{}", fmt::join(names, " ")); }

boost::json::value time_to_json(FileTime time) {
  if (time.ticks == 0) return nullptr;
  return boost::json::value(to_string(time));
}

}  // namespace tributary::cli
