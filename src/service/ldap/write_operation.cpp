// SPDX-License-Identifier: Apache-2.0
// How a write is run: its work inside an update that may be shared with others, again in another transaction while it says so, then the
// answer; descriptors below that are left over are made afterwards in pieces of their own ([MS-ADTS] 3.1.1.5.1.4, 3.1.1.6.3).
#include <exception>

#include "base/win32.hpp"
#include "service/access/descriptor_propagation.hpp"
#include "service/ldap/write.hpp"

namespace tributary::service::ldap_face {
namespace {

constexpr std::size_t kDescriptorsInPiece = 1'000;

/// A request under way. What runs it on other threads keeps it alive.
struct Running {
  Running(LdapCall call, WriteControls controls, WriteWork work) : call(std::move(call)), controls(controls), work(std::move(work)) {}
  LdapCall call;
  const WriteControls controls;
  const WriteWork work;
  WriteProgress progress;
  lp::Outcome outcome;
  bool has_refused = false;  ///< `outcome` is the work's own
  std::atomic<bool> is_finished{false}, is_abandoned{false};
};

/// One run. Everything that the work gives is set anew.
Result<repl::Updates> run_once(Running& running, const repl::Context& context, store::WriteTransaction& tx) {
  running.progress = {};
  running.has_refused = false;
  running.outcome = {};
  const auto refused = [&](lp::Outcome outcome, Error error) {
    running.outcome = std::move(outcome);
    running.has_refused = true;
    return std::unexpected(std::move(error));
  };
  try {
    Write write(running.call, running.controls, context, tx, running.progress);
    running.work(write);
    return std::move(write.updates);
  } catch (const WriteRefusal& refusal) {
    return refused(refusal.outcome, {refusal.win32, Phase::kNone, refusal.outcome.message});
  } catch (const directory::Refusal& refusal) {
    return refused(outcome_of_update(refusal.error), refusal.error);
  }
}

void settle(Running& running, const Result<repl::Updates>& result) {
  if (!result && !running.has_refused) running.outcome = lp::outcome_of(result.error());
  if (running.progress.wants_rids) running.call.dsa.want_rids();
}

/// Descriptors that a change left to be made: until there are none.
void propagate_later(Dsa& dsa) {
  const auto more = std::make_shared<bool>(false);
  dsa.update_later(
      [more](const repl::Context& context, store::WriteTransaction& tx) -> Result<repl::Updates> {
        const auto work = continue_descriptor_propagation(tx, context, kDescriptorsInPiece);
        if (!work) return std::unexpected(work.error());
        *more = work->more;
        return repl::Updates{};
      },
      [more, &dsa](const Result<repl::Updates>& result) {
        if (!result) return dsa.log('w', "descriptors below a changed one: " + describe_error(result.error()) + "; they are made at the next opportunity");
        if (*more) propagate_later(dsa);
      });
}

void submit(const std::shared_ptr<Running>& running) {
  running->call.dsa.update_later([running](const repl::Context& context, store::WriteTransaction& tx) { return run_once(*running, context, tx); },
                                 [running](const Result<repl::Updates>& result) {
                                   settle(*running, result);
                                   if (result && running->progress.again && !running->is_abandoned) return submit(running);
                                   const bool has_descriptors = result && running->progress.has_descriptors;
                                   Dsa& dsa = running->call.dsa;
                                   running->is_finished = true;
                                   running->call.wake();
                                   if (has_descriptors) propagate_later(dsa);
                                 });
}

class WriteOperation final : public lp::Operation {
 public:
  WriteOperation(lp::ResponseTag tag, std::shared_ptr<Running> running) : tag_(tag), running_(std::move(running)) {}

  State run(Bytes& out) override {
    if (!std::exchange(is_begun_, true)) submit(running_);
    if (!running_->is_finished) return State::kWaiting;
    lp::append_result(out, running_->call.message.id, tag_, running_->outcome);
    return State::kDone;
  }
  void abandon() noexcept override { running_->is_abandoned = true; }

 private:
  lp::ResponseTag tag_;
  std::shared_ptr<Running> running_;
  bool is_begun_ = false;
};

}  // namespace

std::unique_ptr<lp::Operation> write_operation(LdapCall call, lp::ResponseTag tag, WriteControls controls, WriteWork work) {
  return std::make_unique<WriteOperation>(tag, std::make_shared<Running>(std::move(call), controls, std::move(work)));
}

lp::Outcome write_now(LdapCall& call, const WriteControls& controls, const WriteWork& work) {
  Running running(call, controls, work);
  const auto result = call.dsa.update([&](const repl::Context& context, store::WriteTransaction& tx) { return run_once(running, context, tx); });
  settle(running, result);
  if (result && running.progress.has_descriptors) propagate_later(call.dsa);
  return running.outcome;
}

}  // namespace tributary::service::ldap_face
