// SPDX-License-Identifier: Apache-2.0
// See options.hpp.
#include "sim/options.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <charconv>

#include "base/win32.hpp"

namespace tributary::sim {
namespace {

struct Word {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array<Word, 15> kFaults = {{
    {"delay", "messages take up to two seconds"},
    {"loss", "messages are lost"},
    {"duplicate", "messages arrive twice"},
    {"reorder", "messages overtake each other"},
    {"partition", "a DSA is cut off from some others for a while"},
    {"oneway", "... in one direction only"},
    {"stall", "nothing arrives for a while, then all of it"},
    {"crash", "a DSA loses what was not committed, and starts again at once or later"},
    {"restore", "a DSA is restored from an old backup and takes a new invocationId"},
    {"rollback", "a DSA is put back without one: it must be found out"},
    {"skew", "clocks differ, and jump"},
    {"slowdisk", "a DSA takes its time"},
    {"diskfull", "a disk has no room for a while"},
    {"newid", "a DSA takes a new invocationId"},
    {"age", "the tombstone lifetime passes, and garbage is collected"},
}};
constexpr std::array<Word, kWorkCount> kWorks = {{
    {"add", "new objects"},
    {"modify", "values of attributes come, go and are replaced"},
    {"move", "objects move below another parent"},
    {"rename", "objects get another name"},
    {"delete", "objects and trees are deleted"},
    {"undelete", "deleted objects come back"},
    {"link", "link values come"},
    {"unlink", "link values go"},
    {"collide", "two DSAs give one name to two objects, or write one attribute"},
    {"cross", "two DSAs move two objects below each other"},
    {"orphan", "one DSA deletes a container, another one puts something into it"},
    {"schema", "the schema is extended"},
    {"ncadd", "an NC is made"},
    {"ncremove", "an NC is taken down"},
    {"replica", "replicas are added, made partial and removed"},
    {"raise", "stamps are raised without a change"},
}};

template <std::size_t N>
std::optional<std::uint32_t> parse_set(const std::array<Word, N>& words, std::string_view text) {
  if (text == "all") return (1u << N) - 1;
  if (text == "none") return 0;
  std::uint32_t set = 0;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto word = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    std::size_t i = 0;
    while (i < N && words[i].name != word) ++i;
    if (i == N) return std::nullopt;
    set |= 1u << i;
  }
  return set;
}

template <std::size_t N>
std::string format_set(const std::array<Word, N>& words, std::uint32_t set) {
  if (set == 0) return "none";
  if (set == (1u << N) - 1) return "all";
  std::string text;
  for (std::size_t i = 0; i < N; ++i)
    if ((set >> i & 1) != 0) text += (text.empty() ? "" : ",") + std::string(words[i].name);
  return text;
}

template <class Number>
bool parse_number(std::string_view text, Number low, Number high, Number& into) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) return false;
  into = value;
  return true;
}

bool parse_seeds(std::string_view text, Options& options) {
  const auto dash = text.find('-');
  if (!parse_number<std::uint64_t>(text.substr(0, dash), 1, UINT64_MAX / 2, options.first_seed)) return false;
  options.last_seed = options.first_seed;
  return dash == std::string_view::npos || parse_number(text.substr(dash + 1), options.first_seed, UINT64_MAX / 2, options.last_seed);
}

bool parse_value(std::string_view key, const std::string& value, Options& options) {
  if (key == "--seeds") return parse_seeds(value, options);
  if (key == "--ops") return parse_number<std::uint32_t>(value, 0, kOperationsMax, options.operations);
  if (key == "--dsas") return parse_number(value, 1, kDsasMax, options.dsas);
  if (key == "--jobs") return parse_number(value, 1u, 64u, options.jobs);
  if (key == "--store") {
    options.store = value == "lmdb" ? StoreKind::kLmdb : StoreKind::kMemory;
    return value == "lmdb" || value == "memory";
  }
  if (key == "--faults" || key == "--workload") {
    const bool is_faults = key == "--faults";
    const auto set = is_faults ? parse_set(kFaults, value) : parse_set(kWorks, value);
    if (set) (is_faults ? options.faults : options.workload) = *set;
    return set.has_value();
  }
  if (key == "--plant") {
    for (const auto& bug : planted_bugs())
      if (bug == value) return options.plant = value, true;
    return false;
  }
  if (key == "--folder") return options.folder = value, !value.empty();
  if (key == "--regressions") return options.regressions = value, !value.empty();
  return false;
}

}  // namespace

std::string_view name_of(Fault fault) noexcept { return kFaults[static_cast<std::size_t>(std::countr_zero(std::uint32_t{fault}))].name; }
std::string_view name_of(Work work) noexcept { return kWorks[static_cast<std::size_t>(work)].name; }

const std::vector<std::string>& planted_bugs() {
  static const std::vector<std::string> kBugs = {"stamp", "cursor", "link", "conflict"};
  return kBugs;
}

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& key = arguments[i];
    if (key == "--help" || key == "-h") {
      options.wants_help = true;
    } else if (key == "--verbose") {
      options.is_verbose = true;
    } else if (key == "--trace") {
      options.has_trace = true;
    } else if (i + 1 == arguments.size()) {
      return fail(win32::kErrorInvalidParameter, fmt::format("\"{}\" is no option, or its value is missing; --help says more", key));
    } else if (!parse_value(key, arguments[i + 1], options)) {
      return fail(win32::kErrorInvalidParameter, fmt::format("\"{} {}\" is not understood; --help says more", key, arguments[i + 1]));
    } else {
      ++i;
    }
  }
  return options;
}

std::string help_text() {
  std::string text =
      "usage: sim [options]\n"
      "Runs DSAs of the real engine and store on a virtual clock and network, everything from one seed, breaks what can break,\n"
      "and judges what came out. Exit status 1 when a checker fails; then the seed and the line that replays it are printed.\n\n"
      "  --seeds N | A-B     which seeds (1)\n"
      "  --ops N             operations of clients in each run (200)\n"
      "  --dsas N            how many DSAs, at most 16 (5)\n"
      "  --store memory|lmdb the engine below the store (memory)\n"
      "  --folder PATH       where LMDB's files are (a new folder in the system's place for temporary files)\n"
      "  --faults LIST       which faults are allowed: all, none, or names with commas (all)\n"
      "  --workload LIST     which kinds of work: all, or names with commas (all)\n"
      "  --plant BUG         plants a bug into the engine, which has to be found: stamp, cursor, link, conflict\n"
      "  --regressions FILE  replays the lines of a file instead\n"
      "  --jobs N            processes at a time (1)\n"
      "  --verbose           one line for each seed\n"
      "  --trace             prints the history of each run; of a failing one with what the checkers found\n\n"
      "Faults:\n";
  for (const auto& word : kFaults) text += fmt::format("  {:<12} {}\n", word.name, word.meaning);
  text += "\nWork:\n";
  for (const auto& word : kWorks) text += fmt::format("  {:<12} {}\n", word.name, word.meaning);
  return text;
}

std::string replay_line(const Options& options, std::uint64_t seed) {
  std::string line = fmt::format("sim --seeds {} --ops {} --dsas {}", seed, options.operations, options.dsas);
  if (options.store == StoreKind::kLmdb) line += " --store lmdb";
  if (options.faults != kFaultAll) line += " --faults " + format_set(kFaults, options.faults);
  if (options.workload != (1u << kWorkCount) - 1) line += " --workload " + format_set(kWorks, options.workload);
  if (!options.plant.empty()) line += " --plant " + options.plant;
  return line + " --trace";
}

}  // namespace tributary::sim
