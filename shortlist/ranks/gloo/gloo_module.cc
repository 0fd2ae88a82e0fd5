// libshortlist_gloo.so: ranks that are connected by Gloo, the collectives of PyTorch on processors. It uses
// Gloo's point-to-point messages only. Sums are made in the program (ordered_sum.h), since Gloo's have other
// bits for each number of ranks.
#include <gloo/rendezvous/context.h>
#include <gloo/transport/tcp/device.h>
#include <gloo/transport/unbound_buffer.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "shortlist/ranks/collectives.h"

namespace {

using BufferPtr = std::unique_ptr<gloo::transport::UnboundBuffer>;

// Gloo's own mark for no limit, zero, is a limit of zero for these messages.
constexpr std::chrono::milliseconds kForEver = std::chrono::hours(24 * 365);

// A message from or to one rank.
struct Transfer {
  int peer;
  BufferPtr buffer;
};

}  // namespace

struct ShortlistRanks {
  std::shared_ptr<gloo::Context> context;
  uint64_t slot = 0;  // the number of the exchange
  std::mutex mutex;   // guards the members below
  bool aborted = false;
  std::vector<Transfer> receiving, sending;  // of the running exchange
};

namespace {

// The program's store, as Gloo asks for it.
class Store final : public gloo::rendezvous::Store {
 public:
  explicit Store(const ShortlistStore& store) : store_(store) {}

  void set(const std::string& key, const std::vector<char>& value) override {
    if (store_.set(store_.context, name(key).c_str(), value.data(), value.size()) != 0)
      throw std::runtime_error("the meeting point is gone");
  }
  std::vector<char> get(const std::string& key) override {
    std::vector<char> value;
    const auto take = [](void* into, const void* data, size_t bytes) {
      const char* from = static_cast<const char*>(data);
      static_cast<std::vector<char>*>(into)->assign(from, from + bytes);
    };
    if (store_.get(store_.context, name(key).c_str(), take, &value) != 0)
      throw std::runtime_error("a rank has not given its address");
    return value;
  }
  void wait(const std::vector<std::string>& keys) override {
    for (const std::string& key : keys) get(key);
  }
  void wait(const std::vector<std::string>& keys, const std::chrono::milliseconds&) override { wait(keys); }

 private:
  static std::string name(const std::string& key) { return "gloo/" + key; }
  const ShortlistStore& store_;
};

// Calls run(), and turns an exception into a message.
template <typename Run>
int guarded(char* error, size_t error_bytes, Run run) {
  try {
    run();
    return 0;
  } catch (const std::exception& thrown) {
    std::snprintf(error, error_bytes, "%s", thrown.what());
  } catch (...) {
    std::snprintf(error, error_bytes, "unknown exception");
  }
  return 1;
}

int open_ranks(const ShortlistPlace* place, ShortlistRanks** ranks, char* error, size_t error_bytes) {
  return guarded(error, error_bytes, [&] {
    gloo::transport::tcp::attr at(place->address);
    std::shared_ptr<gloo::transport::Device> device = gloo::transport::tcp::CreateDevice(at);
    auto context = std::make_shared<gloo::rendezvous::Context>(place->rank, place->size);
    context->setTimeout(std::chrono::milliseconds(place->timeout_ms));
    Store store(place->store);
    context->connectFullMesh(store, device);
    auto opened = std::make_unique<ShortlistRanks>();
    opened->context = std::move(context);
    *ranks = opened.release();
  });
}

// Announces all messages of an exchange. Receiving comes first, so that what arrives has a place at once, and
// each rank begins with its right neighbour, so that no rank is everyone's first.
void begin(ShortlistRanks& ranks, const void* const* send, const uint64_t* send_bytes, void* const* received,
           const uint64_t* received_bytes) {
  gloo::Context& context = *ranks.context;
  const int size = context.size;
  const std::lock_guard lock(ranks.mutex);
  if (ranks.aborted) throw std::runtime_error("aborted");
  for (int i = 1; i < size; ++i) {
    const int from = (context.rank + size - i) % size, to = (context.rank + i) % size;
    ranks.receiving.push_back({from, context.createUnboundBuffer(received[from], received_bytes[from])});
    // Gloo does not write to what it sends.
    ranks.sending.push_back({to, context.createUnboundBuffer(const_cast<void*>(send[to]), send_bytes[to])});
  }
  for (const Transfer& one : ranks.receiving) one.buffer->recv(one.peer, ranks.slot);
  for (const Transfer& one : ranks.sending) one.buffer->send(one.peer, ranks.slot);
}

void finish(ShortlistRanks& ranks, int* peer) {
  const auto wait = [&](const Transfer& one,
                        bool (gloo::transport::UnboundBuffer::*done)(std::chrono::milliseconds)) {
    *peer = one.peer;
    if (!((*one.buffer).*done)(kForEver)) throw std::runtime_error("aborted");
  };
  for (const Transfer& one : ranks.receiving) wait(one, &gloo::transport::UnboundBuffer::waitRecv);
  for (const Transfer& one : ranks.sending) wait(one, &gloo::transport::UnboundBuffer::waitSend);
  *peer = -1;
}

int exchange(ShortlistRanks* ranks, const void* const* send, const uint64_t* send_bytes,
             void* const* received, const uint64_t* received_bytes, int* peer, char* error,
             size_t error_bytes) {
  *peer = -1;
  const int own = ranks->context->rank;
  if (send_bytes[own] > 0) std::memcpy(received[own], send[own], send_bytes[own]);
  const int result = guarded(error, error_bytes, [&] {
    begin(*ranks, send, send_bytes, received, received_bytes);
    finish(*ranks, peer);
  });
  const std::lock_guard lock(ranks->mutex);
  ranks->receiving.clear();
  ranks->sending.clear();
  ++ranks->slot;
  return result;
}

void abort_exchange(ShortlistRanks* ranks) {
  const std::lock_guard lock(ranks->mutex);
  ranks->aborted = true;
  for (const Transfer& one : ranks->receiving) one.buffer->abortWaitRecv();
  for (const Transfer& one : ranks->sending) one.buffer->abortWaitSend();
}

void close_ranks(ShortlistRanks* ranks) { delete ranks; }

}  // namespace

extern "C" __attribute__((visibility("default"))) const ShortlistCollectives* shortlist_collectives(void) {
  static const ShortlistCollectives collectives = {
      SHORTLIST_COLLECTIVES_VERSION, "Gloo", open_ranks, exchange, abort_exchange, close_ranks};
  return &collectives;
}
