// SPDX-License-Identifier: Apache-2.0
// The form of an operation of drsuapi: a function of the DSA, the caller and the request. An Error's code is what the call returns; the
// other outputs are then those of a failed call. What is not named in an interface of src/service/directory and src/service/drs is not
// offered. Operations run on worker threads and may block; one that waits for others (replication) takes an Answer instead and returns.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "drsuapi/operations.hpp"
#include "service/dsa.hpp"

namespace tributary::service {

template <class Op>
using Operation = Result<typename Op::Out> (*)(Dsa&, const CallContext&, const typename Op::In&);

/// The call behind an Answer.
class OpenCall {
 public:
  virtual ~OpenCall() = default;
  /// Any thread; the first of them counts.
  virtual void complete(Bytes stub) = 0;
  virtual void fail(std::uint32_t fault) = 0;
  /// `notify` runs once when the client gives up before there is an answer, at once if it already has; then nobody waits any more.
  virtual void when_cancelled(std::move_only_function<void()> notify) = 0;
  /// A failure of the operation itself, for the log.
  virtual void note(const Error& error) = 0;
};

/// What an operation owes its caller. Any thread; whoever drops it unanswered leaves the client with a fault.
template <class Op>
class Answer {
 public:
  explicit Answer(std::shared_ptr<OpenCall> call) : call_(std::move(call)) {}

  /// Encodes before it returns: what `result` borrows from may go afterwards.
  void operator()(Result<typename Op::Out> result) const {
    if (!result) call_->note(result.error());
    typename Op::Out out;
    if (result)
      out = std::move(*result);
    else
      out.result = static_cast<std::uint32_t>(result.error().code);
    call_->complete(drsuapi::encode_out<Op>(out));
  }
  [[nodiscard]] const std::shared_ptr<OpenCall>& call() const noexcept { return call_; }

 private:
  std::shared_ptr<OpenCall> call_;
};

/// The same for an operation whose result borrows from memory of its own, or that comes later. The request lives until it returns.
template <class Op>
using AnsweringOperation = void (*)(Dsa&, const CallContext&, const typename Op::In&, Answer<Op>);

}  // namespace tributary::service
