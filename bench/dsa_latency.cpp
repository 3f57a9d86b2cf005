// SPDX-License-Identifier: Apache-2.0
// How quick two running DSAs are: DsReplicaSync with nothing new on a bound handle, and the time from a commit on A to its being visible on B.
// Usage: dsa_latency B-HOST A-HOST A-GUID NC-DN CONTAINER-DN A-CONTROL-SOCKET COUNT [RATE], with a ticket of an administrator and
// TRIBUTARY_HOSTS. With RATE changes are made so many times a second, and only they are measured.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "client/client.hpp"
#include "drsuapi/dsname.hpp"
#include "dsa/control/control_socket.hpp"

namespace {

using namespace tributary;
using namespace tributary::drsuapi;

template <class T>
T must(Result<T> result, const char* what) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s: %s\n", what, describe_error(result.error()).c_str());
  std::exit(1);
}

double milliseconds_since(MonoTime began) { return std::chrono::duration<double, std::milli>(net::monotonic_now() - began).count(); }

void report(const char* what, std::vector<double> times) {
  std::ranges::sort(times);
  const auto at = [&](double part) { return times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))]; };
  fmt::print("{}: median {:.3f} ms, 95 % {:.3f} ms, 99 % {:.3f} ms, max {:.3f} ms ({} times)\n", what, at(0.5), at(0.95), at(0.99), times.back(), times.size());
}

std::shared_ptr<client::DrsHandle> bind(net::Runtime& runtime, const std::string& host) {
  client::BindOptions options;
  options.target.domain_controller = host;
  return must(client::DrsHandle::bind(runtime, std::move(options)), "bind");
}

bool is_there(client::DrsHandle& handle, const std::string& dn) {
  DRS_MSG_CRACKREQ_V1 request;
  request.formatOffered = DS_FQDN_1779_NAME;
  request.formatDesired = DS_UNIQUE_ID_NAME;
  request.rpNames.push_back(WString{to_utf16_lossy(dn)});
  IDL_DRSCrackNames::In in;
  in.msgIn = std::move(request);
  const auto out = must(handle.call<IDL_DRSCrackNames>(std::move(in)), "IDL_DRSCrackNames");
  const auto* reply = out.msgOut.get_if<1>();
  return reply != nullptr && reply->pResult && !reply->pResult->rItems.empty() && reply->pResult->rItems[0].status == DS_NAME_NO_ERROR;
}

void add_object(dsa::ControlClient& control, const std::string& dn) {
  const dsa::Descriptor file(memfd_create("ldif", MFD_CLOEXEC));
  const std::string text = fmt::format("dn: {}\nobjectClass: contact\n\n", dn);
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || lseek(file.get(), 0, SEEK_SET) != 0) std::exit(1);
  (void)must(control.call({{"command", "import"}}, file.get()), "import");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8 && argc != 9) return std::fprintf(stderr, "usage: dsa_latency B-HOST A-HOST A-GUID NC-DN CONTAINER-DN A-CONTROL-SOCKET COUNT [RATE]\n"), 2;
  const double rate = argc == 9 ? std::atof(argv[8]) : 0;
  if (argc == 9 && rate <= 0) return std::fprintf(stderr, "a rate of %s is none\n", argv[8]), 2;
  net::Runtime runtime;
  const auto b = bind(runtime, argv[1]);
  const auto source = must(parse_guid(argv[3]), "A-GUID");
  const auto nc = must(dsname_from_dn(argv[4]), "NC-DN");
  const int count = std::atoi(argv[7]);
  std::vector<double> times;
  for (int i = 0; i < count && rate == 0; ++i) {
    IDL_DRSReplicaSync::In in;
    in.msgSync = DRS_MSG_REPSYNC_V1{nc, source, {}, DRS_WRIT_REP};
    const auto began = net::monotonic_now();
    (void)must(b->call<IDL_DRSReplicaSync>(std::move(in)), "IDL_DRSReplicaSync");
    times.push_back(milliseconds_since(began));
  }
  if (rate == 0) report("DsReplicaSync with nothing new", std::exchange(times, {}));
  const auto control = must(dsa::ControlClient::connect(argv[6]), "A-CONTROL-SOCKET");
  const auto start = net::monotonic_now();
  for (int i = 0; i < count; ++i) {
    if (rate != 0) {
      const auto due = start + std::chrono::duration_cast<MonoTime>(std::chrono::duration<double>(i / rate));
      std::this_thread::sleep_for(due - net::monotonic_now());
    }
    const std::string dn = fmt::format("CN=latency {} {},{}", getpid(), i, argv[5]);
    add_object(*control, dn);
    const auto committed = net::monotonic_now();
    while (!is_there(*b, dn))
      if (milliseconds_since(committed) > 30'000) return std::fprintf(stderr, "a change does not arrive\n"), 1;
    times.push_back(milliseconds_since(committed));
    if (rate == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (rate != 0) fmt::print("{:.1f} changes a second\n", count / (milliseconds_since(start) / 1000));
  report("from the commit on A to being visible on B", std::move(times));
  return 0;
}
