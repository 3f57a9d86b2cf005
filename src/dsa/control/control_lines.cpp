// SPDX-License-Identifier: Apache-2.0
// Lines and requests of the control socket, as text. See control_socket.hpp.
#include "base/win32.hpp"
#include "dsa/control/control_socket.hpp"

namespace tributary::dsa {

Result<void> LineBuffer::feed(std::string_view octets) {
  octets_ += octets;
  // Only the first line can be too long without anybody having had a chance to take it.
  if (octets_.size() > kControlLineOctetsMax && octets_.find('\n') > kControlLineOctetsMax)
    return fail(win32::kErrorInvalidData, "a line of the control socket is too long");
  return {};
}

std::optional<std::string> LineBuffer::take() {
  const auto end = octets_.find('\n', looked_at_);
  if (end == std::string::npos) {
    looked_at_ = octets_.size();
    return std::nullopt;
  }
  std::string line = octets_.substr(0, end);
  octets_.erase(0, end + 1);
  looked_at_ = 0;
  return line;
}

Result<boost::json::object> parse_control_request(std::string_view line) {
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 8;
  auto value = boost::json::parse(boost::json::string_view(line.data(), line.size()), error, {}, options);
  if (error || !value.is_object()) return fail(win32::kErrorInvalidData, "the request is no JSON object");
  const auto* command = value.as_object().if_contains("command");
  if (command == nullptr || !command->is_string()) return fail(win32::kErrorInvalidData, "the request has no command");
  return std::move(value.as_object());
}

}  // namespace tributary::dsa
