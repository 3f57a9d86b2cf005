// SPDX-License-Identifier: Apache-2.0
// See transcript.hpp. A command is a word, then its subject, then key=value or bare words; '_' in a value stands for a space.
//   site S | domain D | app NC | dc A site=S domain=D | link L sites=a,b cost=N interval=N | bridge L1,L2 | transport IP
//   host A nc=NC | connect A from=B | fsmo A nc=NC | istg A silent=HOURS | fail A source=B failures=N hours=N | contact A to=B
//   deleted A from=B times=N | move A site=S | drop dc=A | drop link=L | later HOURS
//   run A | apply A | apply all | settle | connections | contacts A | check
#include "topology/testing/transcript.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "drsuapi/constants.hpp"
#include "topology/testing/graph_check.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology::testing {
namespace {

constexpr std::size_t kRoundsMax = 10;

constexpr drsuapi::Named kWords[] = {
    {NTDSSETTINGS_OPT_IS_AUTO_TOPOLOGY_DISABLED, "no-auto-topology"},
    {NTDSSETTINGS_OPT_IS_TOPL_CLEANUP_DISABLED, "no-cleanup"},
    {NTDSSETTINGS_OPT_IS_TOPL_MIN_HOPS_DISABLED, "no-min-hops"},
    {NTDSSETTINGS_OPT_IS_TOPL_DETECT_STALE_DISABLED, "no-detect-stale"},
    {NTDSSETTINGS_OPT_IS_INTER_SITE_AUTO_TOPOLOGY_DISABLED, "no-intersite"},
    {NTDSSETTINGS_OPT_IS_RAND_BH_SELECTION_DISABLED, "no-chance"},
    {NTDSSETTINGS_OPT_IS_REDUNDANT_SERVER_TOPOLOGY_ENABLED, "redundant"},
    {NTDSSETTINGS_OPT_W2K3_BRIDGES_REQUIRED, "site-bridges-required"},
    {NTDSTRANSPORT_OPT_IGNORE_SCHEDULES, "ignore-schedules"},
    {NTDSTRANSPORT_OPT_BRIDGES_REQUIRED, "bridges-required"},
    {NTDSSITELINK_OPT_USE_NOTIFY, "notify"},
    {NTDSSITELINK_OPT_TWOWAY_SYNC, "two-way"},
    {NTDSSITELINK_OPT_DISABLE_COMPRESSION, "no-compression"},
    {NTDSCONN_OPT_IS_GENERATED, "generated"},
    {NTDSCONN_OPT_OVERRIDE_NOTIFY_DEFAULT, "override-notify"},
    {NTDSCONN_OPT_USE_NOTIFY, "use-notify"},
    {NTDSCONN_OPT_USER_OWNED_SCHEDULE, "user-schedule"},
    {NTDSCONN_OPT_RODC_TOPOLOGY, "rodc"},
    {NTDSDSA_OPT_DISABLE_NTDSCONN_XLATE, "no-translation"},
};

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, at);)
    if (!word.empty()) out.push_back(word);
  return out;
}

struct Command {
  std::string verb;
  std::string subject;
  std::map<std::string, std::string> values;

  explicit Command(const std::string& line) {
    for (auto& word : split(line, ' ')) {
      const auto equals = word.find('=');
      if (verb.empty()) {
        verb = word;
      } else if (equals != std::string::npos) {
        auto value = word.substr(equals + 1);
        std::ranges::replace(value, '_', ' ');
        values[word.substr(0, equals)] = value;
      } else if (subject.empty()) {
        subject = word;
      } else {
        values[word] = "";
      }
    }
  }
  [[nodiscard]] bool has(const std::string& key) const { return values.contains(key); }
  [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise = {}) const {
    const auto found = values.find(key);
    return found == values.end() ? otherwise : found->second;
  }
  [[nodiscard]] std::uint32_t number(const std::string& key, std::uint32_t otherwise) const {
    const auto digits = text(key);
    std::uint32_t value = otherwise;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }
  [[nodiscard]] std::optional<Schedule> schedule() const {
    if (!has("schedule")) return std::nullopt;
    auto parsed = parse_schedule(text("schedule"));
    if (!parsed) throw std::invalid_argument(parsed.error().detail);
    return *parsed;
  }
  [[nodiscard]] std::uint32_t options(const std::string& key = "options") const {
    std::uint32_t bits = 0;
    for (const auto& word : split(text(key), ',')) {
      const auto found = std::ranges::find(kWords, word, &drsuapi::Named::name);
      if (found == std::end(kWords)) throw std::invalid_argument("no option " + word);
      bits |= found->value;
    }
    return bits;
  }
};

class World {
 public:
  std::string run(const std::string& line) {
    const Command command(line);
    if (!build(command) && !disturb(command)) return observe(command);
    return {};
  }

 private:
  bool build(const Command& c) {
    if (c.verb == "site") return add_site(c);
    if (c.verb == "domain") return forest_.add_domain(c.subject), true;
    if (c.verb == "app") return forest_.add_application_nc(c.subject), true;
    if (c.verb == "dc") return add_dc(c);
    if (c.verb == "host") return forest_.host(c.text("nc"), c.subject, !c.has("new")), true;
    if (c.verb == "link") {
      forest_.add_link({.name = c.subject, .sites = split(c.text("sites"), ','), .cost = c.number("cost", 100),
                        .interval_minutes = c.number("interval", 180), .options = c.options(), .schedule = c.schedule(),
                        .transport = c.text("transport", "IP")});
      return true;
    }
    if (c.verb == "bridge") return forest_.add_bridge(split(c.subject, ',')), true;
    if (c.verb == "transport") {
      auto& one = forest_.transport(c.subject);
      if (c.has("options")) one.options = c.options();
      for (const auto& name : split(c.text("bridgeheads"), ',')) one.bridgehead_servers.push_back(forest_.server(name).guid);
      return true;
    }
    if (c.verb == "fsmo") return forest_.view.fsmo_owners.push_back({forest_.nc(c.text("nc")).nc, forest_.dc(c.subject).guid}), true;
    return c.verb == "connect" && connect(c);
  }

  bool add_site(const Command& c) {
    auto& settings = forest_.site(c.subject).settings;
    if (c.has("no-settings")) {
      settings.reset();
      return true;
    }
    settings->options = c.options();
    settings->schedule = c.schedule();
    settings->inter_site_topology_failover = c.number("failover", 0);
    return true;
  }

  bool add_dc(const Command& c) {
    auto& one = forest_.add_dc({.name = c.subject, .site = c.text("site"), .domain = c.text("domain"), .gc = c.has("gc"), .rodc = c.has("rodc"),
                                .version = c.number("version", 7), .mail = c.text("mail")});
    one.options |= c.options();
    return true;
  }

  bool connect(const Command& c) {
    auto& one = forest_.connect(c.subject, c.text("from"), c.options());
    if (c.has("schedule")) one.schedule = c.schedule();
    if (c.has("transport")) one.transport = forest_.transport(c.text("transport")).guid;
    one.enabled = !c.has("disabled");
    if (c.has("no-schedule")) one.schedule.reset();
    one.when_created.seconds -= std::int64_t{c.number("age", 0)} * 3600;
    return true;
  }

  bool disturb(const Command& c) {
    if (c.verb == "later") {
      std::int64_t hours = 0;
      std::from_chars(c.subject.data(), c.subject.data() + c.subject.size(), hours);
      forest_.now.seconds += hours * 3600;
      return true;
    }
    if (c.verb == "drop") return c.has("dc") ? forest_.remove_dc(c.text("dc")) : forest_.remove_link(c.text("link")), true;
    if (c.verb == "move") return forest_.server(c.subject).site = forest_.site(c.text("site")).guid, true;
    if (c.verb == "istg") return set_generator(c);
    if (c.verb == "fail") return fail(c);
    if (c.verb == "contact") {
      forest_.state(c.subject).contacts.push_back({.dsa = forest_.dc(c.text("to")).guid, .result = Win32{c.number("result", 0)}, .failed_links = {}, .failed_connections = {}});
      return true;
    }
    if (c.verb == "deleted") {
      for (std::uint32_t i = 0; i < c.number("times", 1); ++i)
        forest_.state(c.subject).deleted_connections.push_back(
            {.parent = forest_.dc(c.subject).guid, .from_server = forest_.dc(c.text("from")).guid, .options = c.options(), .time_deleted = forest_.now});
      return true;
    }
    return false;
  }

  /// The generator of A's site, and how long ago its updates were last seen by the others.
  bool set_generator(const Command& c) {
    const auto& generator = forest_.dc(c.subject);
    const auto site = forest_.server(c.subject).site;
    for (auto& one : forest_.view.sites)
      if (one.guid == site) one.settings->inter_site_topology_generator = generator.guid;
    for (const auto& one : forest_.view.dsas) {
      auto& cursors = forest_.state(forest_.name_of(one.guid)).config_cursors;
      cursors.clear();
      for (const auto& other : forest_.view.dsas)
        if (other.guid != generator.guid || !c.has("never"))
          cursors.push_back({other.invocation_id, {forest_.now.seconds - (other.guid == generator.guid ? std::int64_t{c.number("silent", 0)} * 3600 : 0)}});
    }
    return true;
  }

  bool fail(const Command& c) {
    auto& state = forest_.state(c.subject);
    const auto source = forest_.dc(c.text("source")).guid;
    const auto failures = c.number("failures", 3);
    const DsTime since{forest_.now.seconds - std::int64_t{c.number("hours", 5)} * 3600};
    if (c.has("connection")) {
      state.failed_connections.push_back({.dsa = source, .time_first_failure = since, .failure_count = failures, .last_result = Win32{1722}});
      return true;
    }
    for (auto& replica : state.replicas) {
      for (auto& value : replica.reps_from) {
        if (value.uuid_dsa != source.value) continue;
        value.consecutive_failures = failures;
        value.time_last_success = since;
        value.result_last_attempt = Win32{1722};
      }
    }
    return true;
  }

  std::string observe(const Command& c) {
    if (c.verb == "run") return to_text(forest_.run(forest_.dc(c.subject).guid), forest_.view);
    if (c.verb == "apply" && c.subject == "all") return fmt::format("{} of {} DCs changed something\n", forest_.round(), forest_.view.dsas.size());
    if (c.verb == "apply") {
      const auto plan = forest_.run(forest_.dc(c.subject).guid);
      auto text = to_text(plan, forest_.view);
      forest_.apply(plan);
      return text;
    }
    if (c.verb == "settle") return fmt::format("at rest after {} rounds\n", forest_.settle(kRoundsMax));
    if (c.verb == "connections") return connections();
    if (c.verb == "check") {
      std::string text;
      for (const auto& line : violations(forest_)) text += line + "\n";
      return text.empty() ? "whole\n" : text;
    }
    if (c.verb == "contacts") {
      std::string text;
      const auto& local = forest_.state(c.subject);
      for (const auto& one : dsas_to_contact({.view = forest_.view, .local = local, .now = forest_.now}))
        text += "contact " + forest_.name_of(one.dsa) + (one.fetch_failures ? " and fetch its failures\n" : "\n");
      return text;
    }
    throw std::invalid_argument("no command " + c.verb);
  }

  std::string connections() {
    std::vector<std::string> lines;
    for (const auto& one : forest_.view.connections)
      lines.push_back(fmt::format("{} <- {}{}{}\n", forest_.name_of(one.parent), one.from_server.is_null() ? "nobody" : forest_.name_of(one.from_server),
                                  (one.options & NTDSCONN_OPT_IS_GENERATED) != 0 ? "" : " by hand", one.enabled ? "" : " disabled"));
    std::ranges::sort(lines);
    std::string text;
    for (const auto& line : lines) text += line;
    return text;
  }

  Forest forest_;
};

}  // namespace

std::string run_transcript(const std::string& transcript) {
  World world;
  std::istringstream in(transcript);
  std::string out;
  std::string results;
  for (std::string line; std::getline(in, line);) {
    out += line + "\n";
    if (line == "----") {
      for (std::string old; std::getline(in, old) && !old.empty();) {
      }
      out += results + "\n";
      results.clear();
    } else if (!line.empty() && line.front() != '#') {
      results += world.run(line);
    }
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace tributary::topology::testing
