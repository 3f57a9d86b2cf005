// SPDX-License-Identifier: Apache-2.0
// See log.hpp. journald's native protocol: a datagram of FIELD=value lines.
#include "dsa/edge/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

#include "base/utf.hpp"

namespace tributary::dsa {
namespace {

constexpr std::size_t kLineOctetsMax = 4096;
constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kWarning: return spdlog::level::warn;
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: break;
  }
  return spdlog::level::info;
}

class JournalSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  JournalSink() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~JournalSink() override {
    if (socket_ >= 0) close(socket_);
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const int priority = message.level >= spdlog::level::err ? 3 : message.level == spdlog::level::warn ? 4 : message.level == spdlog::level::info ? 6 : 7;
    const std::string datagram = "PRIORITY=" + std::to_string(priority) + "\nSYSLOG_IDENTIFIER=tributary-dsa\nMESSAGE=" +
                                 std::string(message.payload.data(), message.payload.size()) + '\n';
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, kJournalSocket, sizeof(address.sun_path) - 1);
    // A journal that takes nothing loses lines; it does not stop a DSA.
    (void)sendto(socket_, datagram.data(), datagram.size(), MSG_NOSIGNAL | MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  void flush_() override {}

  int socket_;
};

/// systemd says which stream is the journal's: JOURNAL_STREAM has its device and inode.
bool stderr_is_journal() {
  const char* const stream = std::getenv("JOURNAL_STREAM");
  struct stat status{};
  return stream != nullptr && fstat(STDERR_FILENO, &status) == 0 &&
         std::string(stream) == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace

Log::Log(LogTarget target, LogLevel level) {
  const bool to_journal = target == LogTarget::kJournal || (target == LogTarget::kAuto && stderr_is_journal());
  spdlog::sink_ptr sink;
  if (to_journal)
    sink = std::make_shared<JournalSink>();
  else
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  logger_ = std::make_shared<spdlog::logger>("tributary-dsa", std::move(sink));
  logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  set_level(level);
}
Log::~Log() = default;

void Log::set_level(LogLevel level) { logger_->set_level(level_of(level)); }

void Log::write(char level, std::string_view line) {
  const auto as = level == 'e' ? spdlog::level::err : level == 'w' ? spdlog::level::warn : level == 'i' ? spdlog::level::info : spdlog::level::debug;
  if (!logger_->should_log(as)) return;
  logger_->log(as, "{}", to_printable(line, kLineOctetsMax));
}

}  // namespace tributary::dsa
