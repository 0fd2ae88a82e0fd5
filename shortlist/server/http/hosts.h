// The names under which a server answers, as given in a Host header or an absolute target.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shortlist {

// A host such as "models.example:8443", "[::1]" or "127.0.0.1:8080", split in two. IPv6 addresses are in
// brackets.
struct HostName {
  std::string_view name;  // "[::1]"
  std::string_view port;  // digits, or ""
  // False for anything else, such as "[::1].example", "localhost:http" or "a@b".
  static bool parse(std::string_view text, HostName& host);
};

// A target in absolute form, "http://models.example/v1/items", split in two.
struct AbsoluteTarget {
  std::string_view host;    // "" if the target has another form
  std::string_view target;  // "/v1/items"
  static AbsoluteTarget split(std::string_view target);
};

class AllowedHosts {
 public:
  // If `local`, "localhost" and addresses of the loopback network are allowed with any port. `others` are
  // names, which are allowed with any port, or names with a port, which are allowed with that port only.
  // Throws Error(usage) for anything else. If neither is given, every well-formed name is allowed.
  AllowedHosts(bool local, const std::vector<std::string>& others);

  bool allows(std::string_view host) const;
  // "localhost, a loopback address or models.example", for messages.
  std::string description() const;

 private:
  const bool local_;
  const std::vector<std::string> others_;
};

}  // namespace shortlist
