#include "shortlist/bundle/bundle_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

constexpr std::string_view kEndOfScheme = "://";

std::string_view scheme_of(std::string_view address) { return address.substr(0, address.find(kEndOfScheme)); }

bool is_http(std::string_view address) {
  return scheme_of(address) == "https" || scheme_of(address) == "http";
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (is_letter(c) || is_digit(c) || std::string_view("-._~/").find(c) != std::string_view::npos) {
      text += c;
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

// Fails when the transfer is slower than a byte a second for a minute, and never falls back to plain HTTP.
std::vector<std::string> curl_words(const std::string& address, const std::string& path) {
  std::vector<std::string> words = {"curl",       "--fail",
                                    "--silent",   "--show-error",
                                    "--location", "--remote-time",
                                    "--retry",    "2",
                                    "--globoff",  "--connect-timeout",
                                    "10",         "--speed-limit",
                                    "1",          "--speed-time",
                                    "60"};
  if (scheme_of(address) == "https") words.insert(words.end(), {"--proto-redir", "=https"});
  words.insert(words.end(), {"--output", path, address});
  return words;
}

// Credentials come from the environment, from files or from the machine's role, as the provider's own tools
// find them. A value of the environment wins only over what the address does not say, so the provider is left
// out if it is set there.
std::vector<std::string> rclone_words(const std::string& address, const std::string& path) {
  const bool s3 = scheme_of(address) == "s3";
  std::string remote = s3 ? ":s3,env_auth=true" : ":gcs,env_auth=true";
  if (s3 && std::getenv("RCLONE_S3_PROVIDER") == nullptr) remote += ",provider=AWS";
  const std::string place = address.substr(scheme_of(address).size() + kEndOfScheme.size());
  return {"rclone",    "copyto", "--retries",          "3", "--contimeout", "10s",
          "--timeout", "60s",    remote + ":" + place, path};
}

void replace(std::string& text, std::string_view name, const std::string& value) {
  for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

}  // namespace

bool is_address(std::string_view text) {
  const size_t end = text.find(kEndOfScheme);
  if (end == std::string_view::npos || end == 0 || !is_letter(text[0])) return false;
  return std::ranges::all_of(text.substr(0, end), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

void check_address(const std::string& address, const std::string& command) {
  const std::string_view scheme = scheme_of(address);
  if (address.find_first_of("?#") != std::string::npos)
    throw usage_error("'{}': an address of a bundle has no '?' and no '#'", address);
  if (address.size() == scheme.size() + kEndOfScheme.size())
    throw usage_error("'{}': need an address such as s3://bucket/models", address);
  if (command.empty() && scheme != "s3" && scheme != "gs" && !is_http(address))
    throw usage_error(
        "'{}': bundles are fetched from s3://, gs://, https:// and http://; for {}:// set "
        "--fetch-command or SHORTLIST_FETCH_COMMAND",
        address, scheme);
  if (!command.empty()) fetch_words(command, address, "");
}

std::string address_in(const std::string& folder, std::string_view name) {
  std::string address = folder;
  while (address.ends_with('/')) address.pop_back();
  return address + "/" + (is_http(folder) ? escaped(name) : std::string(name));
}

std::string last_part(std::string_view address) {
  while (address.ends_with('/')) address.remove_suffix(1);
  return std::string(address.substr(address.rfind('/') + 1));
}

std::vector<std::string> fetch_words(const std::string& command, const std::string& address,
                                     const std::string& path) {
  if (command.empty()) return is_http(address) ? curl_words(address, path) : rclone_words(address, path);
  for (const char* name : {"{from}", "{to}"}) {
    if (command.find(name) == std::string::npos)
      throw usage_error(
          "the fetch command '{}' has no {}; need a command such as 'aws s3 cp {{from}} {{to}}'", command,
          name);
  }
  std::vector<std::string> words;
  std::istringstream text(command);
  for (std::string word; text >> word;) {
    replace(word, "{from}", address);
    replace(word, "{to}", path);
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace shortlist
