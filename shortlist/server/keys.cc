#include "shortlist/server/keys.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "shortlist/io/file.h"
#include "shortlist/io/sha256.h"

namespace shortlist {
namespace {

constexpr size_t kHashDigits = 64;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

// Compares every byte, so that the time does not depend on the first difference.
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
    throw failed("the system does not provide random numbers");
  std::string token = "sl_";
  // Six bits per letter: 43 letters encode 32 bytes.
  unsigned held = 0, bits = 0;
  for (unsigned char byte : random) {
    held = held << 8 | byte;
    for (bits += 8; bits >= 6; bits -= 6) token += kLetters[held >> (bits - 6) & 63];
  }
  token += kLetters[held << (6 - bits) & 63];
  return token;
}

Error cannot(const char* what, const std::string& path) {
  return failed("cannot {} {}: {}", what, path, std::strerror(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  operator int() const { return number_; }

 private:
  int number_;
};

// A key file that is being changed. All access is relative to its folder, which is locked meanwhile. If root
// adds a key, the folder may belong to a user, who must not gain anything by moving files around.
class KeysFile {
 public:
  explicit KeysFile(const std::string& path)
      : path_(path),
        name_(std::filesystem::path(path).filename()),
        folder_(
            open(std::filesystem::absolute(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (folder_ < 0 || flock(folder_, LOCK_EX) != 0) throw cannot("open the folder of", path_);
  }
  ~KeysFile() {
    if (!written_.empty()) unlinkat(folder_, written_.c_str(), 0);
  }

  // "" if the file does not exist.
  std::string read() const {
    const Descriptor file(openat(folder_, name_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file < 0 && errno == ENOENT) return "";
    struct stat status {};
    if (file < 0 && errno == ELOOP) throw usage_error("{}: is a link; name the file itself", path_);
    if (file < 0 || fstat(file, &status) != 0) throw cannot("read", path_);
    if (!S_ISREG(status.st_mode)) throw usage_error("{}: not a regular file", path_);
    return read_all(file);
  }

  // Writes to a new file in the same folder, and syncs it to disk.
  void write(const std::string& text) {
    const std::string name = fmt::format("{}.tmp-{}", name_, getpid());
    unlinkat(folder_, name.c_str(), 0);  // left by a process that was killed
    const Descriptor file(
        openat(folder_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file < 0) throw cannot("write", path_);
    written_ = name;
    give_to_folders_owner(file);
    for (std::string_view rest = text; !rest.empty();) {
      const ssize_t done = ::write(file, rest.data(), rest.size());
      if (done < 0 && errno != EINTR) throw cannot("write", path_);
      rest.remove_prefix(static_cast<size_t>(std::max<ssize_t>(done, 0)));
    }
    if (fchmod(file, 0600) != 0 || fsync(file) != 0) throw cannot("write", path_);
  }

  void commit() {
    if (renameat(folder_, written_.c_str(), folder_, name_.c_str()) != 0) throw cannot("write", path_);
    written_.clear();
    fsync(folder_);
  }

 private:
  std::string read_all(int file) const {
    std::string text;
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::read(file, buffer, sizeof buffer);
      if (got == 0) return text;
      if (got < 0 && errno != EINTR) throw cannot("read", path_);
      text.append(buffer, static_cast<size_t>(std::max<ssize_t>(got, 0)));
    }
  }

  // Root creates keys for a server that runs as another user: the owner of the file's folder.
  void give_to_folders_owner(int file) const {
    struct stat folder {};
    if (geteuid() != 0 || fstat(folder_, &folder) != 0 || folder.st_uid == 0) return;
    if (fchown(file, folder.st_uid, folder.st_gid) != 0) throw cannot("give to its folder's owner", path_);
  }

  const std::string path_, name_;
  const Descriptor folder_;
  std::string written_;
};

}  // namespace

void check_only_owner_writes(const std::string& path) {
  struct stat file {
  }, folder{};
  std::error_code error;
  const std::string real = std::filesystem::canonical(path, error).string();
  if (error || stat(real.c_str(), &file) != 0) return;  // reading it reports the error
  if ((file.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw data_error("{}: users other than its owner can write it (mode {:04o}); run chmod go-w {}", path,
                     file.st_mode & 07777, path);
  const std::string parent = std::filesystem::path(real).parent_path().string();
  if (stat(parent.c_str(), &folder) == 0 && (folder.st_mode & S_IWOTH) != 0 &&
      (folder.st_mode & S_ISVTX) == 0)
    throw data_error("{}: anyone can replace it, because anyone can write its folder; run chmod o-w {}", path,
                     parent);
}

KeyRing KeyRing::load(const std::string& path) {
  check_only_owner_writes(path);
  return parse(std::string(FileBytes(path).text()), path);
}

KeyRing KeyRing::parse(const std::string& text, const std::string& path) {
  KeyRing ring;
  std::istringstream lines(text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    Key key = read_line(line, fmt::format("{}:{}", path, number));
    if (ring.named(key.name) != nullptr)
      throw data_error("{}:{}: a key named '{}' already exists", path, number, key.name);
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

void add_key(const std::string& path, const std::string& name, Scope scope,
             FunctionRef<void(const std::string& token)> show) {
  if (name.empty() || name.find_first_of(" \t\r\n#") != name.npos)
    throw usage_error("'{}': need a name of one word", name);
  KeysFile file(path);
  std::string lines = file.read();
  if (KeyRing::parse(lines, path).named(name) != nullptr)
    throw usage_error("{}: a key named '{}' already exists", path, name);
  if (!lines.empty() && lines.back() != '\n') lines += '\n';
  const std::string token = new_token();
  file.write(lines + fmt::format("{} {} {}\n", name, enum_name(scope), sha256_hex(token)));
  show(token);
  file.commit();
}

}  // namespace shortlist
