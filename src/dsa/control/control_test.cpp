// SPDX-License-Identifier: Apache-2.0
// The control socket: lines and requests as text, and a server with a client, with a file that travels beside a request.
#include "dsa/control/control_socket.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/win32.hpp"

namespace tributary::dsa {
namespace {

using boost::json::object;
using testing::HasSubstr;

TEST(LineBuffer, GivesWholeLinesWhateverThePieces) {
  const std::string text = "{\"a\":1}\n\nlast\nrest";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    LineBuffer buffer;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      ASSERT_TRUE(buffer.feed(std::string_view(text).substr(at, piece)));
      while (auto line = buffer.take()) lines.push_back(*line);
    }
    EXPECT_EQ(lines, (std::vector<std::string>{"{\"a\":1}", "", "last"})) << piece;
  }
}

TEST(LineBuffer, RefusesALineThatGrowsTooLong) {
  LineBuffer buffer;
  const std::string piece(1 << 16, 'x');
  Result<void> fed;
  for (std::size_t size = 0; fed && size <= kControlLineOctetsMax; size += piece.size()) fed = buffer.feed(piece);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, win32::kErrorInvalidData);
}

TEST(ControlRequest, IsAnObjectWithACommand) {
  ASSERT_TRUE(parse_control_request(R"({"command":"status"})"));
  for (const auto* wrong : {"", "status", "[]", "{}", R"({"command":1})", R"({"command":"a")", R"({"command":{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{}}}}}}}}}})"})
    EXPECT_FALSE(parse_control_request(wrong)) << wrong;
}

class ControlSocket : public ::testing::Test {
 protected:
  ControlSocket() : path_(testing::TempDir() + "control-" + std::to_string(getpid())) {}
  void start(ControlServer::Handler handler) {
    auto server = ControlServer::start(path_, std::move(handler));
    ASSERT_TRUE(server) << server.error().detail;
    server_ = std::move(*server);
  }
  std::string path_;
  std::unique_ptr<ControlServer> server_;
};

TEST_F(ControlSocket, AnswersInLinesOfWhichTheLastIsTheResult) {
  start([](const object& request, Descriptor, const ControlReply& progress) -> Result<object> {
    EXPECT_TRUE(progress({{"step", 1}}));
    EXPECT_TRUE(progress({{"step", 2}}));
    return object{{"echo", request.at("command")}};
  });
  auto client = ControlClient::connect(path_);
  ASSERT_TRUE(client);
  int steps = 0;
  for (int i = 0; i < 2; ++i) {
    const auto answer = (*client)->call({{"command", "hello"}}, -1, [&](const object& line) { steps += static_cast<int>(line.at("step").as_int64()); });
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->at("echo").as_string(), "hello");
  }
  EXPECT_EQ(steps, 6);
}

TEST_F(ControlSocket, AFailureTravelsWithItsCode) {
  start([](const object&, Descriptor, const ControlReply&) -> Result<object> { return fail(win32::kErrorDsDraBadNc, "DC=nowhere"); });
  auto client = ControlClient::connect(path_);
  ASSERT_TRUE(client);
  const auto answer = (*client)->call({{"command", "x"}});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, win32::kErrorDsDraBadNc);
  EXPECT_EQ(answer.error().detail, "DC=nowhere");
}

TEST_F(ControlSocket, AFileGoesWithTheRequest) {
  start([](const object&, Descriptor file, const ControlReply&) -> Result<object> {
    char text[16] = {};
    const auto size = pread(file.get(), text, sizeof text, 0);
    return object{{"text", std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0)}};
  });
  const Descriptor file(memfd_create("test", MFD_CLOEXEC));
  ASSERT_EQ(write(file.get(), "content", 7), 7);
  auto client = ControlClient::connect(path_);
  ASSERT_TRUE(client);
  const auto answer = (*client)->call({{"command", "read"}}, file.get());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at("text").as_string(), "content");
}

TEST_F(ControlSocket, IsItsOwnersAlone) {
  start([](const object&, Descriptor, const ControlReply&) -> Result<object> { return object{}; });
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(ControlSocket, IsTakenOverFromTheDeadAndNotFromTheLiving) {
  start([](const object&, Descriptor, const ControlReply&) -> Result<object> { return object{}; });
  const auto second = ControlServer::start(path_, [](const object&, Descriptor, const ControlReply&) -> Result<object> { return object{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, win32::kErrorAlreadyExists);
  server_.reset();
  EXPECT_FALSE(ControlClient::connect(path_));
  const int left_over = open(path_.c_str(), O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(left_over, 0);
  close(left_over);
  start([](const object&, Descriptor, const ControlReply&) -> Result<object> { return object{}; });
  EXPECT_TRUE(ControlClient::connect(path_));
}

}  // namespace
}  // namespace tributary::dsa
