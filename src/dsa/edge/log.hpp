// SPDX-License-Identifier: Apache-2.0
// The log of a DSA: one line for each event, with a level and, for the journal, fields (PRIORITY, SYSLOG_IDENTIFIER) in journald's native
// protocol; to standard error otherwise. Any thread. Whoever writes sees to it that no secret is in a line.
#pragma once

#include <memory>
#include <string_view>

#include "dsa/config/config.hpp"

namespace spdlog {
class logger;
}

namespace tributary::dsa {

class Log {
 public:
  Log(LogTarget target, LogLevel level);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// 'e', 'w', 'i' or 'd'. What could move a cursor or forge a second line is escaped.
  void write(char level, std::string_view line);
  void set_level(LogLevel level);

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace tributary::dsa
