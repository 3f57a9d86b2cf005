// SPDX-License-Identifier: Apache-2.0
// The program: seeds one after the other or in several processes, failures with the line that replays them, and a summary.
// Here is the only look at a real clock, for the figure of the summary; no run sees it.
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/options.hpp"
#include "sim/planted.hpp"
#include "sim/run.hpp"

namespace {

using namespace tributary;
using namespace tributary::sim;

struct Totals {
  std::uint64_t seeds = 0, failed = 0, operations = 0, refused = 0, cycles = 0, faults = 0, quarantines = 0, events = 0, writes = 0;
  double virtual_hours = 0;
};

void add(Totals& to, const Outcome& outcome) {
  ++to.seeds;
  to.failed += outcome.failures.empty() ? 0 : 1;
  to.operations += outcome.figures.operations;
  to.refused += outcome.figures.refused;
  to.cycles += outcome.figures.cycles;
  to.faults += outcome.figures.faults;
  to.quarantines += outcome.figures.quarantines;
  to.events += outcome.events;
  to.writes += outcome.writes;
  to.virtual_hours += static_cast<double>(outcome.virtual_time.count()) / 3.6e12;
}

void add(Totals& to, const Totals& part) {
  to.seeds += part.seeds, to.failed += part.failed, to.operations += part.operations, to.refused += part.refused, to.cycles += part.cycles;
  to.faults += part.faults, to.quarantines += part.quarantines, to.events += part.events, to.writes += part.writes;
  to.virtual_hours += part.virtual_hours;
}

void report(const Options& options, const Outcome& outcome) {
  if (options.has_trace)
    for (const auto& line : outcome.history) fmt::print("{}\n", line);
  if (options.is_verbose)
    fmt::print("seed {}: {}, {} operations, {} cycles, {} faults, {} events, digest {:016x}\n", outcome.seed,
               outcome.failures.empty() ? "good" : "FAILED", outcome.figures.operations, outcome.figures.cycles, outcome.figures.faults,
               outcome.events, outcome.digest);
  if (outcome.failures.empty()) return;
  fmt::print("seed {} FAILED\n", outcome.seed);
  constexpr std::size_t kShown = 5;
  for (std::size_t i = 0; i < outcome.failures.size() && i < kShown; ++i) fmt::print("  {}\n", outcome.failures[i]);
  if (outcome.failures.size() > kShown) fmt::print("  and {} more\n", outcome.failures.size() - kShown);
  fmt::print("  replay: {}\n", replay_line(options, outcome.seed));
}

/// Every jobs-th seed, beginning with `first`. `running` is the one that is at work, for who finds this process dead.
Totals run_share(Options options, unsigned first, volatile std::uint64_t* running = nullptr) {
  options.folder += fmt::format("/{}", first);
  Totals totals;
  for (auto seed = options.first_seed + first; seed <= options.last_seed; seed += options.jobs) {
    if (running != nullptr) *running = seed;
    const auto outcome = run_seed(options, seed);
    report(options, outcome);
    std::fflush(stdout);
    add(totals, outcome);
  }
  return totals;
}

Totals run_all(const Options& options) {
  if (options.jobs == 1) return run_share(options, 0);
  Totals totals;
  const std::size_t size = options.jobs * sizeof(std::uint64_t);
  void* const shared = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return run_share([&] { auto alone = options; alone.jobs = 1; return alone; }(), 0);
  auto* const running = static_cast<volatile std::uint64_t*>(shared);
  std::vector<std::pair<pid_t, int>> children;
  for (unsigned i = 0; i < options.jobs; ++i) {
    int ends[2];
    if (pipe(ends) != 0) continue;
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      const auto share = run_share(options, i, running + i);
      const bool is_written = write(ends[1], &share, sizeof share) == static_cast<ssize_t>(sizeof share);
      _exit(is_written ? 0 : 1);
    }
    close(ends[1]);
    if (child > 0) children.emplace_back(child, ends[0]);
  }
  if (children.size() != options.jobs) totals.failed = 1;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto [child, end] = children[i];
    Totals share;
    const bool is_whole = read(end, &share, sizeof share) == static_cast<ssize_t>(sizeof share);
    close(end);
    int status = 0;
    waitpid(child, &status, 0);
    if (is_whole) {
      add(totals, share);
    } else {
      ++totals.failed;
      const std::uint64_t seed = running[i];
      fmt::print("the process that ran seed {} died of {} {}; its other seeds are not counted\n  replay: {}\n", seed,
                 WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), replay_line(options, seed));
    }
  }
  munmap(shared, size);
  return totals;
}

int summarize(const Totals& totals, double seconds) {
  fmt::print("{} operations accepted and {} refused, {} cycles, {} faults, {} quarantines, {} originating writes, {} events, {:.0f} virtual hours, "
             "{:.1f} s\n",
             totals.operations, totals.refused, totals.cycles, totals.faults, totals.quarantines, totals.writes, totals.events,
             totals.virtual_hours, seconds);
  fmt::print("seeds: {} passed, {} failed\n", totals.seeds - totals.failed, totals.failed);
  return totals.failed == 0 ? 0 : 1;
}

/// Each line has the arguments of one run; what follows a # is why it is there.
int replay_regressions(const Options& options) {
  std::ifstream file(options.regressions);
  if (!file) return fmt::print(stderr, "sim: {} cannot be read\n", options.regressions), 2;
  Totals totals;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    if (arguments.empty()) continue;
    auto parsed = parse_options(arguments);
    if (!parsed) return fmt::print(stderr, "sim: {}: {}\n", line, parsed.error().detail), 2;
    parsed->folder = options.folder;
    parsed->is_verbose = options.is_verbose;
    parsed->has_trace = options.has_trace;
    add(totals, run_all(*parsed));
  }
  return summarize(totals, 0);
}

/// The program beside this one whose engine has places for bugs.
int run_planted(char** arguments) {
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  const std::string other = (self.parent_path() / "sim_planted").string();
  if (!failed && self.filename() != "sim_planted") execv(other.c_str(), arguments);
  fmt::print(stderr, "sim: {} cannot be run\n", other);
  return 2;
}

std::string temporary_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tributary-sim-XXXXXX").string();
  return mkdtemp(pattern.data()) != nullptr ? pattern : std::string();
}

int run(const std::vector<std::string>& words, char** arguments) {
  auto options = parse_options(words);
  if (!options) return fmt::print(stderr, "sim: {}\n", options.error().detail), 2;
  if (options->wants_help) return fmt::print("{}", help_text()), 0;
  if (!plant(options->plant)) return run_planted(arguments);
  const bool is_own_folder = options->folder.empty();
  if (is_own_folder) options->folder = temporary_folder();
  const auto begin = std::chrono::steady_clock::now();
  const int status = options->regressions.empty() ? -1 : replay_regressions(*options);
  const auto totals = status == -1 ? run_all(*options) : Totals{};
  std::error_code ignored;
  if (is_own_folder) std::filesystem::remove_all(options->folder, ignored);
  if (status != -1) return status;
  return summarize(totals, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc}, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "sim: {}\n", error.what());
    return 2;
  }
}
