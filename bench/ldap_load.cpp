// SPDX-License-Identifier: Apache-2.0
// A load of LDAP operations on any server (ours, OpenLDAP's slapd, Samba's), from one thread: connections by epoll, each with one operation
// under way or several (--pipeline), requests and answers by src/ldap/protocol. One line of JSON says how many operations a second came
// through, how long they took (microseconds: median, 95 %, 99 %, most), and how many ended with which other result.
//
// Usage: ldap_load --host H --port P --base DN (--search ATTRIBUTE=PATTERN | --read | --add TEMPLATE) [options]
//   --search cn=user%d   an indexed equality search below the base, %d being 0 to --values less 1 in a pseudo-random order
//   --read               a search of the base itself
//   --add inetOrgPerson  entries CN=<prefix>-<number>,BASE of the classes in the list "top,person,user", with their cn and sn; of the
//                        classes user or computer with a sAMAccountName
//   --bind DN --password W   a simple bind of each connection; otherwise none is made (anonymous)
//   --connections 8, --pipeline 1, --seconds 5, --warm-up 1 (seconds that do not count), --values 10000, --attributes a,b,c, --prefix x, --seed 1
//   --idle N             so many connections more that bind and then say nothing
//   --pid N,N            the server's processes: what CPU time they took, and how many operations came of a second of it
// An error of a connection ends the program with status 1.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "ldap/protocol/message.hpp"
#include "ldap_requests.hpp"

namespace {

using namespace tributary;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMessageOctetsMax = 16 << 20;
constexpr std::size_t kReadOctets = 256 << 10;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "ldap_load: %s\n", why.c_str());
  std::exit(1);
}

struct Options {
  std::string host = "127.0.0.1", base, bind_dn, password, attribute, pattern, prefix = "load";
  std::vector<std::string> classes, attributes;
  std::uint16_t port = 389;
  bool read = false;
  unsigned connections = 8, idle = 0, pipeline = 1, values = 10'000, seed = 1;
  double seconds = 5, warm_up = 1;
  std::vector<std::string> processes;
};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    parts.emplace_back(part);
    text.remove_prefix(std::min(text.size(), part.size() + 1));
  }
  return parts;
}

template <class T>
T number(std::string_view text, std::string_view option) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) die(fmt::format("{} wants a number, not {}", option, text));
  return value;
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--read") {
      options.read = true;
      continue;
    }
    if (i + 1 == argc) die(fmt::format("{} wants a value", name));
    const std::string value = argv[++i];
    if (name == "--host") options.host = value;
    else if (name == "--port") options.port = number<std::uint16_t>(value, name);
    else if (name == "--base") options.base = value;
    else if (name == "--bind") options.bind_dn = value;
    else if (name == "--password") options.password = value;
    else if (name == "--search") {
      const auto equals = value.find('=');
      if (equals == std::string::npos) die("--search wants ATTRIBUTE=PATTERN");
      options.attribute = value.substr(0, equals);
      options.pattern = value.substr(equals + 1);
    } else if (name == "--add") options.classes = split(value);
    else if (name == "--prefix") options.prefix = value;
    else if (name == "--pid") options.processes = split(value);
    else if (name == "--attributes") options.attributes = split(value);
    else if (name == "--connections") options.connections = number<unsigned>(value, name);
    else if (name == "--idle") options.idle = number<unsigned>(value, name);
    else if (name == "--pipeline") options.pipeline = number<unsigned>(value, name);
    else if (name == "--values") options.values = number<unsigned>(value, name);
    else if (name == "--seed") options.seed = number<unsigned>(value, name);
    else if (name == "--seconds") options.seconds = number<double>(value, name);
    else if (name == "--warm-up") options.warm_up = number<double>(value, name);
    else die(fmt::format("{} is no option", name));
  }
  const int kinds = (options.read ? 1 : 0) + (options.attribute.empty() ? 0 : 1) + (options.classes.empty() ? 0 : 1);
  if (options.base.empty() || kinds != 1) die("wants --base and one of --search, --read and --add");
  if (options.connections == 0 || options.pipeline == 0 || options.values == 0) die("--connections, --pipeline and --values want at least 1");
  return options;
}

/// What processes have taken of the CPUs so far, of their threads together.
double cpu_seconds(const std::vector<std::string>& processes) {
  double ticks = 0;
  for (const auto& process : processes) {
    std::ifstream file("/proc/" + process + "/stat");
    std::string line;
    std::getline(file, line);
    // Behind the name, which may have spaces and ends with a parenthesis, the 12th and 13th field are utime and stime.
    std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 1)));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0, system = 0;
    if (!(fields >> user >> system)) die(fmt::format("there is no process {}", process));
    ticks += user + system;
  }
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

class Connection {
 public:
  struct Pending {
    std::int32_t id;
    Clock::time_point began;
  };
  explicit Connection(int descriptor) : descriptor(descriptor) {}
  int descriptor;
  std::int32_t next_id = 1;
  std::deque<Pending> pending;  ///< a server may answer in another order
  Bytes in, out;
  bool is_waiting_to_write = false;
};

class Load {
 public:
  explicit Load(const Options& options) : options_(options), random_(options.seed), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) die("no epoll");
  }

  void open() {
    connections_.reserve(options_.connections + options_.idle);
    for (unsigned i = 0; i < options_.connections + options_.idle; ++i) connections_.emplace_back(dial());
    for (auto& connection : connections_) {
      if (!options_.bind_dn.empty()) bind(connection);
      ::fcntl(connection.descriptor, F_SETFL, ::fcntl(connection.descriptor, F_GETFL) | O_NONBLOCK);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &connection;
      if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event) != 0) die("epoll takes no connection");
    }
  }

  void run() {
    counted_from_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.warm_up));
    ends_ = counted_from_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
    for (unsigned i = 0; i < options_.connections; ++i) fill(connections_[i]);
    std::vector<epoll_event> events(256);
    // What is under way when time is over is waited for, so that every operation that began is answered.
    while (in_flight_ > 0) {
      // The CPU time between the same two moments as the operations that count.
      if (!cpu_from_ && Clock::now() >= counted_from_) cpu_from_ = cpu_seconds(options_.processes);
      if (!cpu_until_ && Clock::now() >= ends_) cpu_until_ = cpu_seconds(options_.processes);
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 30'000);
      if (count == 0) die("no answer within 30 s");
      for (int i = 0; i < count; ++i) {
        auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
        if ((events[static_cast<std::size_t>(i)].events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) receive(connection);
        fill(connection);
      }
    }
    if (!cpu_until_) cpu_until_ = cpu_seconds(options_.processes);
  }

  void report() {
    std::ranges::sort(times_);
    const double cpu = cpu_until_.value_or(0) - cpu_from_.value_or(0);
    const auto server = options_.processes.empty() ? "" : fmt::format("\"server_cpu_seconds\":{:.2f},\"per_cpu_second\":{:.0f},", cpu,
                                                                      cpu > 0 ? static_cast<double>(times_.size()) / cpu : 0.0);
    const auto at = [&](double part) { return times_.empty() ? 0 : times_[static_cast<std::size_t>(part * static_cast<double>(times_.size() - 1))]; };
    std::string others;
    for (const auto& [code, count] : other_results_)
      others += fmt::format("{}\"{}\":{}", others.empty() ? "" : ",", ldap::result_name(static_cast<ldap::ResultCode>(code)), count);
    fmt::print("{{\"operation\":\"{}\",\"connections\":{},\"idle\":{},\"pipeline\":{},\"seconds\":{:.3f},\"operations\":{},\"per_second\":{:.0f},"
               "{}\"entries\":{},\"octets\":{},\"us_p50\":{},\"us_p95\":{},\"us_p99\":{},\"us_max\":{},\"errors\":{{{}}}}}\n",
               options_.read ? "read" : options_.classes.empty() ? "search" : "add", options_.connections, options_.idle, options_.pipeline, options_.seconds,
               times_.size(), static_cast<double>(times_.size()) / options_.seconds, server, entries_, octets_, at(0.5), at(0.95), at(0.99), at(1), others);
  }

 private:
  int dial() const {
    const bool is_v6 = options_.host.find(':') != std::string::npos;
    const int descriptor = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) die("no socket: " + std::to_string(errno));
    sockaddr_storage address{};
    socklen_t size = 0;
    if (is_v6) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(options_.port);
      if (::inet_pton(AF_INET6, options_.host.c_str(), &v6.sin6_addr) != 1) die("--host wants an address");
      size = sizeof(v6);
    } else {
      auto& v4 = reinterpret_cast<sockaddr_in&>(address);
      v4.sin_family = AF_INET;
      v4.sin_port = htons(options_.port);
      if (::inet_pton(AF_INET, options_.host.c_str(), &v4.sin_addr) != 1) die("--host wants an address");
      size = sizeof(v4);
    }
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0) die(fmt::format("{}:{}: no connection", options_.host, options_.port));
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return descriptor;
  }

  void bind(Connection& connection) {
    bench::append_simple_bind(connection.out, connection.next_id++, options_.bind_dn, options_.password);
    for (std::size_t sent = 0; sent < connection.out.size();) {
      const auto count = ::send(connection.descriptor, connection.out.data() + sent, connection.out.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) die("the connection broke in the bind");
      sent += static_cast<std::size_t>(count);
    }
    connection.out.clear();
    Bytes answer;
    for (;;) {
      const auto size = ldap::message_size(answer, kMessageOctetsMax);
      if (!size) die("the answer to the bind is no LDAP");
      if (*size && answer.size() >= **size) break;
      std::uint8_t octets[4096];
      const auto count = ::recv(connection.descriptor, octets, sizeof(octets), 0);
      if (count <= 0) die("the connection broke in the bind");
      answer.insert(answer.end(), octets, octets + count);
    }
    const auto response = bench::read_response(answer);
    if (!response || response->code != 0) die(fmt::format("the bind was refused: {}", response ? response->code : -1));
  }

  void append_request(Connection& connection, std::int32_t id) {
    if (!options_.classes.empty()) {
      bench::append_add(connection.out, id, options_.base, fmt::format("{}-{}-{}", options_.prefix, options_.seed, ++made_), options_.classes);
      return;
    }
    if (options_.read) {
      bench::append_search(connection.out, id, options_.base, ldap::Scope::kBase, {}, {}, options_.attributes);
      return;
    }
    const auto value = fmt::format("{}", std::uniform_int_distribution<unsigned>(0, options_.values - 1)(random_));
    auto text = options_.pattern;
    if (const auto place = text.find("%d"); place != std::string::npos) text.replace(place, 2, value);
    bench::append_search(connection.out, id, options_.base, ldap::Scope::kSubtree, options_.attribute, text, options_.attributes);
  }

  /// As many operations as may be under way, and what of them the socket takes.
  void fill(Connection& connection) {
    const auto now = Clock::now();
    while (now < ends_ && connection.pending.size() < options_.pipeline) {
      const auto id = connection.next_id;
      connection.next_id = id == 0x7FFF'FFFF ? 1 : id + 1;
      append_request(connection, id);
      connection.pending.push_back({id, now});
      ++in_flight_;
    }
    while (!connection.out.empty()) {
      const auto count = ::send(connection.descriptor, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (count <= 0) die("a connection broke while a request was sent");
      connection.out.erase(connection.out.begin(), connection.out.begin() + count);
    }
    if (connection.out.empty() != connection.is_waiting_to_write) return;
    connection.is_waiting_to_write = !connection.out.empty();
    epoll_event event{};
    event.events = EPOLLIN | (connection.is_waiting_to_write ? EPOLLOUT : 0U);
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.descriptor, &event) != 0) die("epoll");
  }

  void receive(Connection& connection) {
    const auto count = ::recv(connection.descriptor, read_.data(), read_.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) die("a connection was closed by the server");
    ByteView rest(read_.data(), static_cast<std::size_t>(count));
    if (!connection.in.empty()) {
      connection.in.insert(connection.in.end(), rest.begin(), rest.end());
      rest = connection.in;
    }
    for (;;) {
      const auto size = ldap::message_size(rest, kMessageOctetsMax);
      if (!size) die("the server sent what is no LDAP");
      if (!*size || rest.size() < **size) break;
      take(connection, rest.first(**size));
      rest = rest.subspan(**size);
    }
    connection.in = to_bytes(rest);
  }

  void take(Connection& connection, ByteView message) {
    const auto response = bench::read_response(message);
    if (!response) die("the server sent what is no response");
    const auto now = Clock::now();
    const bool counts = now >= counted_from_ && now < ends_;
    if (counts) octets_ += message.size();
    if (response->is_part) {
      if (counts) ++entries_;
      return;
    }
    const auto found = std::ranges::find(connection.pending, response->id, &Connection::Pending::id);
    if (found == connection.pending.end()) die(fmt::format("an answer to nothing: message {}, result {}", response->id, response->code));
    if (counts) {
      if (response->code == 0) times_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(now - found->began).count());
      else ++other_results_[response->code];
    }
    connection.pending.erase(found);
    --in_flight_;
  }

  const Options& options_;
  std::mt19937 random_;
  int epoll_;
  std::vector<Connection> connections_;
  Bytes read_ = Bytes(kReadOctets);
  std::uint64_t made_ = 0, entries_ = 0, octets_ = 0;
  std::size_t in_flight_ = 0;
  Clock::time_point counted_from_{}, ends_{};
  std::vector<std::int64_t> times_;
  std::map<int, std::uint64_t> other_results_;
  std::optional<double> cpu_from_, cpu_until_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto options = parse(argc, argv);
  Load load(options);
  load.open();
  load.run();
  load.report();
  return 0;
}
