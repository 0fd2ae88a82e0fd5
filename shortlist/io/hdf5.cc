#include "shortlist/io/hdf5.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shortlist/base/error.h"
#include "shortlist/io/hdf5_reader.h"
#include "shortlist/io/wire_reader.h"
#include "shortlist/io/wire_writer.h"

namespace shortlist {
namespace {

// An answer's header; `size` bytes follow: what was asked for, or the error's message.
struct Answer {
  int64_t error;  // an ErrorKind; 0 if there is none
  uint64_t size;
};

bool send_all(int socket, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(sent));
  }
  return true;
}

bool receive_all(int socket, std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t received = ::recv(socket, bytes.data(), bytes.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(received));
  }
  return true;
}

template <typename T>
std::span<std::byte> bytes_in(T& value) {
  return std::as_writable_bytes(std::span(&value, 1));
}

bool send(int socket, int64_t error, std::span<const std::byte> bytes) {
  Answer header{error, bytes.size()};
  return send_all(socket, bytes_in(header)) && send_all(socket, bytes);
}

std::string encode(const std::vector<Hdf5Dataset>& datasets) {
  ProtoWriter all;
  for (const Hdf5Dataset& dataset : datasets) {
    ProtoWriter one;
    one.bytes(1, dataset.path);
    one.bytes(2, dataset.type);
    for (const uint64_t size : dataset.shape) one.varint(3, size);
    all.message(1, one);
  }
  return all.data();
}

std::vector<Hdf5Dataset> decode(std::string_view data, const std::string& path) {
  std::vector<Hdf5Dataset> datasets;
  for (ProtoReader all(data, path); all.next();) {
    Hdf5Dataset& dataset = datasets.emplace_back();
    for (ProtoReader one = all.message(); one.next();) {
      if (one.field() == 1) dataset.path = one.bytes();
      if (one.field() == 2) dataset.type = one.bytes();
      if (one.field() == 3) dataset.shape.push_back(one.varint());
    }
  }
  return datasets;
}

// Sends what `work` returns, or its error.
template <typename Work>
bool answer(int socket, const std::string& path, Work work) {
  try {
    const auto result = work();
    return send(socket, 0, std::as_bytes(std::span(result)));
  } catch (const Error& error) {
    return send(socket, static_cast<int64_t>(error.kind()), bytes_of(error.message()));
  } catch (const std::exception&) {
    return send(socket, static_cast<int64_t>(ErrorKind::data),
                bytes_of(path + ": reading it needs more memory than there is"));
  }
}

// In the child: sends the list of datasets, then the values of those asked for by their index.
void serve(int socket, const std::string& path) {
  std::optional<Hdf5Reader> reader;
  bool open = answer(socket, path, [&] { return encode(reader.emplace(path).datasets()); });
  for (uint64_t index = 0; open && reader && receive_all(socket, bytes_in(index));) {
    open = answer(socket, path, [&] {
      const Hdf5Dataset& dataset = reader->datasets().at(index);
      std::vector<std::byte> values(byte_size(dataset).value());
      reader->read(dataset, values);
      return values;
    });
  }
}

// A crash must neither leave a core file nor reach handlers of the parent, and the child must not outlive it.
void become_child() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM}) ::signal(signal, SIG_DFL);
  ::signal(SIGINT, SIG_IGN);  // the terminal sends it to both; the parent decides
  const rlimit none{};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

class Hdf5File::Child {
 public:
  explicit Child(std::string path) : path_(std::move(path)) {
    load_hdf5();
    int sockets[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) fail();
    pid_ = ::fork();
    if (pid_ == 0) {
      become_child();
      ::close(sockets[0]);
      serve(sockets[1], path_);
      ::_exit(0);
    }
    ::close(sockets[1]);
    socket_ = sockets[0];
    if (pid_ < 0) {
      ::close(socket_);
      fail();
    }
  }
  ~Child() {
    ::close(socket_);
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::vector<Hdf5Dataset> datasets() {
    std::string list(receive_size(), '\0');
    receive(std::as_writable_bytes(std::span(list)));
    return decode(list, path_);
  }

  void read(uint64_t index, std::span<std::byte> values) {
    if (!send_all(socket_, bytes_in(index))) crashed();
    SHORTLIST_CHECK(receive_size() == values.size());
    receive(values);
  }

 private:
  [[noreturn]] void fail() const {
    throw failed("{}: cannot start a process to read it: {}", path_, std::strerror(errno));
  }
  [[noreturn]] void crashed() const {
    throw data_error("{}: libhdf5 crashed while it read the file: the file is damaged", path_);
  }
  void receive(std::span<std::byte> bytes) const {
    if (!receive_all(socket_, bytes)) crashed();
  }
  // The size of the answer that follows.
  uint64_t receive_size() const {
    Answer answer{};
    receive(bytes_in(answer));
    if (answer.error == 0) return answer.size;
    std::string message(answer.size, '\0');
    receive(std::as_writable_bytes(std::span(message)));
    throw Error(static_cast<ErrorKind>(answer.error), message);
  }

  std::string path_;
  int socket_ = -1;
  pid_t pid_ = -1;
};

bool is_hdf5(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;  // opening a pipe waits for its writer
  std::ifstream file(path, std::ios::binary);
  char begin[8] = {};
  return file.read(begin, sizeof begin) && std::string_view(begin, 8) == "\x89HDF\r\n\x1a\n";
}

Hdf5File::Hdf5File(std::unique_ptr<Child> child) : child_(std::move(child)), datasets_(child_->datasets()) {}
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File::~Hdf5File() = default;

Hdf5File Hdf5File::open(const std::string& path) { return Hdf5File(std::make_unique<Child>(path)); }

void Hdf5File::read(const Hdf5Dataset& dataset, std::span<std::byte> values) const {
  const auto found = std::ranges::find(datasets_, dataset.path, &Hdf5Dataset::path);
  SHORTLIST_CHECK(found != datasets_.end() && byte_size(*found) == values.size());
  child_->read(static_cast<uint64_t>(found - datasets_.begin()), values);
}

}  // namespace shortlist
