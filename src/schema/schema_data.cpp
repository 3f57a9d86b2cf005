// SPDX-License-Identifier: Apache-2.0
// See schema_data.hpp.
#include "schema/schema_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/assert.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/blobs/prefix_map.hpp"
#include "schema/schema_builder.hpp"

namespace tributary::schema {
namespace {

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Woverlength-strings"
constexpr char kText[] =
#include "schema/data/ad_schema.inc"
    ;
#pragma clang diagnostic pop

constexpr std::size_t kAttributeColumns = 5;  // kind, lDAPDisplayName, cn, attributeID, syntax
constexpr std::size_t kClassColumns = 4;

/// Cuts at a separator; what is behind the last one is the last piece.
class Pieces {
 public:
  Pieces(std::string_view text, char separator) : rest_(text), separator_(separator) {}
  bool next(std::string_view& piece) {
    if (done_) return false;
    const auto at = rest_.find(separator_);
    piece = rest_.substr(0, at);
    done_ = at == std::string_view::npos;
    if (!done_) rest_.remove_prefix(at + 1);
    return true;
  }

 private:
  std::string_view rest_;
  char separator_;
  bool done_ = false;
};

struct Row {
  std::vector<std::string_view> columns;
  std::vector<std::pair<std::string_view, std::string_view>> fields;
};

/// Columns first, then words and key=value.
Row cut(std::string_view line, std::size_t columns) {
  Row row;
  Pieces pieces(line, ' ');
  std::string_view piece;
  while (pieces.next(piece)) {
    if (row.columns.size() < columns) {
      row.columns.push_back(piece);
      continue;
    }
    const auto equals = piece.find('=');
    const bool bare = equals == std::string_view::npos;
    row.fields.emplace_back(piece.substr(0, equals), bare ? std::string_view() : piece.substr(equals + 1));
  }
  return row;
}

/// The reading of one file: the first fault sticks.
class Reader {
 public:
  [[nodiscard]] bool ok() const noexcept { return !error_; }
  [[nodiscard]] const Error& error() const noexcept { return *error_; }
  void fault(std::string detail) {
    if (!error_) error_ = Error{win32::kErrorInvalidData, Phase::kNone, fmt::format("schema data, row {}: {}", row_, detail)};
  }
  void at_row(std::size_t row) noexcept { row_ = row; }

  template <class T>
  T number(std::string_view text) {
    const bool hex = text.starts_with("0x");
    if (hex) text.remove_prefix(2);
    T value{};
    const auto [stopped, wrong] = std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
    if (wrong != std::errc() || stopped != text.data() + text.size()) fault(fmt::format("\"{}\" is no number", text));
    return value;
  }
  Guid guid(std::string_view text) {
    const auto value = parse_guid(text);
    if (!value) fault(fmt::format("\"{}\" is no GUID", text));
    return value.value_or(Guid{});
  }
  bool truth(std::string_view text) {
    if (text != "TRUE" && text != "FALSE") fault(fmt::format("\"{}\" is neither TRUE nor FALSE", text));
    return text == "TRUE";
  }
  Attid attid(PrefixTable& table, std::string_view oid) {
    const auto made = table.make_attid(oid);
    if (!made) fault(made.error().detail);
    return made.value_or(Attid{});
  }

 private:
  std::optional<Error> error_;
  std::size_t row_ = 0;
};

std::optional<Syntax> read_syntax(Reader& reader, std::string_view text) {
  Pieces pieces(text, '/');
  std::string_view attribute_syntax, om_syntax, om_object_class;
  pieces.next(attribute_syntax);
  pieces.next(om_syntax);
  pieces.next(om_object_class);
  Bytes octets;
  if (!om_object_class.empty()) octets = drsuapi::blobs::parse_dotted_prefix(om_object_class).value_or(Bytes());
  const auto syntax = find_syntax(attribute_syntax, reader.number<std::uint32_t>(om_syntax), octets);
  if (!syntax) reader.fault(fmt::format("no syntax is {}", text));
  return syntax;
}

AttributeSchema read_attribute(Reader& reader, PrefixTable& table, const Row& row) {
  AttributeSchema made;
  made.ldap_display_name = row.columns[1];
  made.cn = row.columns[2];
  made.oid = row.columns[3];
  made.attid = reader.attid(table, made.oid);
  made.syntax = read_syntax(reader, row.columns[4]).value_or(Syntax::kOctetString);
  for (const auto& [key, value] : row.fields) {
    if (key == "guid") made.schema_id_guid = reader.guid(value);
    else if (key == "single") made.is_single_valued = true;
    else if (key == "systemOnly") made.system_only = true;
    else if (key == "systemFlags") made.system_flags = reader.number<std::uint32_t>(value);
    else if (key == "searchFlags") made.search_flags = reader.number<std::uint32_t>(value);
    else if (key == "schemaFlagsEx") made.schema_flags_ex = reader.number<std::uint32_t>(value);
    else if (key == "lower") made.range_lower = reader.number<std::int32_t>(value);
    else if (key == "upper") made.range_upper = reader.number<std::int32_t>(value);
    else if (key == "link") made.link_id = reader.number<std::uint32_t>(value);
    else if (key == "mapi") made.mapi_id = reader.number<std::uint32_t>(value);
    else if (key == "partial") made.is_member_of_partial_attribute_set = true;
    else if (key == "propertySet") made.attribute_security_guid = reader.guid(value);
    else if (key == "extended") made.extended_chars_allowed = true;
    else if (key == "advanced") made.show_in_advanced_view_only = reader.truth(value);
    else if (key == "defunct") made.is_defunct = true;
    else reader.fault(fmt::format("no field of an attribute is called \"{}\"", key));
  }
  return made;
}

/// Numbers of what was read so far, by name.
using Numbers = std::map<std::string, Attid, std::less<>>;

Attid find_number(Reader& reader, const Numbers& numbers, std::string_view name) {
  const auto found = numbers.find(to_lower_ascii(name));
  if (found == numbers.end()) reader.fault(fmt::format("nothing is called \"{}\"", name));
  return found == numbers.end() ? Attid{} : found->second;
}

std::vector<Attid> read_list(Reader& reader, const Numbers& numbers, std::string_view text) {
  std::vector<Attid> list;
  Pieces pieces(text, ',');
  std::string_view name;
  while (pieces.next(name)) list.push_back(find_number(reader, numbers, name));
  return list;
}

struct ListField {
  std::string_view key;
  std::vector<Attid> ClassSchema::* list;
  bool of_attributes;
};
constexpr ListField kListFields[] = {
    {"systemAux", &ClassSchema::system_auxiliary_class, false}, {"aux", &ClassSchema::auxiliary_class, false},
    {"systemMust", &ClassSchema::system_must_contain, true},    {"must", &ClassSchema::must_contain, true},
    {"systemMay", &ClassSchema::system_may_contain, true},      {"may", &ClassSchema::may_contain, true},
    {"systemSup", &ClassSchema::system_poss_superiors, false},  {"sup", &ClassSchema::poss_superiors, false},
};

ClassSchema read_class(Reader& reader, const Numbers& attributes, const Numbers& classes, const Row& row) {
  ClassSchema made;
  made.ldap_display_name = row.columns[1];
  made.cn = row.columns[2];
  made.oid = row.columns[3];
  made.attid = find_number(reader, classes, made.ldap_display_name);
  for (const auto& [key, value] : row.fields) {
    const auto* const field = std::ranges::find(kListFields, key, &ListField::key);
    if (field != std::end(kListFields)) made.*(field->list) = read_list(reader, field->of_attributes ? attributes : classes, value);
    else if (key == "category") made.category = static_cast<ClassCategory>(reader.number<std::uint8_t>(value) & 3);
    else if (key == "parent") made.sub_class_of = find_number(reader, classes, value);
    else if (key == "rdn") made.rdn_att_id = find_number(reader, attributes, value);
    else if (key == "guid") made.schema_id_guid = reader.guid(value);
    else if (key == "systemOnly") made.system_only = true;
    else if (key == "systemFlags") made.system_flags = reader.number<std::uint32_t>(value);
    else if (key == "advanced") made.show_in_advanced_view_only = reader.truth(value);
    else if (key == "hiding") made.default_hiding_value = reader.truth(value);
    else if (key == "object") made.default_object_category = value;
    else if (key == "defunct") made.is_defunct = true;
    else if (key == "sd") made.default_security_descriptor = value;
    else reader.fault(fmt::format("no field of a class is called \"{}\"", key));
  }
  return made;
}

/// The first row: S, version, number of attributes, number of classes.
bool read_head(Reader& reader, std::string_view line, std::size_t attributes, std::size_t classes) {
  if (line == fmt::format("S 1 {} {}", attributes, classes)) return true;
  reader.fault(fmt::format("\"{}\" does not announce {} attributes and {} classes", line.substr(0, 80), attributes, classes));
  return false;
}

}  // namespace

std::string_view embedded_schema_text() noexcept { return {kText, sizeof(kText) - 1}; }

Result<std::shared_ptr<const Schema>> parse_schema_text(std::string_view text) {
  Reader reader;
  SchemaBuilder builder;
  Numbers attributes, classes;
  std::vector<Row> class_rows;
  std::string_view line, head;
  std::size_t number = 0;
  for (Pieces lines(text, '\n'); lines.next(line);) {
    reader.at_row(++number);
    if (number == 1) head = line;
    if (number == 1 || line.empty()) continue;
    const bool of_class = line.front() == 'C';
    if (!of_class && line.front() != 'A') reader.fault("it is neither an attribute nor a class");
    auto row = cut(line, of_class ? kClassColumns : kAttributeColumns);
    if (row.columns.size() != (of_class ? kClassColumns : kAttributeColumns)) reader.fault("it is too short");
    if (!reader.ok()) break;
    if (of_class) {
      const auto attid = reader.attid(builder.prefix_table(), row.columns[3]);
      if (!classes.emplace(to_lower_ascii(row.columns[1]), attid).second) reader.fault("a class twice");
      class_rows.push_back(std::move(row));
    } else {
      auto attribute = read_attribute(reader, builder.prefix_table(), row);
      if (!attributes.emplace(to_lower_ascii(attribute.ldap_display_name), attribute.attid).second) reader.fault("an attribute twice");
      if (const auto put = builder.put(std::move(attribute)); !put) reader.fault(put.error().detail);
    }
  }
  reader.at_row(1);
  if (reader.ok()) read_head(reader, head, attributes.size(), classes.size());
  for (std::size_t i = 0; i < class_rows.size() && reader.ok(); ++i) {
    reader.at_row(2 + attributes.size() + i);
    if (const auto put = builder.put(read_class(reader, attributes, classes, class_rows[i])); !put) reader.fault(put.error().detail);
  }
  if (!reader.ok()) return std::unexpected(reader.error());
  return builder.build();
}

const std::shared_ptr<const Schema>& Schema::embedded() {
  static const std::shared_ptr<const Schema> schema = [] {
    auto made = parse_schema_text(embedded_schema_text());
    TRIBUTARY_ASSERT(made.has_value());
    return *std::move(made);
  }();
  return schema;
}

}  // namespace tributary::schema
