// SPDX-License-Identifier: Apache-2.0
// What systemd is told, and that nobody is kept waiting by a manager that does not listen.
#include "dsa/edge/service_manager.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

namespace tributary::dsa {
namespace {

class Manager : public ::testing::Test {
 protected:
  Manager() : path_(testing::TempDir() + "notify-" + std::to_string(getpid())), socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    unlink(path_.c_str());
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }
  ~Manager() override {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    close(socket_);
    unlink(path_.c_str());
  }
  std::string received() {
    char text[256];
    const auto size = recv(socket_, text, sizeof text, MSG_DONTWAIT);
    return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  std::string path_;
  int socket_;
};

TEST_F(Manager, HearsWhatIsSaid) {
  const ServiceManager manager;
  manager.notify("READY=1\nSTATUS=serves");
  EXPECT_EQ(received(), "READY=1\nSTATUS=serves");
}

TEST_F(Manager, TheWatchdogIsFedTwiceAsOftenAsItAsks) {
  EXPECT_FALSE(ServiceManager().watchdog_interval());
  setenv("WATCHDOG_USEC", "60000000", 1);
  EXPECT_EQ(ServiceManager().watchdog_interval(), std::chrono::seconds(30));
  setenv("WATCHDOG_USEC", "nonsense", 1);
  EXPECT_FALSE(ServiceManager().watchdog_interval());
}

TEST_F(Manager, ThatDoesNotListenKeepsNobodyForLong) {
  const ServiceManager manager;
  const int size = 1;
  setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  const auto began = std::chrono::steady_clock::now();
  const std::string long_state(100'000, 'x');
  for (int i = 0; i < 3; ++i) manager.notify(long_state);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST(NoManager, NothingHappens) {
  unsetenv("NOTIFY_SOCKET");
  ServiceManager().notify("READY=1");
  EXPECT_FALSE(ServiceManager().watchdog_interval());
}

}  // namespace
}  // namespace tributary::dsa
