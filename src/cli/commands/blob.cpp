// SPDX-License-Identifier: Apache-2.0
// tributary blob: hand-marshaled attribute values (repsFrom, replUpToDateVector, ...) to JSON and back, octet for octet. No network.
// The types are those of src/drsuapi/blobs; docs/json/blob.md describes the JSON.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/win32.hpp"
#include "cli/blob_text.hpp"
#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "drsuapi/blobs/registry.hpp"
#include "drsuapi/blobs/text.hpp"

namespace tributary::cli {
namespace {

using drsuapi::blobs::BlobType;

struct Arguments {
  std::string type;
  std::string file = "-";
  OctetForm form = OctetForm::kDetect;  ///< decode: of the input; encode: of the output
};

/// What is read at most: hex of the largest value that a directory holds, and then some.
constexpr std::size_t kInputOctetsMax = std::size_t{64} << 20;

struct FileClose {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

Result<std::string> read_input(const std::string& name) {
  const std::unique_ptr<std::FILE, FileClose> file(name == "-" ? stdin : std::fopen(name.c_str(), "rb"));
  if (!file) return fail(errno == EACCES ? win32::kErrorAccessDenied : win32::kErrorFileNotFound, name + ": " + std::strerror(errno));
  std::string all;
  char buffer[65536];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file.get())) {
    all.append(buffer, count);
    if (all.size() > kInputOctetsMax) return fail(win32::kErrorInvalidData, name + ": larger than any attribute value");
  }
  if (std::ferror(file.get()) != 0) return fail(win32::kErrorInvalidData, name + ": cannot be read");
  return all;
}

Result<const BlobType*> find_type(const std::string& name) {
  if (const BlobType* const type = drsuapi::blobs::blob_type(name)) return type;
  return fail(win32::kErrorInvalidParameter, name + " is not a type of value; `tributary blob types` lists them");
}

Result<> decode(Context& context, const Arguments& arguments) {
  const auto type = find_type(arguments.type);
  if (!type) return std::unexpected(type.error());
  auto input = read_input(arguments.file);
  if (!input) return std::unexpected(std::move(input.error()));
  auto found = find_octets(**type, *input, arguments.form);
  if (!found) return std::unexpected(std::move(found.error()));
  auto value = (*type)->decode(found->octets);
  if (!value) return std::unexpected(std::move(value.error()));
  context.say(fmt::format("{}, {} octets", (*type)->name, found->octets.size()));
  context.say_lines(drsuapi::blobs::to_text(*value));
  boost::json::object document{{"type", (*type)->name}};
  for (auto& member : value->as_object()) document[member.key()] = std::move(member.value());
  context.print("tributary.blob/1", std::move(document));
  return {};
}

Result<> encode(Context&, const Arguments& arguments) {
  auto input = read_input(arguments.file);
  if (!input) return std::unexpected(std::move(input.error()));
  boost::system::error_code wrong;
  const auto json = boost::json::parse(*input, wrong);
  if (wrong) return fail(win32::kErrorInvalidData, (arguments.file == "-" ? "standard input" : arguments.file) + " is not JSON: " + wrong.message());
  std::string name = arguments.type;
  if (const auto* const object = json.if_object(); name.empty() && object != nullptr)
    if (const auto* const said = object->if_contains("type"); said != nullptr && said->is_string()) name = said->get_string().c_str();
  if (name.empty()) return fail(win32::kErrorInvalidParameter, "the JSON has no \"type\": say --type");
  const auto type = find_type(name);
  if (!type) return std::unexpected(type.error());
  auto octets = (*type)->encode(json);
  if (!octets) return std::unexpected(std::move(octets.error()));
  if (arguments.form == OctetForm::kRaw) {
    std::fwrite(octets->data(), 1, octets->size(), stdout);
  } else {
    const std::string text = arguments.form == OctetForm::kHex ? to_hex(*octets) : to_base64(*octets);
    std::printf("%s\n", text.c_str());
  }
  return {};
}

Result<> types(Context& context, const Arguments&) {
  Table table({{"type"}, {"layout"}, {"what it is"}}, "");
  boost::json::array out;
  for (const auto& type : drsuapi::blobs::blob_types()) {
    table.add({std::string(type.name), std::string(type.source), std::string(type.description)});
    out.push_back({{"type", type.name}, {"description", type.description}, {"layout", type.source}});
  }
  context.say_lines(table.text());
  context.print("tributary.blob-types/1", {{"types", std::move(out)}});
  return {};
}

void add_forms(CLI::App& sub, Arguments& arguments, const char* what) {
  const std::pair<const char*, OctetForm> forms[] = {{"--base64", OctetForm::kBase64}, {"--hex", OctetForm::kHex}, {"--raw", OctetForm::kRaw}};
  for (const auto& [flag, form] : forms)
    sub.add_flag_callback(flag, [&arguments, chosen = form] { arguments.form = chosen; }, fmt::format("{} {}", what, flag + 2));
}

}  // namespace

void register_blob(App& app) {
  CLI::App* const sub =
      app.cli.add_subcommand("blob", "Take attribute values apart into JSON (repsFrom, replUpToDateVector, ...) and put them together again");
  sub->group(kGroupTools);
  sub->require_subcommand(1);
  sub->fallthrough();
  sub->footer(
      "\nExamples:\n"
      "  tributary blob decode --type repsFrom value.b64\n"
      "  ldapsearch ... repsFrom | grep -A99 '^repsFrom::' | tributary blob decode --type repsFrom --json -\n"
      "  tributary blob decode --json --type repsFrom value.b64 | tributary blob encode --hex\n"
      "  tributary blob types\n");
  const auto verb = [&](const char* name, const char* help, std::shared_ptr<Arguments> arguments, Result<> (*run)(Context&, const Arguments&)) {
    CLI::App* const one = sub->add_subcommand(name, help);
    one->fallthrough();
    one->callback([&app, arguments, run] { app.chosen = [arguments, run](Context& context) { return run(context, *arguments); }; });
    return one;
  };
  auto decoding = std::make_shared<Arguments>();
  CLI::App* const decoder = verb("decode", "Show a value; base64, hex and raw octets are told apart by themselves", decoding, decode);
  decoder->add_option("--type", decoding->type, "The attribute or structure: repsFrom, replUpToDateVector, ...")->required();
  decoder->add_option("FILE", decoding->file, "Where the value is; - for standard input (default)");
  add_forms(*decoder, *decoding, "The input is");
  auto encoding = std::make_shared<Arguments>();
  CLI::App* const encoder = verb("encode", "Make a value from the JSON of decode, in base64", encoding, encode);
  encoder->add_option("--type", encoding->type, "The attribute or structure (default: what the JSON says)");
  encoder->add_option("FILE", encoding->file, "Where the JSON is; - for standard input (default)");
  add_forms(*encoder, *encoding, "Print it as");
  verb("types", "List the types of values", std::make_shared<Arguments>(), types);
}

}  // namespace tributary::cli
