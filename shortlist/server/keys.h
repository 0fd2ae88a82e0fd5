// API keys. A key is 32 random bytes, shown once; kept is its SHA-256, which is enough for what cannot be
// guessed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/fields.h"

namespace shortlist {

// admin may do all that read may.
enum class Scope { open, read, admin };
template <>
struct EnumNames<Scope> {
  static constexpr std::pair<Scope, std::string_view> names[] = {
      {Scope::open, "open"}, {Scope::read, "read"}, {Scope::admin, "admin"}};
};

struct Key {
  std::string name;
  Scope scope = Scope::read;
  std::string sha256;  // of the token, lower-case hexadecimal
};

class KeyRing {
 public:
  KeyRing() = default;
  // A line "NAME SCOPE SHA256" for each key; empty lines and those that begin with # are left out. Throws a
  // data Error with the line.
  static KeyRing load(const std::string& path);

  // The key of a token. Takes the same time whether it is one, and whichever it is.
  const Key* find(std::string_view token) const;
  const Key* named(std::string_view name) const;

 private:
  std::vector<Key> keys_;
};

// Makes a key, adds its line to the file, which is made where it is not there, and returns the token. Its
// owner alone may read the file: who made it or, where that is root, the owner of its folder. Throws a usage
// Error for a name that is not one word or is there already.
std::string add_key(const std::string& path, const std::string& name, Scope scope);

}  // namespace shortlist
