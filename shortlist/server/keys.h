// API keys. A key is 32 random bytes, shown once. The file has its SHA-256, which is sufficient because a
// random key cannot be guessed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/base/function_ref.h"

namespace shortlist {

// admin includes read.
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
  // One line "NAME SCOPE SHA256" per key. Empty lines and lines that start with # are ignored. Throws
  // Error(data) with the line number, or if users other than the owner can write the file.
  static KeyRing load(const std::string& path);
  // The same from the text of a file. `path` is for messages.
  static KeyRing parse(const std::string& text, const std::string& path);

  // The key of a token, or null. Takes the same time for every token, known or not.
  const Key* find(std::string_view token) const;
  const Key* named(std::string_view name) const;

 private:
  std::vector<Key> keys_;
};

// Throws Error(data) for a file that the group or others can write, or that is in a folder where others can
// replace it, since they could add a key of their own.
void check_only_owner_writes(const std::string& path);

// Creates a key, passes its token to `show`, and then appends its line to the file, which is created if it is
// missing. If `show` throws, the key is not added. Calls from several processes wait for each other. Only the
// file's owner may read it: its creator or, if that is root, the owner of its folder. Throws Error(usage) for
// a name that is not one word or already exists, and for a path that is a link.
void add_key(const std::string& path, const std::string& name, Scope scope,
             FunctionRef<void(const std::string& token)> show);

}  // namespace shortlist
