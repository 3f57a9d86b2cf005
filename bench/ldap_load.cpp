// SPDX-License-Identifier: Apache-2.0
// Load for any LDAP server: so many connections with one operation each under way, searches by a value, adds of entries or changes
// of one attribute, for so many seconds. Says as one line of JSON how many were done, how long they took, and what failed. Simple bind, over TLS unless --plain; the
// server's certificate is not looked at. Knows nothing of Tributary, so that it is as fair to one server as to another. RFC 4511.
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// --- BER, as much as requests need ---

std::string tlv(std::uint8_t tag, const std::string& content) {
  std::string out(1, static_cast<char>(tag));
  const auto size = content.size();
  if (size < 128) out += static_cast<char>(size);
  else if (size < 65'536) out += {static_cast<char>(0x82), static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)};
  else out += {static_cast<char>(0x83), static_cast<char>(size >> 16), static_cast<char>(size >> 8 & 0xFF), static_cast<char>(size & 0xFF)};
  return out + content;
}
std::string number(std::uint8_t tag, std::uint32_t value) {
  std::string content;
  do content.insert(content.begin(), static_cast<char>(value & 0xFF));
  while ((value >>= 8) != 0);
  if ((content.front() & 0x80) != 0) content.insert(content.begin(), '\0');
  return tlv(tag, content);
}
std::string text(const std::string& value) { return tlv(0x04, value); }
std::string message(std::uint32_t id, const std::string& operation) { return tlv(0x30, number(0x02, id) + operation); }

/// "u%n" with the number in seven digits.
std::string filled(std::string pattern, std::uint64_t n) {
  for (auto at = pattern.find("%n"); at != std::string::npos; at = pattern.find("%n")) pattern.replace(at, 2, fmt::format("{:07}", n));
  return pattern;
}

// --- A connection ---

struct Options {
  std::string host = "127.0.0.1", port = "636", bind_dn, password, mode = "search", base, attribute = "sAMAccountName", value = "u%n", parent, rdn = "CN=load %n";
  std::vector<std::string> wanted, entry;
  bool plain = false;
  unsigned connections = 8, seconds = 10;
  std::uint64_t first = 0, count = 10'000;
};

[[noreturn]] void die(const std::string& what) {
  fmt::print(stderr, "ldap_load: {}\n", what);
  std::exit(2);
}

class Link {
 public:
  Link(const Options& options, SSL_CTX* tls) {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    if (getaddrinfo(options.host.c_str(), options.port.c_str(), &hints, &found) != 0) die("no such host: " + options.host);
    socket_ = socket(found->ai_family, SOCK_STREAM, 0);
    if (connect(socket_, found->ai_addr, found->ai_addrlen) != 0) die("cannot connect to " + options.host + ":" + options.port);
    freeaddrinfo(found);
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (options.plain) return;
    tls_ = SSL_new(tls);
    SSL_set_fd(tls_, socket_);
    if (SSL_connect(tls_) != 1) die("TLS: " + std::string(ERR_reason_error_string(ERR_get_error())));
  }
  ~Link() {
    if (tls_ != nullptr) SSL_free(tls_);
    close(socket_);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void send(const std::string& octets) {
    for (std::size_t done = 0; done < octets.size();) {
      const auto size = octets.size() - done;
      const auto n = tls_ != nullptr ? SSL_write(tls_, octets.data() + done, static_cast<int>(size)) : ::send(socket_, octets.data() + done, size, MSG_NOSIGNAL);
      if (n <= 0) die("the server does not take a request");
      done += static_cast<std::size_t>(n);
    }
  }
  /// The operation's tag and its content.
  std::pair<std::uint8_t, std::string> receive() {
    need(2);
    auto [header, size] = length_at(1);
    need(1 + header + size);
    std::size_t at = 1 + header;
    at += 2 + static_cast<std::uint8_t>(buffer_[at + 1]);  // messageID
    const auto tag = static_cast<std::uint8_t>(buffer_[at]);
    const auto [inner, inner_size] = length_at(at + 1);
    auto content = buffer_.substr(at + 1 + inner, inner_size);
    buffer_.erase(0, 1 + header + size);
    return {tag, std::move(content)};
  }
  /// Until the last response of a request; the result code. `entries` grows.
  int finish(std::uint64_t& entries) {
    for (;;) {
      const auto [tag, content] = receive();
      if (tag == 0x64) ++entries;
      if (tag == 0x64 || tag == 0x73) continue;
      if (content.size() < 3 || content[0] != 0x0A) die("a response without a result");
      return static_cast<std::uint8_t>(content[2]);
    }
  }

 private:
  std::pair<std::size_t, std::size_t> length_at(std::size_t at) {
    need(at + 1);
    const auto first = static_cast<std::uint8_t>(buffer_[at]);
    if (first < 128) return {1, first};
    const std::size_t octets = first & 0x7F;
    need(at + 1 + octets);
    std::size_t size = 0;
    for (std::size_t i = 0; i < octets; ++i) size = size << 8 | static_cast<std::uint8_t>(buffer_[at + 1 + i]);
    return {1 + octets, size};
  }
  void need(std::size_t size) {
    char piece[16'384];
    while (buffer_.size() < size) {
      const auto n = tls_ != nullptr ? SSL_read(tls_, piece, sizeof piece) : recv(socket_, piece, sizeof piece, 0);
      if (n <= 0) die("the server has closed the connection");
      buffer_.append(piece, static_cast<std::size_t>(n));
    }
  }

  int socket_ = -1;
  SSL* tls_ = nullptr;
  std::string buffer_;
};

// --- Requests ---

std::string search_operation(const Options& options, std::uint64_t n) {
  std::string wanted;
  for (const auto& each : options.wanted) wanted += text(each);
  return tlv(0x63, text(options.base) + number(0x0A, 2) + number(0x0A, 0) + number(0x02, 0) + number(0x02, 0) + tlv(0x01, std::string(1, '\0')) +
                       tlv(0xA3, text(options.attribute) + text(filled(options.value, n))) + tlv(0x30, wanted));
}

std::string add_operation(const Options& options, std::uint64_t n) {
  std::string attributes;
  const auto name_of = [](const std::string& each) { return each.substr(0, each.find('=')); };
  for (std::size_t i = 0; i < options.entry.size();) {  // values of one attribute stand together
    const auto name = name_of(options.entry[i]);
    std::string values;
    for (; i < options.entry.size() && name_of(options.entry[i]) == name; ++i) values += text(filled(options.entry[i].substr(name.size() + 1), n));
    attributes += tlv(0x30, text(name) + tlv(0x31, values));
  }
  return tlv(0x68, text(filled(options.rdn, n) + "," + options.parent) + tlv(0x30, attributes));
}

std::string modify_operation(const Options& options, std::uint64_t n, std::uint64_t turn) {
  const auto change = number(0x0A, 2) + tlv(0x30, text(options.attribute) + tlv(0x31, text(filled(options.value, turn))));
  return tlv(0x66, text(filled(options.rdn, n) + "," + options.parent) + tlv(0x30, tlv(0x30, change)));
}

struct Figures {
  std::vector<std::uint32_t> latencies_us;
  std::uint64_t errors = 0, entries = 0, empty = 0;
  int last_error = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"load for an LDAP server"};
  app.add_option("--host", options.host);
  app.add_option("--port", options.port);
  app.add_flag("--plain", options.plain, "without TLS");
  app.add_option("--bind-dn", options.bind_dn);
  app.add_option("--password", options.password);
  app.add_option("--mode", options.mode, "search, add, or modify")->check(CLI::IsMember({"search", "add", "modify"}));
  app.add_option("--connections", options.connections)->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds)->check(CLI::Range(1, 3600));
  app.add_option("--base", options.base, "search: its base, a subtree");
  app.add_option("--attribute", options.attribute, "search: of the filter; modify: the one that is replaced");
  app.add_option("--value", options.value, "search: of the filter; modify: the new value; %n is a number");
  app.add_option("--first", options.first, "the lowest number");
  app.add_option("--count", options.count, "search and modify: how many numbers there are");
  app.add_option("--want", options.wanted, "search: attributes to return");
  app.add_option("--parent", options.parent, "add and modify: where");
  app.add_option("--rdn", options.rdn, "add and modify: the name; %n is a number");
  app.add_option("--entry", options.entry, "add: attribute=value; %n is a number");
  CLI11_PARSE(app, argc, argv);

  const bool is_add = options.mode == "add", is_search = options.mode == "search";
  SSL_CTX* tls = SSL_CTX_new(TLS_client_method());
  std::atomic<bool> begins{false};
  std::atomic<unsigned> ready{0};
  std::atomic<std::uint64_t> next{options.first};
  Clock::time_point end;
  std::vector<Figures> figures(options.connections);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < options.connections; ++i)
    threads.emplace_back([&, i] {
      Link link(options, tls);
      std::uint64_t none = 0;
      std::uint32_t id = 1;
      if (!options.bind_dn.empty()) {
        link.send(message(id, tlv(0x60, number(0x02, 3) + text(options.bind_dn) + tlv(0x80, options.password))));
        if (const int code = link.finish(none); code != 0) die(fmt::format("bind: result {}", code));
      }
      std::mt19937_64 chance(i + 1);
      auto& mine = figures[i];
      ++ready;
      while (!begins.load()) std::this_thread::sleep_for(std::chrono::microseconds(200));
      while (Clock::now() < end) {
        id = id % 2'000'000'000 + 1;
        const auto n = is_add ? next.fetch_add(1) : options.first + chance() % options.count;
        const auto request = message(id, is_add ? add_operation(options, n) : is_search ? search_operation(options, n) : modify_operation(options, n, chance() % 10'000'000));
        const auto began = Clock::now();
        const auto before = mine.entries;
        link.send(request);
        const int code = link.finish(mine.entries);
        mine.latencies_us.push_back(static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began).count()));
        if (code != 0) ++mine.errors, mine.last_error = code;
        if (is_search && mine.entries == before) ++mine.empty;
      }
    });
  while (ready.load() < options.connections) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto began = Clock::now();
  end = began + std::chrono::seconds(options.seconds);
  begins = true;
  for (auto& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  Figures all;
  for (auto& each : figures) {
    all.latencies_us.insert(all.latencies_us.end(), each.latencies_us.begin(), each.latencies_us.end());
    all.errors += each.errors;
    all.entries += each.entries;
    all.empty += each.empty;
    if (each.last_error != 0) all.last_error = each.last_error;
  }
  std::ranges::sort(all.latencies_us);
  const auto at = [&](double part) { return all.latencies_us.empty() ? 0 : all.latencies_us[static_cast<std::size_t>(part * static_cast<double>(all.latencies_us.size() - 1))]; };
  fmt::print("{{\"operations\": {}, \"seconds\": {:.3f}, \"per_second\": {:.1f}, \"p50_us\": {}, \"p99_us\": {}, \"entries\": {}, \"without_entry\": {}, \"errors\": {}, \"last_error\": {}}}\n",
             all.latencies_us.size(), seconds, static_cast<double>(all.latencies_us.size()) / seconds, at(0.5), at(0.99), all.entries, all.empty, all.errors, all.last_error);
  SSL_CTX_free(tls);
  return all.errors == 0 && all.empty == 0 ? 0 : 1;
}
