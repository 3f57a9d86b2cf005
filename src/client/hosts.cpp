// SPDX-License-Identifier: Apache-2.0
// See hosts.hpp.
#include "client/hosts.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "base/guid.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::client {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && !text.empty();
  return whole && port != 0 ? std::optional(port) : std::nullopt;
}

/// Names that mean the same DSA become the same text: its GUID stands for "<guid>._msdcs.<forest>".
std::string comparable_host(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::string lower = to_lower_ascii(name);
  const auto guid = parse_guid(std::string_view(lower).substr(0, lower.find("._msdcs.")));
  return guid ? to_string(*guid) : lower;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (auto begin = line.find_first_not_of(kBlanks); begin != line.npos; begin = line.find_first_not_of(kBlanks)) {
    line.remove_prefix(begin);
    const auto end = std::min(line.find_first_of(kBlanks), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

/// What one line says: its names, and where they are.
struct Line {
  std::vector<std::string_view> names;
  HostPort where;
};

/// An empty line is one without names. The error is a sentence.
std::expected<Line, std::string> parse_line(std::string_view text) {
  Line line;
  line.names = words_of(text.substr(0, text.find('#')));
  if (line.names.empty()) return line;
  if (line.names.size() == 1) return std::unexpected("a line is NAME [NAME...] ADDRESS[:PORT]");
  const auto place = line.names.back();
  line.names.pop_back();
  line.where = split_host_port(place);
  // In place of an address the name of a machine will do that the resolver knows.
  const bool is_name = !line.where.host.empty() && line.where.host.find_first_of(":[]") == line.where.host.npos;
  if (!is_numeric_address(line.where.host) && !is_name)
    return std::unexpected(fmt::format("{} is no address with a port between 1 and 65535", to_printable(place, 80)));
  return line;
}

}  // namespace

HostPort split_host_port(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == text.npos) return {std::string(text), {}};
    const auto rest = text.substr(close + 1);
    const auto port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
    if (!port && !rest.empty()) return {std::string(text), {}};
    return {std::string(text.substr(1, close - 1)), port};
  }
  const auto colon = text.rfind(':');
  // More than one colon without brackets is an address of IPv6.
  if (colon == text.npos || text.find(':') != colon) return {std::string(text), {}};
  const auto port = parse_port(text.substr(colon + 1));
  return port ? HostPort{std::string(text.substr(0, colon)), port} : HostPort{std::string(text), {}};
}

std::string to_string(const HostPort& where) {
  if (!where.port) return where.host;
  const bool ipv6 = where.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", where.host, ipv6 ? "]" : "", *where.port);
}

bool is_numeric_address(const std::string& host) {
  std::uint8_t octets[16];
  return inet_pton(AF_INET, host.c_str(), octets) == 1 || inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), octets) == 1;
}

Result<HostMap> HostMap::parse(std::string_view text, const std::string& source) {
  HostMap map;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = parse_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line) return fail(win32::kErrorInvalidParameter, fmt::format("{}:{}: {}", source, number, line.error()));
    for (const auto name : line->names) {
      const auto key = comparable_host(name);
      const auto [entry, is_new] = map.where_.emplace(key, line->where);
      if (is_new) map.names_.push_back(key);
      if (entry->second != line->where)
        return fail(win32::kErrorInvalidParameter, fmt::format("{}:{}: {} is at another place in a line above", source, number, to_printable(name, 80)));
    }
  }
  return map;
}

Result<HostMap> HostMap::read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(win32::kErrorFileNotFound, path + ": the file of hosts cannot be opened");
  std::string text(kHostsFileOctetsMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return fail(win32::kErrorFileNotFound, path + ": the file of hosts cannot be read");
  if (text.size() > kHostsFileOctetsMax) return fail(win32::kErrorInvalidParameter, path + ": too large for a file of hosts");
  return parse(text, path);
}

Result<HostMap> HostMap::from_environment() {
  const char* const path = secure_getenv(kHostsVariable);
  return path == nullptr || *path == '\0' ? Result<HostMap>(HostMap{}) : read(path);
}

const HostPort* HostMap::find(std::string_view name) const {
  if (where_.empty()) return nullptr;
  const auto found = where_.find(comparable_host(name));
  return found == where_.end() ? nullptr : &found->second;
}

std::vector<std::string> HostMap::hosts_of_domain(std::string_view dns_domain) const {
  const auto domain = comparable_host(dns_domain);
  std::vector<std::string> hosts;
  for (const auto& name : names_) {
    const auto dot = name.find('.');
    if (!domain.empty() && dot != name.npos && std::string_view(name).substr(dot + 1) == domain) hosts.push_back(name);
  }
  return hosts;
}

std::string HostMap::name_of(const HostPort& where) const {
  for (const auto& name : names_)
    if (!parse_guid(name) && where_.find(name)->second == where) return name;
  return {};
}

}  // namespace tributary::client
