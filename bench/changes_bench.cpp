// SPDX-License-Identifier: Apache-2.0
// What reading an NC costs, step by step: the stream alone, or with every change as JSON. Prints one line of figures to stderr;
// the JSON goes to stdout. For bench/showchanges and for whoever tunes the client; the command for people is `tributary showchanges`.
//   changes_bench DC NC [json] [objects=400] [octets=4194304] [flags=0x..] [cookie=FILE] [pages=N] [object] [compress]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/win32.hpp"
#include "client/change_json.hpp"
#include "client/changes.hpp"

namespace {

using namespace tributary;

struct Arguments {
  client::ChangesOptions changes;
  std::string cookie_file;
  std::size_t pages_max = SIZE_MAX;
  bool json = false;
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  arguments.changes.nc_dn = argv[2];
  for (int i = 3; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&](std::string_view name) -> const char* { return word.starts_with(name) ? argv[i] + name.size() : nullptr; };
    if (word == "json") arguments.json = true;
    if (word == "compress") arguments.changes.compress = true;
    if (word == "object") arguments.changes.extended_op = drsuapi::EXOP_REPL_OBJ;
    if (const auto* text = value("objects=")) arguments.changes.objects_per_page_max = static_cast<std::uint32_t>(std::strtoul(text, nullptr, 0));
    if (const auto* text = value("octets=")) arguments.changes.octets_per_page_max = static_cast<std::uint32_t>(std::strtoul(text, nullptr, 0));
    if (const auto* text = value("flags=")) arguments.changes.flags = static_cast<std::uint32_t>(std::strtoul(text, nullptr, 0));
    if (const auto* text = value("pages=")) arguments.pages_max = std::strtoul(text, nullptr, 0);
    if (const auto* text = value("cookie=")) arguments.cookie_file = text;
  }
  return arguments;
}

int failed(const Error& error) {
  std::cerr << describe_error(error) << '\n';
  return 1;
}

std::shared_ptr<const client::SchemaNames> read_schema(client::DrsHandle& dc) {
  client::DirectoryOptions options;
  options.host = dc.host();
  options.credential = dc.credential();
  auto directory = client::Directory::open(options);
  auto schema = directory ? client::SchemaNames::read(**directory) : std::unexpected(directory.error());
  return schema ? *schema : client::SchemaNames::base();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: changes_bench DC NC [json] [objects=N] [octets=N] [flags=N] [cookie=FILE] [pages=N] [object] [compress]\n";
    return 2;
  }
  auto arguments = parse(argc, argv);
  net::Runtime runtime;
  client::BindOptions bind;
  bind.target.domain_controller = argv[1];
  bind.extensions = client::changes_client_extensions();
  auto dc = client::DrsHandle::bind(runtime, bind);
  if (!dc) return failed(dc.error());
  if (std::ifstream file(arguments.cookie_file); file) {
    auto cookie = client::ChangesCookie::decode(std::string(std::istreambuf_iterator<char>(file), {}));
    if (!cookie) return failed(cookie.error());
    arguments.changes.cookie = *cookie;
  }
  client::ChangeJson json(arguments.json ? read_schema(**dc) : client::SchemaNames::base());

  std::size_t objects = 0, links = 0, pages = 0, octets = 0, text_octets = 0;
  const auto began = std::chrono::steady_clock::now();
  client::ChangeStream stream(*dc, arguments.changes);
  std::string text;
  while (pages < arguments.pages_max) {
    auto page = stream.next();
    if (!page) return failed(page.error());
    if (!*page) break;
    ++pages;
    objects += (*page)->reply->pObjects.size();
    links += (*page)->reply->rgValues.size();
    octets += (*page)->wire_octets;
    if (arguments.json) {
      text.clear();
      json.append_page(text, *(*page)->reply);
      text_octets += text.size();
      std::fwrite(text.data(), 1, text.size(), stdout);
    }
    if (!arguments.cookie_file.empty()) std::ofstream(arguments.cookie_file) << (*page)->cookie.encode();
  }
  std::fflush(stdout);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::fprintf(stderr, "objects %zu links %zu pages %zu wire_octets %zu json_octets %zu seconds %.3f own_cpu %.3f\n", objects, links, pages, octets,
               text_octets, seconds,
               static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
  return 0;
}
