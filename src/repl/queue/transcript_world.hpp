// SPDX-License-Identifier: Apache-2.0
// For tests of this room only: one Scheduler driven by lines of text, and its actions as text. testdata/README.md has the grammar.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "repl/queue/scheduler.hpp"

namespace tributary::repl::test {

/// A line: its words, and those of the form key=value by key.
struct Line {
  std::vector<std::string> words;
  std::map<std::string, std::string> values;

  explicit Line(std::string_view text);
  [[nodiscard]] const std::string& word(std::size_t i) const;
  [[nodiscard]] bool has(std::string_view word) const;
  [[nodiscard]] std::string value(const std::string& key, std::string otherwise = {}) const;
  [[nodiscard]] std::int64_t number(const std::string& key, std::int64_t otherwise) const;
};

class World {
 public:
  /// Carries one line out and returns what the scheduler did about it, one action a line.
  std::string run(std::string_view text);

 private:
  std::string setup(const Line& line, bool& is_done);
  std::string deliver(const Event& event);
  std::string request(const Line& line);
  [[nodiscard]] OperationRequest request_of(const Line& line, OperationKind kind, std::uint32_t options);
  [[nodiscard]] Changes changes_of(const Line& line) const;
  [[nodiscard]] std::string show_queue() const;
  [[nodiscard]] std::string nc_name(const ObjectGuid& guid) const;
  [[nodiscard]] static std::string dsa_name(const DsaGuid& guid, const std::string& address);

  std::string text(const Start& a) const;
  std::string text(const Preempt& a) const;
  std::string text(const Reply& a) const;
  std::string text(const Notify& a) const;
  std::string text(const ForgetPartner& a) const;
  std::string text(const WakeAt& a) const;
  std::string text(const Log& a) const;

  Scheduler scheduler_;
  std::vector<NcReplica> replicas_;
  Now now_{std::chrono::seconds(1000), to_file_time(DsTime{13'439'822'400})};  ///< Sunday 2026-11-22T12:00:00Z
};

}  // namespace tributary::repl::test
