// SPDX-License-Identifier: Apache-2.0
// The operation that is over with its first step: a result and nothing before it. Declared in operations.hpp.
#include "service/ldap/operations.hpp"

namespace tributary::service::ldap_face {
namespace {

class Finished final : public lp::Operation {
 public:
  Finished(std::int32_t id, lp::ResponseTag tag, lp::Outcome outcome, std::vector<lp::OwnedControl> controls)
      : id_(id), tag_(tag), outcome_(std::move(outcome)), controls_(std::move(controls)) {}
  State run(Bytes& out) override {
    lp::append_result(out, id_, tag_, outcome_, controls_);
    return State::kDone;
  }

 private:
  std::int32_t id_;
  lp::ResponseTag tag_;
  lp::Outcome outcome_;
  std::vector<lp::OwnedControl> controls_;
};

}  // namespace

std::unique_ptr<lp::Operation> finished(std::int32_t id, lp::ResponseTag tag, lp::Outcome outcome, std::vector<lp::OwnedControl> controls) {
  return std::make_unique<Finished>(id, tag, std::move(outcome), std::move(controls));
}

}  // namespace tributary::service::ldap_face
