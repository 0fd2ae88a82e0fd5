#include "shortlist/server/http/hosts.h"

#include <arpa/inet.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/error.h"
#include "shortlist/server/http/http.h"

namespace shortlist {
namespace {

bool is_digits(std::string_view text) {
  return text.size() <= 5 && text.find_first_not_of("0123456789") == text.npos;
}

// "[::1]"
bool is_bracketed_address(std::string_view text) {
  in6_addr address{};
  return text.size() > 2 && text.ends_with(']') &&
         inet_pton(AF_INET6, std::string(text.substr(1, text.size() - 2)).c_str(), &address) == 1;
}

bool is_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  return !text.empty() && text.size() <= 255 && text.find_first_not_of(kLetters) == text.npos;
}

// 127.0.0.0/8 and ::1. A request that uses an address and not a name is safe from DNS rebinding.
bool is_loopback_name(std::string_view name) {
  if (same_text(name, "localhost")) return true;
  in_addr v4{};
  if (inet_pton(AF_INET, std::string(name).c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return is_bracketed_address(name) &&
         inet_pton(AF_INET6, std::string(name.substr(1, name.size() - 2)).c_str(), &v6) == 1 &&
         IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

bool HostName::parse(std::string_view text, HostName& host) {
  const size_t end = text.starts_with('[') ? text.find(']') + 1 : std::min(text.find(':'), text.size());
  host.name = text.substr(0, end);
  const std::string_view rest = text.substr(end);
  host.port = rest.substr(std::min<size_t>(1, rest.size()));
  if (!rest.empty() && (rest[0] != ':' || !is_digits(host.port))) return false;
  return text.starts_with('[') ? is_bracketed_address(host.name) : is_name(host.name);
}

AbsoluteTarget AbsoluteTarget::split(std::string_view target) {
  const size_t colon = target.find("://");
  if (target.starts_with('/') || colon == target.npos) return {"", target};
  const std::string_view scheme = target.substr(0, colon), rest = target.substr(colon + 3);
  if (!same_text(scheme, "http") && !same_text(scheme, "https")) return {"", target};
  const size_t end = std::min(rest.find_first_of("/?"), rest.size());
  // An authority without a host is replaced by a space, which is not a valid host and is refused.
  const std::string_view host = end == 0 ? " " : rest.substr(0, end);
  return {host, end < rest.size() ? rest.substr(end) : "/"};
}

AllowedHosts::AllowedHosts(bool local, const std::vector<std::string>& others)
    : local_(local), others_(others) {
  for (const std::string& other : others_) {
    HostName host;
    if (!HostName::parse(other, host))
      throw usage_error(
          "--public-host '{}': need a host's name, such as models.example or models.example:8443", other);
  }
}

bool AllowedHosts::allows(std::string_view text) const {
  const bool any = !local_ && others_.empty();
  if (any && text.empty()) return true;  // HTTP/1.0 does not require a Host
  HostName host;
  if (!HostName::parse(text, host)) return false;
  if (any) return true;
  if (local_ && is_loopback_name(host.name)) return true;
  return std::ranges::any_of(others_, [&](const std::string& other) {
    return same_text(other, text) || same_text(other, host.name);
  });
}

std::string AllowedHosts::description() const {
  std::string text = local_ ? "localhost or a loopback address" : "";
  if (!others_.empty()) text += fmt::format("{}{}", local_ ? ", or " : "", fmt::join(others_, " or "));
  return text.empty() ? "a host's name" : text;
}

}  // namespace shortlist
