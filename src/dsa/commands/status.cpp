// SPDX-License-Identifier: Apache-2.0
// tributary dsa status: how the running DSA is doing, once or again and again.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/win32.hpp"
#include "cli/table.hpp"
#include "dsa/commands/commands.hpp"
#include "dsa/serve/database_work.hpp"

namespace tributary::dsa {
namespace {

using boost::json::object;

struct Arguments : DsaArguments {
  bool watch = false;
  double interval_s = 2;
};

std::uint64_t count(const object& document, const char* name) {
  boost::json::error_code error;
  const auto* value = document.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<std::uint64_t>(error) : 0;
}
double real(const object& document, const char* name) {
  boost::json::error_code error;
  const auto* value = document.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>(error) : 0;
}

void say_replicas(const cli::Context& context, const object& status) {
  using Align = cli::Table::Align;
  cli::Table replicas({{"naming context"}, {"objects", Align::kRight}, {"links", Align::kRight}, {"source"}, {"last success"}, {"result"}, {"notifies"}});
  for (const auto& each : status.at("replicas").as_array()) {
    const auto& replica = each.as_object();
    std::string partners;
    for (const auto& partner : replica.at("partners").as_array()) partners += (partners.empty() ? "" : ", ") + text_member(partner.as_object(), "host");
    std::vector<std::string> head{text_member(replica, "nc"), std::to_string(count(replica, "objects")), std::to_string(count(replica, "links"))};
    const auto& sources = replica.at("sources").as_array();
    if (sources.empty()) replicas.add({head[0], head[1], head[2], "-", "-", "-", partners});
    for (const auto& source_value : sources) {
      const auto& source = source_value.as_object();
      const auto host = text_member(source, "host");
      replicas.add({head[0], head[1], head[2], host.empty() ? text_member(source, "address") : host, text_member(source, "last_success"),
                    count(source, "result") == 0 ? std::string("ok") : fmt::format("{} ({} times)", text_member(source, "result_name"), count(source, "consecutive_failures")), partners});
      head = {"", "", ""};
      partners.clear();
    }
  }
  context.say_lines(replicas.text());
}

void say_ldap(const cli::Context& context, const object& status) {
  const auto* const ldap = status.if_contains("ldap");
  if (ldap == nullptr || !ldap->is_object()) return;
  std::string urls;
  for (const auto& url : ldap->at("urls").as_array()) urls += fmt::format("{}{}", urls.empty() ? "" : " ", std::string_view(url.as_string()));
  const auto& connections = ldap->at("connections").as_object();
  const auto& operations = ldap->at("operations").as_object();
  context.say(fmt::format("  LDAP at {}: connections {} of {}, binds {} ({} failed), searches {}, compares {}, adds {}, modifies {}, deletes {}, renames {}", urls,
                          count(connections, "open"), count(connections, "limit"), count(operations, "bind"), count(operations, "bind_failed"), count(operations, "search"),
                          count(operations, "compare"), count(operations, "add"), count(operations, "modify"), count(operations, "delete"), count(operations, "modify_dn")));
}

void say_status(const cli::Context& context, const object& status) {
  context.say(fmt::format("{} ({}), forest {}, port {}, USN {}", text_member(status, "host"), text_member(status, "dsa_guid"), text_member(status, "forest"), count(status, "port"),
                          count(status, "highest_committed_usn")));
  say_replicas(context, status);
  for (const auto& each : status.at("cycles").as_array()) {
    const auto& cycle = each.as_object();
    context.say(fmt::format("  pulling {} from {}: {} objects, {} links, {:.0f} a second", text_member(cycle, "nc"), text_member(cycle, "source"), count(cycle, "objects"), count(cycle, "links"),
                            real(cycle, "objects_per_second")));
  }
  const auto& queue = status.at("queue").as_array();
  if (!queue.empty()) context.say(fmt::format("  {} operations in the queue", queue.size()));
  const auto& figures = status.at("figures").as_object();
  const auto& connections = status.at("connections").as_object();
  const auto& calls = status.at("calls").as_object();
  context.say(fmt::format("  cycles {} ({} failed), objects {}, links {}, notifications {} ({} failed), updates {}", count(figures, "cycles"), count(figures, "cycles_failed"),
                          count(figures, "objects_applied"), count(figures, "links_applied"), count(figures, "notifications_sent"), count(figures, "notifications_failed"), count(figures, "updates")));
  context.say(fmt::format("  connections {} of {}, calls {} ({} in progress, {} refused)", count(connections, "open"), count(connections, "limit"), count(calls, "served"), count(calls, "in_progress"),
                          count(calls, "refused_busy") + count(calls, "refused_callers")));
  say_ldap(context, status);
}

Result<> run(cli::Context& context, Arguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  auto server = ControlClient::connect(control_path(*config));
  if (!server) return std::unexpected(std::move(server.error()));
  while (true) {
    auto status = (*server)->call({{"command", "status"}});
    if (!status) return std::unexpected(std::move(status.error()));
    status->erase("done");
    if (arguments.watch && isatty(STDOUT_FILENO) != 0 && !context.json()) std::fputs("\x1b[H\x1b[2J", stdout);
    if (arguments.watch && context.json())
      context.print_line(*status);
    else
      say_status(context, *status);
    if (!arguments.watch) {
      context.print("tributary.dsa.status/1", std::move(*status));
      return {};
    }
    std::fflush(stdout);
    if (std::ferror(stdout) != 0) return {};
    std::this_thread::sleep_for(std::chrono::duration<double>(arguments.interval_s));
  }
}

}  // namespace

void add_status(cli::App& app, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = add_verb(app, group, "status", "How the running DSA is doing: replicas, partners, queue, rates, limits",
                                 "  tributary dsa status\n  tributary dsa status --watch\n  tributary dsa status --json\n", arguments, run);
  sub->add_flag("--watch", arguments->watch, "Again and again, until interrupted");
  sub->add_option("--interval", arguments->interval_s, "Seconds between two looks (default: 2)")->type_name("SECONDS")->check(CLI::Range(0.1, 3600.0));
}

}  // namespace tributary::dsa
