#include "shortlist/server/keys.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "shortlist/io/file.h"
#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

constexpr size_t kHashDigits = 64;

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// Looks at every byte, whatever the first ones are.
bool same(std::string_view a, std::string_view b) {
  unsigned difference = a.size() != b.size();
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

Key read_line(const std::string& line, const std::string& place) {
  std::istringstream words(line);
  std::string scope, more;
  Key key;
  words >> key.name >> scope >> key.sha256;
  if (!is_hash(key.sha256) || words >> more || (scope != "read" && scope != "admin"))
    throw data_error("{}: need a line NAME SCOPE SHA256, with the scope read or admin", place);
  key.scope = scope == "admin" ? Scope::admin : Scope::read;
  return key;
}

std::string new_token() {
  constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned char random[32];
  if (getrandom(random, sizeof random, 0) != static_cast<ssize_t>(sizeof random))
    throw failed("the system gives no random numbers");
  std::string token = "sl_";
  // Six bits a letter: 43 letters hold 32 bytes.
  unsigned held = 0, bits = 0;
  for (unsigned char byte : random) {
    held = held << 8 | byte;
    for (bits += 8; bits >= 6; bits -= 6) token += kLetters[held >> (bits - 6) & 63];
  }
  token += kLetters[held << (6 - bits) & 63];
  return token;
}

// Root makes keys for a server that runs as another user: the owner of the folder that the file lies in.
void give_to_folders_owner(const std::string& path) {
  struct stat folder {};
  const std::string parent = std::filesystem::absolute(path).parent_path();
  if (geteuid() != 0 || stat(parent.c_str(), &folder) != 0 || folder.st_uid == 0) return;
  if (chown(path.c_str(), folder.st_uid, folder.st_gid) != 0)
    throw failed("{}: cannot be given to the owner of its folder", path);
}

}  // namespace

KeyRing KeyRing::load(const std::string& path) {
  KeyRing ring;
  std::istringstream lines(read_file(path));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    Key key = read_line(line, fmt::format("{}:{}", path, number));
    if (ring.named(key.name) != nullptr)
      throw data_error("{}:{}: a key named '{}' stands there already", path, number, key.name);
    ring.keys_.push_back(std::move(key));
  }
  return ring;
}

const Key* KeyRing::find(std::string_view token) const {
  const std::string hash = sha256_hex(token);
  const Key* found = nullptr;
  for (const Key& key : keys_)
    if (same(key.sha256, hash)) found = &key;
  return found;
}

const Key* KeyRing::named(std::string_view name) const {
  const auto at = std::ranges::find(keys_, name, &Key::name);
  return at == keys_.end() ? nullptr : &*at;
}

std::string add_key(const std::string& path, const std::string& name, Scope scope) {
  if (name.empty() || name.find_first_of(" \t\r\n#") != name.npos)
    throw usage_error("'{}': need a name of one word", name);
  std::string lines;
  if (std::filesystem::exists(path)) {
    if (KeyRing::load(path).named(name) != nullptr)
      throw usage_error("{}: a key named '{}' is there already", path, name);
    lines = read_file(path);
    if (!lines.empty() && lines.back() != '\n') lines += '\n';
  }
  const std::string token = new_token();
  lines += fmt::format("{} {} {}\n", name, enum_name(scope), sha256_hex(token));
  const mode_t before = umask(077);
  write_file_atomically(path, lines);
  umask(before);
  give_to_folders_owner(path);
  return token;
}

}  // namespace shortlist
