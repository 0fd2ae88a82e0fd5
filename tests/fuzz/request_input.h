// One input of the request fuzzer: "METHOD TARGET", a line "NAME: VALUE" for each header, an empty line, the
// body. A header's value KEY stands for a key that the service knows.
#pragma once

#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

#include "shortlist/testing/served_model.h"

namespace shortlist {

// Reads a part up to the separator, which goes too; all of it where the separator is not there.
inline std::string_view take_until(std::string_view& text, std::string_view separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + separator.size(), text.size()));
  return part;
}

inline HttpRequest fuzzed_request(std::string_view input, std::string_view key) {
  HttpRequest request{.host = "localhost", .content_type = "application/json", .client = "127.0.0.1"};
  std::string_view line = take_until(input, "\n");
  request.method = take_until(line, " ");
  request.target = line;
  const std::pair<std::string_view, std::string_view*> headers[] = {
      {"Host", &request.host},
      {"Content-Type", &request.content_type},
      {"Authorization", &request.authorization},
      {"X-API-Key", &request.api_key},
      {"If-None-Match", &request.if_none_match},
      {"Accept-Encoding", &request.accept_encoding},
      {"X-Forwarded-For", &request.forwarded_for},
      {"X-Request-Id", &request.request_id},
      {"Origin", &request.origin},
      {"Sec-Fetch-Site", &request.fetch_site}};
  while (!(line = take_until(input, "\n")).empty()) {
    const std::string_view name = take_until(line, ": ");
    for (const auto& [known, field] : headers)
      if (name == known) *field = line == "KEY" ? key : line;
  }
  request.body = input;
  return request;
}

// A service that wants keys, and one that wants none.
class FuzzedServices {
 public:
  HttpResponse ask(std::string_view input) {
    const HttpResponse response = check(open_, fuzzed_request(input, key_));
    check(closed_, fuzzed_request(input, key_));
    return response;
  }

 private:
  // What one request may cost at most, with the limits that serve has: a fixed part, and one for each of its
  // bytes.
  static constexpr size_t kFixedBytes = 256 << 10, kBytesForEach = 4'096;
  static constexpr double kFixedSeconds = 2, kSecondsForEach = 100e-6;

  static double thread_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  // Ends the program where an answer is none that a client could understand, blames the server, or is out of
  // proportion to the request.
  static HttpResponse check(TestService& service, const HttpRequest& request) {
    const double begin = thread_seconds();
    HttpResponse response = service.service.handle(service.service.route(request));
    const double seconds = thread_seconds() - begin;
    const size_t asked = request.target.size() + request.body.size();
    const bool says_json = response.content_type.find("json") != std::string_view::npos;
    const bool has_text =
        response.status != 304 && response.status != 204 && !has_header(response, "Content-Encoding");
    if (response.status == 500 || status_text(response.status).empty() ||
        (says_json && has_text && !nlohmann::json::accept(response.content())))
      std::abort();
    if (response.body.size() > std::min(kFixedBytes + kBytesForEach * asked, 2 * Limits().max_answer_bytes) ||
        seconds > kFixedSeconds + kSecondsForEach * static_cast<double>(asked))
      std::abort();
    return response;
  }

  TemporaryFolder folder_;
  std::string key_ = make_key(folder_ / "keys", "fuzzer", Scope::read);
  TestService open_;
  TestService closed_{{.keys = KeyRing::load(folder_ / "keys")}};
};

}  // namespace shortlist
