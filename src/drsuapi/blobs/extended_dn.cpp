// SPDX-License-Identifier: Apache-2.0
// See extended_dn.hpp.
#include "drsuapi/blobs/extended_dn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/utf.hpp"

namespace tributary::drsuapi::blobs {
namespace {

constexpr std::string_view kRoot = "extendedDn";
constexpr std::uint64_t kRmdDeleted = 1;  ///< the bit of RMD_FLAGS for a removed link

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stopped != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Octets of "B:8:0000000D:" at the front, 0 when there is no such thing.
std::size_t prefix_length(std::string_view text) {
  if (!text.starts_with("B:") && !text.starts_with("S:")) return 0;
  const auto colon = text.find(':', 2);
  if (colon == std::string_view::npos) return 0;
  const auto length = number_of(text.substr(2, colon - 2));
  if (!length || *length >= text.size() - colon - 1 || text[colon + 1 + *length] != ':') return 0;
  return colon + 2 + *length;
}

/// One "<NAME=value>" at the front; its octets are removed.
std::optional<ExtendedDn::Component> take_component(std::string_view& text) {
  const auto end = text.find('>');
  const auto equals = text.find('=');
  if (end == std::string_view::npos || equals > end) return std::nullopt;
  ExtendedDn::Component component{std::string(text.substr(1, equals - 1)), std::string(text.substr(equals + 1, end - equals - 1))};
  text.remove_prefix(end + 1);
  return component;
}

/// What a person wants to know beside the text of a component.
void explain(const ExtendedDn::Component& component, json::object& out) {
  const auto number = number_of(component.value);
  if (!number) return;
  if (component.name == "RMD_ADDTIME" || component.name == "RMD_CHANGETIME")
    out.emplace("time", to_string(FileTime{static_cast<std::int64_t>(*number)}));
  if (component.name == "RMD_FLAGS") out.emplace("deleted", (*number & kRmdDeleted) != 0);
}

std::string json_text(JsonReader& reader, std::string_view name) {
  Bytes octets;
  reader.text(name, octets);
  return {octets.begin(), octets.end()};
}

}  // namespace

std::string_view ExtendedDn::find(std::string_view name) const noexcept {
  const auto at = std::ranges::find(components, name, &Component::name);
  return at == components.end() ? std::string_view() : at->value;
}

Result<ExtendedDn> decode_extended_dn(ByteView octets) {
  Trail trail(kRoot);
  std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  if (!to_utf16(text)) {
    trail.fail({}, "the text is not UTF-8");
    return trail.error();
  }
  ExtendedDn dn;
  dn.prefix = text.substr(0, prefix_length(text));
  text.remove_prefix(dn.prefix.size());
  bool follows = true;  // whether a component or the DN may come
  while (follows && text.starts_with('<')) {
    auto component = take_component(text);
    if (!component) {
      trail.fail("components", static_cast<std::size_t>(octets.size() - text.size()), "a component is <NAME=value>");
      return trail.error();
    }
    dn.components.push_back(*std::move(component));
    follows = text.starts_with(';');
    if (follows) text.remove_prefix(1);
  }
  if (!follows && !text.empty()) {
    trail.fail("components", static_cast<std::size_t>(octets.size() - text.size()), "a semicolon is expected");
    return trail.error();
  }
  if (follows) dn.dn = text;
  return dn;
}

Result<Bytes> encode_extended_dn(const ExtendedDn& value) {
  std::string text = value.prefix;
  for (std::size_t i = 0; i < value.components.size(); ++i) {
    const auto& component = value.components[i];
    if (component.name.find_first_of("=>") != std::string::npos || component.value.find('>') != std::string::npos)
      return fail(win32::kErrorInvalidData, fmt::format("{}.components[{}]: a name has no '=', and neither part a '>'", kRoot, i));
    text += fmt::format("{}<{}={}>", i == 0 ? "" : ";", component.name, component.value);
  }
  if (value.dn && !value.components.empty()) text += ';';
  text += value.dn.value_or("");
  return tributary::to_bytes(as_bytes(text));
}

json::object to_json(const ExtendedDn& value) {
  json::object out;
  if (!value.prefix.empty()) out.emplace("prefix", value.prefix);
  json::array components;
  for (const auto& component : value.components) {
    json::object shown{{"name", component.name}, {"value", component.value}};
    explain(component, shown);
    components.push_back(std::move(shown));
  }
  out.emplace("components", std::move(components));
  if (value.dn) out.emplace("dn", *value.dn);
  return out;
}

Result<ExtendedDn> extended_dn_from_json(const json::object& in) {
  Trail trail(kRoot);
  JsonReader reader(trail, in);
  ExtendedDn dn;
  dn.prefix = json_text(reader, "prefix");
  if (const auto* components = reader.list("components")) {
    const Inside inside(trail, "components");
    for (std::size_t i = 0; i < components->size() && trail.ok(); ++i) {
      const Inside element(trail, i);
      const auto* component = (*components)[i].if_object();
      if (component == nullptr) {
        trail.fail({}, "an object is expected");
        break;
      }
      JsonReader inner(trail, *component);
      auto name = json_text(inner, "name");
      dn.components.push_back({std::move(name), json_text(inner, "value")});
      inner.informative("time");
      inner.informative("deleted");
      inner.finish();
    }
  }
  if (reader.find("dn") != nullptr) dn.dn = json_text(reader, "dn");
  reader.finish();
  if (!trail.ok()) return trail.error();
  return dn;
}

}  // namespace tributary::drsuapi::blobs
