// SPDX-License-Identifier: Apache-2.0
// tributary showchanges: what has changed in an NC, one line of JSON an object or link value. IDL_DRSGetNCChanges ([MS-DRSR] 4.1.10)
// page by page; a cookie file remembers how far it came. Values of secret attributes are never printed.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/win32.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/words.hpp"
#include "client/change_json.hpp"
#include "client/changes.hpp"
#include "client/schema_names.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string first, second;
  std::string dc;
  std::string nc_dn;
  std::string cookie_file;
  std::vector<std::string> attributes;
  std::uint32_t objects_per_page = client::ChangesOptions{}.objects_per_page_max;
  bool one_object = false;
  bool compress = false;
  bool no_metadata = false;
  bool statistics = false;
};

constexpr Win32 kErrorBrokenPipe{109};

struct Totals {
  std::size_t objects = 0, links = 0, pages = 0, octets = 0;
};

std::string check(Arguments& arguments) {
  auto sorted = names_and_nc(std::vector<std::string>{arguments.first, arguments.second});
  if (!sorted || sorted->names.size() > 1) return "one DC and one naming context";
  if (sorted->nc_dn.empty() && arguments.cookie_file.empty()) return "name the naming context: DC=...";
  if (arguments.one_object && !arguments.cookie_file.empty()) return "--object reads one object whole: there is nothing that a cookie could remember";
  arguments.nc_dn = std::move(sorted->nc_dn);
  if (!sorted->names.empty()) arguments.dc = std::move(sorted->names.front());
  return {};
}

/// nullopt when there is no such file yet.
Result<std::optional<client::ChangesCookie>> read_cookie(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return std::optional<client::ChangesCookie>{};
    return fail(win32::kErrorAccessDenied, name + ": " + std::strerror(errno));
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto cookie = client::ChangesCookie::decode(text);
  if (!cookie) return fail(cookie.error().code, name + ": " + cookie.error().detail);
  return std::optional(std::move(*cookie));
}

/// Whole or not at all: a run that ends in the middle leaves the last cookie.
Result<> write_cookie(const std::string& name, const client::ChangesCookie& cookie) {
  const std::string part = name + ".part";
  const std::string text = cookie.encode();
  std::FILE* const file = std::fopen(part.c_str(), "wb");
  const bool written = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (!written || !closed || std::rename(part.c_str(), name.c_str()) != 0) return fail(win32::kErrorAccessDenied, name + ": " + std::strerror(errno));
  return {};
}

/// Prints a page and, when all of it is out, remembers it.
Result<> put(const std::string& lines) {
  if (std::fwrite(lines.data(), 1, lines.size(), stdout) == lines.size() && std::fflush(stdout) == 0) return {};
  return fail(errno == EPIPE ? kErrorBrokenPipe : win32::kErrorDiskFull, std::string("standard output: ") + std::strerror(errno));
}

Result<client::ChangesOptions> make_options(const Context& context, const Arguments& arguments, const client::SchemaNames& schema) {
  client::ChangesOptions options;
  options.nc_dn = arguments.nc_dn;
  options.objects_per_page_max = arguments.objects_per_page;
  options.compress = arguments.compress;
  options.page_timeout = context.call_options().timeout;
  if (arguments.one_object) options.extended_op = drsuapi::EXOP_REPL_OBJ;
  if (!arguments.attributes.empty()) {
    auto set = schema.attribute_set(arguments.attributes);
    if (!set) return std::unexpected(std::move(set.error()));
    options.partial_attribute_set = std::move(set->attids);
    options.prefix_table = std::move(set->prefix_table);
  }
  if (!arguments.cookie_file.empty()) {
    auto cookie = read_cookie(arguments.cookie_file);
    if (!cookie) return std::unexpected(std::move(cookie.error()));
    options.cookie = std::move(*cookie);
    if (!options.cookie && options.nc_dn.empty())
      return fail(win32::kErrorFileNotFound, arguments.cookie_file + " is not there yet: name the naming context");
  }
  return options;
}

/// A stream needs a handle of its own: it binds as a reader of changes does.
Result<std::shared_ptr<client::DrsHandle>> bind_reader(Context& context, const std::string& host) {
  client::BindOptions options;
  options.target.domain_controller = host;
  auto tickets = context.credential(host);
  if (!tickets) return std::unexpected(std::move(tickets.error()));
  options.credential = std::move(*tickets);
  options.timeout = context.reach_timeout();
  options.extensions = client::changes_client_extensions();
  return client::DrsHandle::bind(context.runtime(), std::move(options));
}

Result<> copy(client::ChangeStream& stream, client::ChangeJson& json, const Arguments& arguments, Totals& totals) {
  std::string lines;
  for (;;) {
    auto page = stream.next();
    if (!page) return std::unexpected(std::move(page.error()));
    if (!*page) return {};
    lines.clear();
    json.append_page(lines, *(*page)->reply);
    if (auto done = put(lines); !done) return done;
    if (!arguments.cookie_file.empty())
      if (auto done = write_cookie(arguments.cookie_file, (*page)->cookie); !done) return done;
    totals.objects += (*page)->reply->pObjects.size();
    totals.links += (*page)->reply->rgValues.size();
    totals.octets += (*page)->wire_octets;
    ++totals.pages;
  }
}

Result<> run(Context& context, const Arguments& arguments) {
  auto host = context.host_of(arguments.dc);
  if (!host) return std::unexpected(std::move(host.error()));
  auto directory = context.directory(*host);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto schema = client::SchemaNames::read(**directory);
  if (!schema) return std::unexpected(std::move(schema.error()));
  auto options = make_options(context, arguments, **schema);
  if (!options) return std::unexpected(std::move(options.error()));
  auto dn = dn_of(context, *host, options->nc_dn);
  if (!dn) return std::unexpected(std::move(dn.error()));
  options->nc_dn = std::move(*dn);
  if (arguments.one_object) {
    auto destination = (*directory)->stand_in_dsa();
    if (!destination) return std::unexpected(std::move(destination.error()));
    options->destination = *destination;
  }
  auto handle = bind_reader(context, *host);
  if (!handle) return std::unexpected(std::move(handle.error()));

  const auto began = net::monotonic_now();
  Totals totals;
  client::ChangeStream stream(*handle, std::move(*options));
  client::ChangeJson json(*schema, {.metadata = !arguments.no_metadata});
  if (auto done = copy(stream, json, arguments, totals); !done) return done;
  const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();
  if (arguments.statistics)
    context.note(fmt::format("{} and {} in {}, {} octets on the wire, {:.2f} s", count_of(totals.objects, "object"),
                             count_of(totals.links, "link value"), count_of(totals.pages, "page"), totals.octets, seconds));
  context.print("tributary.showchanges/1", {{"type", "end"},
                                            {"host", *host},
                                            {"objects", totals.objects},
                                            {"links", totals.links},
                                            {"pages", totals.pages},
                                            {"wireOctets", totals.octets},
                                            {"seconds", seconds}});
  return {};
}

}  // namespace

void register_showchanges(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub =
      app.command("showchanges",
                  {kGroupLook, "Print what has changed in a naming context, one line of JSON for each object and each link value",
                   "  tributary showchanges dc1.lab.example DC=lab,DC=example | jq -r .dn\n"
                   "  tributary showchanges dc1.lab.example DC=lab,DC=example --cookie lab.cookie   only what is new since the last time\n"
                   "  tributary showchanges dc1.lab.example DC=lab,DC=example --attributes member,description\n"
                   "  tributary showchanges dc1.lab.example CN=ada,CN=Users,DC=lab,DC=example --object\n"},
                  arguments, run, check);
  sub->add_option("DC", arguments->first, "The DC to read from; without it a DC of the account's domain");
  sub->add_option("NC", arguments->second, "The naming context; with a cookie that exists it may be left out");
  sub->add_option("--cookie", arguments->cookie_file, "Remembers how far it came, after each page; a later run goes on from there")
      ->type_name("FILE");
  sub->add_option("--attributes,--atts", arguments->attributes, "Only these attributes (lDAPDisplayName, separated by commas)")
      ->delimiter(',')
      ->type_name("NAMES");
  sub->add_flag("--object", arguments->one_object, "Read one object whole: NC is its DN");
  sub->add_option("--page", arguments->objects_per_page, "Objects the DC sends in one page at most (default: 400)")->check(CLI::Range(1, 1'000'000));
  sub->add_flag("--compress", arguments->compress, "Let the DC compress its answers");
  sub->add_flag("--no-metadata", arguments->no_metadata, "Leave the stamps of attributes out");
  sub->add_flag("--statistics", arguments->statistics, "Say how much it was, on stderr");
}

}  // namespace tributary::cli
