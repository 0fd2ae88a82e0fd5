// API keys. A key is 32 random bytes, shown once; the file has its SHA-256, which is enough for what cannot
// be guessed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shortlist/base/fields.h"
#include "shortlist/base/function_ref.h"

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
  // data Error with the line, or for a file that others than its owner can write.
  static KeyRing load(const std::string& path);
  // The same from the text of a file; `path` is for messages.
  static KeyRing parse(const std::string& text, const std::string& path);

  // The key of a token. Takes the same time whether it is one, and whichever it is.
  const Key* find(std::string_view token) const;
  const Key* named(std::string_view name) const;

 private:
  std::vector<Key> keys_;
};

// Throws a data Error for a file that the group or others can write, or that lies in a folder where others
// can replace it: they could let themselves in.
void check_only_owner_writes(const std::string& path);

// Makes a key, gives its token to `show`, and then adds its line to the file, which is made where it is not
// there; a token that `show` throws at is not added. Calls in several processes wait for each other. The
// file's owner alone may read it: who made it or, where that is root, the owner of its folder. Throws a usage
// Error for a name that is not one word or is there already, and for a path that is a link.
void add_key(const std::string& path, const std::string& name, Scope scope,
             FunctionRef<void(const std::string& token)> show);

}  // namespace shortlist
